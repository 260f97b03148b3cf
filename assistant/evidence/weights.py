"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""

import numpy as np

WEIGHTS = np.array([1.25, 1.97, 4.29, 6.41, 4.11, 1.47, 1.02, -0.1, 1.16, 0.94, 1.59, 0.77, 1.34, -0.57])
READ_WEIGHTS = np.array(
    [-0.17, 0.81, 3.36, 4.74, 2.34, 1.26, 1.36, -0.6, 0.81, 0.51, 1.28, 0.63, 1.1, -0.67, 0.71]
)
"""What each of ``features.FEATURES`` is worth in a sentence's score; with a reader, its log-odds come last."""

ANSWERS = (np.array([-3.42, 0.01, 2.52, 2.94, 3.44, -1.31, 0.21, -2.53, 2.3]), -3.63)
READ_ANSWERS = (np.array([-3.93, 0.9, 2.26, 1.52, 4.04, -1.24, 0.18, -2.77, 1.91, 0.18, 0.1]), -3.07)
"""Weights and bias of answerability over ``features.SIGNS`` and the best sentence's share of belief; with a reader,
its log-odds for the best sentence and the highest of all come last."""
