"""The shape of the fitted models whose numbers stand in ``weights``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Logistic(NamedTuple):
    """A logistic regression."""

    weights: NDArray[np.float64]
    bias: float

    def logit(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds of rows of shape (..., weights)."""
        logits: NDArray[np.float64] = rows @ self.weights + self.bias
        return logits


class Fitted(NamedTuple):
    """``ranking`` scores sentences by ``features.FEATURES``, ``answers`` judges what is ``known`` of the best one, and
    ``chances`` what is ``told`` of each. Where a reader reads, its log-odds come last in each.
    """

    ranking: NDArray[np.float64]
    answers: Logistic
    chances: Logistic
