"""Fitted by ``python -m training.fit_rank``; not to be edited by hand."""

import numpy as np

from assistant.retrieval.linear import Fitted, Logistic

BASE_MODEL = Fitted(
    np.array([1.476, 2.312, 4.575, 6.601, 4.349, 0.779, 1.082, -0.484, 1.336, 1.077, 1.565, 0.783, 1.033, -0.242]),
    Logistic(np.array([-1.878, -0.459, 3.093, 0.892, 7.431, -1.146, 0.065, -1.237, 1.639, 2.463]), -5.388),
    Logistic(np.array([0.649, 1.91]), -1.042),
)
READER_MODEL = Fitted(
    np.array(
        [0.255, 0.92, 2.573, 3.739, 3.402, 0.919, 0.422, -0.318, 0.393, -0.183, 0.579, 0.184, 0.646, -0.485, 0.709]
    ),
    Logistic(np.array([0.578, 1.94, -0.75, 1.797, -0.82, -2.006, 0.398, -2.18, 0.262, 2.638, 0.176, 0.348]), -1.195),
    Logistic(np.array([0.509, 1.667, 0.314]), -0.681),
)
