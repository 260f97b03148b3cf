"""Fitted as ``training/README.md`` describes, and printed by ``python -m training.fit_rank``."""

import numpy as np

from assistant.retrieval.linear import Fitted, Logistic

BASE_MODEL = Fitted(
    np.array([1.476, 2.312, 4.575, 6.601, 4.349, 0.779, 1.082, -0.484, 1.336, 1.077, 1.565, 0.783, 1.033, -0.242]),
    Logistic(np.array([0.0, 0.582, 0.0, 2.067, 1.253, -1.675, 0.514, 0.0, 1.726, 2.903]), -2.352),
    Logistic(np.array([0.649, 1.91]), -1.042),
)
CROSS_ENCODER_MODEL = Fitted(
    np.array(
        [0.255, 0.92, 2.573, 3.739, 3.402, 0.919, 0.422, -0.318, 0.393, -0.183, 0.579, 0.184, 0.646, -0.485, 0.709]
    ),
    Logistic(
        np.array([0.049, 0.825, 0.0, 0.394, 1.183, -1.579, 0.159, 0.0, 0.459, 3.075, 0.088, 0.446, 0.325]), -1.527
    ),
    Logistic(np.array([0.509, 1.667, 0.314]), -0.681),
)
