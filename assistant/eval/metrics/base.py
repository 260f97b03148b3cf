"""What a metric is: a pure function of question, answer and texts, and how its scores become one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.eval.cases import Case, Variant
from assistant.eval.corpus import Corpus
from assistant.types import Answer

Floats = NDArray[np.float64]
Better = Literal["higher", "lower", "neither"]


class Score(NamedTuple):
    """One answer by one metric. ``value`` None: the metric does not apply, the case leaves the mean alone.

    ``truth`` is the gold side of metrics that compare two columns over the whole exam (AUROC, precision,
    ...).
    """

    value: float | None
    reason: str = ""
    truth: float = 0.0


def mean(values: Floats, truths: Floats) -> float:  # noqa: ARG001 - every overall takes both columns
    """The plain mean of the values."""
    return float(values.mean())


class Metric(NamedTuple):
    """A named measure.

    ``score`` is pure: it sees the question, the answer and the texts. ``overall`` turns the column of values,
    and the column of truths beside it, into the number that is reported; NaN where that number does not
    exist. ``variant`` is the form of the question it is taken on.
    """

    name: str
    group: str
    about: str
    better: Better
    score: Callable[[Case, Answer, Corpus], Score]
    overall: Callable[[Floats, Floats], float] = mean
    variant: Variant = ""


FAILED = "failed"
"""The writer of the answer that stands for a crash or a timeout."""

PLAIN = "plain text"
"""The writer of an answer that was handed in as a bare string, without citations."""


def refused(answer: Answer) -> bool:
    """Whether the answer says that the documents do not hold it."""
    return answer.outcome == "not_in_documents"
