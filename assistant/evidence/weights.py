"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Fitted, Logistic

ALONE = Fitted(
    np.array([1.442, 2.284, 4.551, 6.53, 4.348, 0.861, 1.055, -0.43, 1.301, 1.081, 1.556, 0.772, 1.026, -0.243]),
    Logistic(np.array([-2.041, -0.374, 3.065, 0.87, 7.27, -1.211, 0.072, -1.249, 1.701]), -5.276),
    Logistic(np.array([0.653, 1.908]), -1.039),
)
READING = Fitted(
    np.array([0.231, 0.932, 2.692, 3.859, 3.416, 0.804, 0.428, -0.027, 0.626, 0.3, 0.64, 0.446, 0.664, -0.483, 0.75]),
    Logistic(np.array([-1.247, 0.413, 2.493, 0.301, 6.002, -0.708, 0.074, -1.611, 1.523, 0.094, 0.504]), -5.239),
    Logistic(np.array([0.521, 1.739, 0.31]), -0.808),
)
