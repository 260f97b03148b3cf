"""The fitted linear models; their numbers are in ``rank_weights`` and ``pairwise_weights``."""

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
    """The models that rank sentences.

    ``ranking`` scores sentences by ``features.FEATURES``. ``answers`` takes ``rank.answerability_row`` of the best
    sentence, ``probabilities`` takes ``rank.sentence_rows``. With a cross-encoder, what it reads is in the last columns
    of each.
    """

    ranking: NDArray[np.float64]
    answers: Logistic
    probabilities: Logistic
