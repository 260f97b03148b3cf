"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Fitted, Logistic

ALONE = Fitted(
    np.array([1.233, 2.189, 4.637, 6.527, 4.416, 0.723, 1.437, -0.193, 1.289, 1.074, 1.512, 0.721, 0.882, -0.18]),
    Logistic(np.array([-2.262, -0.672, 3.08, 1.794, 6.935, -1.202, 0.099, -1.48, 1.808]), -5.426),
    Logistic(np.array([1.0, 0.5]), -0.5),
)
READING = Fitted(
    np.array([-0.115, 0.794, 3.355, 4.578, 2.502, 0.81, 1.078, -0.349, 0.803, 0.68, 0.907, 0.502, 0.615, 0.185, 0.618]),
    Logistic(np.array([-0.792, -1.167, 2.283, 2.149, 4.188, -0.704, 0.095, -1.755, 0.261, -0.028, 0.404]), -3.369),
    Logistic(np.array([0.7, 0.4, 0.3]), -0.3),
)
