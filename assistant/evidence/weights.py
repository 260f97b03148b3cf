"""Fitted by ``python -m benchmarks.fit_evidence``; do not edit by hand."""

import numpy as np

WEIGHTS = np.array([1.57, 1.92, 3.17, 6.05, 5.0, 0.9, 1.04, 0.26, 0.99, 1.27, 1.04, 0.78, 0.94, 0.3])
ANSWERS = (np.array([2.37, 0.77, 0.49, 5.92, 11.52, -1.79, -0.38, -0.23, 0.51]), -8.89)
READ_WEIGHTS = np.array([1.57, 1.92, 3.17, 6.05, 5.0, 0.9, 1.04, 0.26, 0.99, 1.27, 1.04, 0.78, 0.94, 0.3, 1.0])
READ_ANSWERS = (np.array([2.37, 0.77, 0.49, 5.92, 11.52, -1.79, -0.38, -0.23, 0.51, 0.5, 0.5]), -6.0)
