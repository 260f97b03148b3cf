"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Fitted, Logistic

ALONE = Fitted(
    np.array([1.476, 2.312, 4.575, 6.601, 4.349, 0.779, 1.082, -0.484, 1.336, 1.077, 1.565, 0.783, 1.033, -0.242]),
    Logistic(np.array([-1.878, -0.459, 3.093, 0.892, 7.431, -1.146, 0.065, -1.237, 1.639]), -5.388),
    Logistic(np.array([0.649, 1.91]), -1.042),
)
READING = Fitted(
    np.array([0.176, 0.932, 2.606, 3.505, 3.29, 0.737, 0.54, -0.25, 0.682, 0.27, 0.665, 0.464, 0.729, -0.542, 0.756]),
    Logistic(np.array([-2.032, 0.909, 2.258, -0.88, 7.441, -0.759, -0.136, -0.69, 1.476, 0.185, 0.403]), -5.408),
    Logistic(np.array([0.508, 1.73, 0.318]), -0.865),
)
