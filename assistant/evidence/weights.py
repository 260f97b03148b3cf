"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand.

WEIGHTS and READ_WEIGHTS score a sentence by ``features.FEATURES``; ANSWERS and READ_ANSWERS, with their bias, give
answerability from ``features.SIGNS`` and the best sentence's share of belief. Those for a reader end in its log-odds:
of the sentence; of the best sentence and the highest of all.
"""

import numpy as np

WEIGHTS = np.array([1.233, 2.189, 4.637, 6.527, 4.416, 0.723, 1.437, -0.193, 1.289, 1.074, 1.512, 0.721, 0.882, -0.18])
ANSWERS = (np.array([-2.262, -0.672, 3.08, 1.794, 6.935, -1.202, 0.099, -1.48, 1.808]), -5.426)
READ_WEIGHTS = np.array(
    [-0.115, 0.794, 3.355, 4.578, 2.502, 0.81, 1.078, -0.349, 0.803, 0.68, 0.907, 0.502, 0.615, 0.185, 0.618]
)
READ_ANSWERS = (np.array([-0.792, -1.167, 2.283, 2.149, 4.188, -0.704, 0.095, -1.755, 0.261, -0.028, 0.404]), -3.369)
