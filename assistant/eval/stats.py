"""How sure a number is: intervals by clustered bootstrap, paired tests of two runs, and Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Overall = Callable[[Floats, Floats], float]

RESAMPLES = 1000
LEVEL = 0.95


class Interval(NamedTuple):
    """A number with its 95 % interval; the bounds are None where there is nothing to resample."""

    value: float
    low: float | None
    high: float | None


def _groups(clusters: Sequence[str]) -> NDArray[np.intp]:
    return np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)[1].reshape(-1)


def bootstrap_mean(values: Floats, clusters: Sequence[str], seed: int = 0) -> Interval:
    """The mean and its percentile interval; whole clusters are drawn with replacement (Field & Welsh 2007).

    All resamples at once: a draw is a vector of how often each cluster came up, and a mean is a ratio of two
    products with it.
    """
    value = float(values.mean())
    group = _groups(clusters)
    count = int(group.max()) + 1
    if count < 2:
        return Interval(value, None, None)
    sums, sizes = np.bincount(group, weights=values), np.bincount(group).astype(np.float64)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return _interval(value, (drawn @ sums) / (drawn @ sizes))


def bootstrap(overall: Overall, values: Floats, truths: Floats, clusters: Sequence[str], seed: int = 0) -> Interval:
    """Any number of two columns and its percentile interval, resampled by cluster; NaN resamples are left
    out.
    """
    value = overall(values, truths)
    group = _groups(clusters)
    count = int(group.max()) + 1
    if count < 2 or math.isnan(value):
        return Interval(value, None, None)
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(group))[:-1])
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([members[cluster] for cluster in rng.integers(count, size=count)])
        drawn.append(overall(values[rows], truths[rows]))
    return _interval(value, np.asarray(drawn))


def _interval(value: float, drawn: Floats) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Interval(value, None, None)
    low, high = np.percentile(known, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return Interval(value, float(low), float(high))


def mcnemar(before: Floats, after: Floats) -> float:
    """Two-sided exact p of paired yes-or-no scores: a binomial test on what changed (McNemar 1947)."""
    better, worse = int((after > before).sum()), int((after < before).sum())
    changed = better + worse
    tail = sum(math.comb(changed, k) for k in range(min(better, worse) + 1)) / (1 << changed)
    return min(1.0, 2 * tail)


def sign_flip(before: Floats, after: Floats, seed: int = 0, flips: int = 10_000) -> float:
    """Two-sided p that the mean difference is this large by chance: signs of the differences are flipped.

    All flips are tried where that is no more than ``flips``; else that many random ones, the observed one
    counted in.
    """
    differences = (after - before)[after != before]
    count = len(differences)
    if not count:
        return 1.0
    observed = abs(differences.sum())
    if 2**count <= flips:
        patterns = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return float(np.mean(np.abs((1 - 2 * patterns) @ differences) >= observed - 1e-9))
    rng = np.random.default_rng(seed)
    # In pieces: all signs of a large run at once would not fit in memory.
    extreme = 0
    for start in range(0, flips, 500):
        signs = rng.integers(0, 2, size=(min(500, flips - start), count)) * 2 - 1
        extreme += int((np.abs(signs @ differences) >= observed - 1e-9).sum())
    return (extreme + 1) / (flips + 1)


def swap(overall: Overall, before: Floats, after: Floats, truths: Floats, seed: int = 0) -> float:
    """Two-sided p for numbers that are no means: the runs' scores change places at random, case by case."""
    observed = abs(overall(after, truths) - overall(before, truths))
    if math.isnan(observed) or not (before != after).any():
        return 1.0
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(RESAMPLES):
        swapped = rng.integers(0, 2, size=len(before)).astype(bool)
        first, second = np.where(swapped, after, before), np.where(swapped, before, after)
        extreme += not abs(overall(second, truths) - overall(first, truths)) < observed - 1e-12
    return (extreme + 1) / (RESAMPLES + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for having made all these tests (Holm 1979), in the given order."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def adjusted(p_values: Sequence[float], reach: Sequence[float], level: float = 1 - LEVEL) -> list[float]:
    """Holm's p values among the tests that could be significant at all; 1 for the others (Tarone 1990).

    ``reach`` is the least p each test could find. A metric on which few cases changed cannot reach significance
    whatever happened, and need not make it harder for the others.
    """
    able = list(range(len(p_values)))
    for count in range(1, len(p_values) + 1):
        able = [n for n, least in enumerate(reach) if least <= level / count]
        if len(able) <= count:
            break
    held = dict(zip(able, holm([p_values[n] for n in able]), strict=True))
    return [held.get(n, 1.0) for n in range(len(p_values))]
