"""Fitted by ``python -m benchmarks.fit_comparing``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Logistic

ANSWERS = Logistic(np.array([0.333, 0.99, 0.179]), -0.578)
