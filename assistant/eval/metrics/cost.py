"""What an answer costs, and whether there was one at all."""

from __future__ import annotations

import numpy as np

from assistant.eval.cases import Case
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.base import FAILED, Floats, Metric, Score
from assistant.types import Answer

WALL = "wall"
"""The step of ``trace.seconds`` under which a run notes how long the whole answer took."""


def seconds(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
    """Wall seconds of the answer as the run measured them, else the sum of the answer's own steps."""
    spent = answer.trace.seconds
    if answer.writer == FAILED or not spent:
        return Score(None, "not measured")
    return Score(spent.get(WALL, sum(spent.values())))


def failure(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """1.0 if answering crashed or took too long."""
    return Score(float(answer.writer == FAILED), answer.trace.question if answer.writer == FAILED else "answered")


def median(values: Floats, truths: Floats) -> float:  # noqa: ARG001 - every overall takes both columns
    """The 50th percentile."""
    return float(np.percentile(values, 50))


def p95(values: Floats, truths: Floats) -> float:  # noqa: ARG001
    """The 95th percentile, linearly interpolated."""
    return float(np.percentile(values, 95))


COST = (
    Metric("seconds_p50", "cost", "median wall seconds of an answer", "lower", seconds, median),
    Metric("seconds_p95", "cost", "95th percentile of the wall seconds of an answer", "lower", seconds, p95),
    Metric("failures", "cost", "share of answers that crashed or took too long", "lower", failure),
)
