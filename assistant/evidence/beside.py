"""Fitted by ``python -m benchmarks.fit_comparing``; not to be edited by hand."""

import numpy as np

from assistant.evidence.models import Logistic

ANSWERS = Logistic(np.array([0.85, 0.913, 0.119]), -1.450)
