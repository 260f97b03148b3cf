"""Statistics: confidence intervals, paired tests of two runs, and corrections for many tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 1000
FLIPS = 10_000
LEVEL = 0.95
SIGNIFICANT = 0.05


class Column(NamedTuple):
    """The scores of one metric over all cases, and the gold value of each case. Both have shape (cases,)."""

    values: Floats
    truths: Floats

    def rows(self, chosen: NDArray[np.intp]) -> Column:
        """The column with only these rows."""
        return Column(self.values[chosen], self.truths[chosen])


Overall = Callable[[Column], float]
"""Turns a column into the number that is reported; NaN if that number does not exist."""


class Interval(NamedTuple):
    """A number with its 95 % interval. The bounds are None if there is nothing to resample."""

    value: float
    low: float | None
    high: float | None


def mean(column: Column) -> float:
    """The plain mean of the values."""
    return float(column.values.mean())


def bootstrap(overall: Overall, column: Column, clusters: Sequence[str], seed: int = 0) -> Interval:
    """A number and its percentile interval.

    Whole clusters are drawn with replacement (Field & Welsh 2007), since questions about one document are not
    independent. Resamples in which the number does not exist are left out.
    """
    value = overall(column)
    group = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)[1].reshape(-1)
    count = int(group.max()) + 1
    if count < 2 or math.isnan(value):
        return Interval(value, None, None)
    rng = np.random.default_rng(seed)
    if overall is mean:
        # All resamples at once: a draw counts each cluster, and a mean is a ratio of two products with the draw.
        sums, sizes = np.bincount(group, weights=column.values), np.bincount(group).astype(np.float64)
        times = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
        drawn = (times @ sums) / (times @ sizes)
    else:
        members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
        draws = (rng.integers(count, size=count) for _ in range(RESAMPLES))
        drawn = np.array([overall(column.rows(np.concatenate([members[n] for n in draw]))) for draw in draws])
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Interval(value, None, None)
    low, high = np.percentile(known, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return Interval(value, float(low), float(high))


def mcnemar(before: Floats, after: Floats) -> float:
    """Two-sided exact p of paired yes-or-no scores: a binomial test on the cases that changed (McNemar 1947)."""
    better, worse = int((after > before).sum()), int((after < before).sum())
    changed = better + worse
    tail = sum(math.comb(changed, k) for k in range(min(better, worse) + 1)) / (1 << changed)
    return min(1.0, 2 * tail)


def sign_flip(before: Floats, after: Floats, seed: int = 0) -> float:
    """Two-sided p of the mean difference: how often random signs of the differences give one at least as large.

    All sign patterns are tried if there are at most FLIPS; else FLIPS random ones, including the observed one.
    """
    differences = (after - before)[after != before]
    count = len(differences)
    if not count:
        return 1.0
    observed = abs(differences.sum())
    if 2**count <= FLIPS:
        patterns = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return float(np.mean(np.abs((1 - 2 * patterns) @ differences) >= observed - 1e-9))
    rng = np.random.default_rng(seed)
    extreme = 0
    for start in range(0, FLIPS, 500):  # in pieces: all patterns of a large run would not fit in memory
        signs = rng.integers(0, 2, size=(min(500, FLIPS - start), count)) * 2 - 1
        extreme += int((np.abs(signs @ differences) >= observed - 1e-9).sum())
    return (extreme + 1) / (FLIPS + 1)


def swap(overall: Overall, before: Floats, after: Floats, truths: Floats, seed: int = 0) -> float:
    """Two-sided p for a number that is not a mean: the scores of the two runs are exchanged randomly, case by case."""
    observed = abs(overall(Column(after, truths)) - overall(Column(before, truths)))
    if math.isnan(observed) or not (before != after).any():
        return 1.0
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(RESAMPLES):
        swapped = rng.integers(0, 2, size=len(before)).astype(bool)
        first, second = np.where(swapped, after, before), np.where(swapped, before, after)
        difference = abs(overall(Column(second, truths)) - overall(Column(first, truths)))
        extreme += not difference < observed - 1e-12  # NaN counts as extreme
    return (extreme + 1) / (RESAMPLES + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values corrected for the number of tests (Holm 1979), in the given order."""
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = highest
    return corrected


def adjusted(p_values: Sequence[float], reach: Sequence[float]) -> list[float]:
    """Holm's p values among the tests that could be significant at all; 1 for the others (Tarone 1990).

    ``reach`` is the smallest p each test could give. A metric on which few cases changed cannot be significant, so
    it is not counted among the tests.
    """
    able = list(range(len(p_values)))
    for count in range(1, len(p_values) + 1):
        able = [n for n, least in enumerate(reach) if least <= SIGNIFICANT / count]
        if len(able) <= count:
            break
    corrected = dict(zip(able, holm([p_values[n] for n in able]), strict=True))
    return [corrected.get(n, 1.0) for n in range(len(p_values))]
