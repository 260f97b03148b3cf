"""Fitted by ``python -m training.fit_pairwise``; not to be edited by hand."""

import numpy as np

from assistant.retrieval.linear import Logistic

ANSWERS = Logistic(np.array([0.85, 0.913, 0.119]), -1.450)
