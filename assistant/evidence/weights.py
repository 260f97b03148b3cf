"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Fitted, Logistic

ALONE = Fitted(
    np.array([1.442, 2.271, 4.561, 6.512, 4.353, 0.85, 1.063, -0.431, 1.3, 1.073, 1.551, 0.778, 1.029, -0.252]),
    Logistic(np.array([-1.973, -0.341, 2.913, 1.086, 6.962, -1.207, 0.074, -1.192, 1.668]), -5.171),
    Logistic(np.array([0.658, 1.863]), -1.019),
)
READING = Fitted(
    np.array(
        [0.144, 0.854, 2.707, 3.383, 3.181, 0.785, 0.612, -0.57, 0.732, 0.459, 0.866, 0.518, 0.707, -0.538, 0.757]
    ),
    Logistic(np.array([-1.52, 0.149, 2.577, 0.844, 5.537, -0.975, -0.147, -1.481, 1.249, 0.111, 0.446]), -4.971),
    Logistic(np.array([0.51, 1.782, 0.303]), -0.900),
)
