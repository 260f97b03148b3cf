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
        [0.114, 0.991, 2.076, 3.384, 2.826, 1.083, 0.876, -0.217, 0.829, 0.347, 0.894, 0.411, 0.666, -0.119, 0.627]
    ),
    Logistic(np.array([-1.245, 0.568, 1.4, 2.043, 3.611, -0.397, 0.054, -1.216, 0.741, 0.229, 0.227]), -4.269),
    Logistic(np.array([0.54, 1.461, 0.244]), -0.935),
)
