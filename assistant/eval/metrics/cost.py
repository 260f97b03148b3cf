"""The time that answers take, and failures."""

from __future__ import annotations

import numpy as np

from assistant.eval.metrics.base import FAILED, Metric, Sample, Score
from assistant.eval.stats import Column

WALL = "wall"
"""The key of ``trace.seconds`` under which a run records the time of the whole answer."""


def seconds(sample: Sample) -> Score:
    """Wall seconds of the answer as the run measured them, else as the answer says."""
    spent = sample.answer.trace.seconds
    if sample.answer.writer == FAILED or not spent:
        return Score(None, "not measured")
    return Score(spent.get(WALL, spent.get("total")))


def failure(sample: Sample) -> Score:
    """1.0 if answering crashed or took too long."""
    failed = sample.answer.writer == FAILED
    return Score(float(failed), sample.answer.trace.question if failed else "answered")


def median(column: Column) -> float:
    """The 50th percentile."""
    return float(np.percentile(column.values, 50))


def p95(column: Column) -> float:
    """The 95th percentile, linearly interpolated."""
    return float(np.percentile(column.values, 95))


COST = (
    Metric("seconds_p50", "cost", "median wall seconds of an answer", "lower", seconds, median, bounded=False),
    Metric("seconds_p95", "cost", "95th percentile of these seconds", "lower", seconds, p95, bounded=False),
    Metric("failures", "cost", "share of answers that crashed or took too long", "lower", failure),
)
