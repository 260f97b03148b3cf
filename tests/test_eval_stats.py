"""Intervals and tests: against hand-made values, scipy-free formulas, and their own guarantees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.eval.metrics.abstention import f1
from assistant.eval.stats import Column, Floats, Interval, adjusted, bootstrap, holm, mcnemar, mean, sign_flip, swap

SOME = st.lists(st.floats(0, 1), min_size=2, max_size=30)


def numbers(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def interval(values: Floats, clusters: list[str]) -> Interval:
    return bootstrap(mean, Column(values, values), clusters)


@given(SOME)
def test_interval_holds_the_mean_and_stays_in_range(values: list[float]) -> None:
    found = interval(numbers(*values), [str(n) for n in range(len(values))])
    assert found.low is not None
    assert found.high is not None
    assert min(values) - 1e-9 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= max(values) + 1e-9


def test_bootstrap_draws_whole_clusters() -> None:
    values = np.repeat([0.0, 1.0], 50)
    alone = interval(values, [str(n) for n in range(100)])
    clustered = interval(values, [str(n // 10) for n in range(100)])
    assert clustered.high is not None
    assert alone.high is not None
    assert clustered.high - clustered.value > 2 * (alone.high - alone.value)


def test_bootstrap_agrees_with_plain_resampling() -> None:
    values = np.random.default_rng(3).random(60)
    clusters = [str(n % 17) for n in range(60)]
    fast = interval(values, clusters)
    slow = bootstrap(lambda column: mean(column), Column(values, values), clusters)
    assert fast.low == pytest.approx(slow.low, abs=0.02)
    assert fast.high == pytest.approx(slow.high, abs=0.02)


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(150):
        found = interval((rng.random(40) < 0.6).astype(float), [str(n) for n in range(40)])
        hits += found.low is not None and found.high is not None and found.low <= 0.6 <= found.high
    assert 0.88 <= hits / 150 <= 1.0


def test_one_cluster_has_no_interval() -> None:
    assert interval(numbers(0, 1), ["a", "a"])[1:] == (None, None)
    assert bootstrap(f1, Column(numbers(0, 1), numbers(1, 1)), ["a", "a"])[1:] == (None, None)


@pytest.mark.parametrize(
    ("better", "worse", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 2, 0.109375), (3, 3, 1.0)]
)
def test_mcnemar_is_the_exact_binomial_test(better: int, worse: int, p: float) -> None:
    before = numbers(*[0] * better, *[1] * worse, 1, 0)
    after = numbers(*[1] * better, *[0] * worse, 1, 0)
    assert mcnemar(before, after) == pytest.approx(p)


def test_sign_flip_tries_all_flips_where_it_can() -> None:
    before, after = np.zeros(5), numbers(0.1, 0.2, 0.3, 0.4, 0.5)
    assert sign_flip(before, after) == pytest.approx(2 / 32)


def test_sign_flip_of_many_agrees_with_the_normal_curve() -> None:
    difference = np.random.default_rng(1).normal(0.2, 1, size=100)
    z = abs(difference.sum()) / np.sqrt((difference**2).sum())
    expected = 2 * (1 - 0.5 * (1 + np.vectorize(__import__("math").erf)(z / np.sqrt(2))))
    assert sign_flip(np.zeros(100), difference) == pytest.approx(float(expected), abs=0.02)


@given(SOME)
def test_no_difference_has_p_one(values: list[float]) -> None:
    column = numbers(*values)
    assert sign_flip(column, column) == mcnemar(column, column) == swap(mean, column, column, column) == 1.0


def test_swap_finds_a_real_difference_and_no_false_one() -> None:
    truths = np.tile([1.0, 0.0], 30)
    good, bad = truths.copy(), np.zeros(60)
    assert swap(f1, bad, good, truths) < 0.01
    flipped = good.copy()
    flipped[0] = 0.0
    assert swap(f1, good, flipped, truths) > 0.3


@pytest.mark.parametrize(
    ("given_p", "adjusted"),
    [([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]), ([0.5, 0.9], [1.0, 1.0]), ([0.02], [0.02]), ([], [])],
)
def test_holm_gives_the_textbook_values(given_p: list[float], adjusted: list[float]) -> None:
    assert holm(given_p) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), max_size=10))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(a >= p or a == 1.0 for a, p in zip(adjusted, values, strict=True))
    assert [a for _, a in sorted(zip(values, adjusted, strict=True))] == sorted(adjusted)


@pytest.mark.parametrize(
    ("p_values", "reach", "expected"),
    [
        ([0.01, 1.0, 1.0], [0.01, 1.0, 1.0], [0.01, 1.0, 1.0]),
        ([0.01, 0.04, 0.03], [0.0, 0.0, 0.0], [0.03, 0.06, 0.06]),
        ([0.02, 0.03], [0.02, 0.03], [0.02, 1.0]),
        ([], [], []),
    ],
    ids=["one able", "all able", "able in part", "none"],
)
def test_metrics_that_cannot_be_significant_do_not_count(
    p_values: list[float], reach: list[float], expected: list[float]
) -> None:
    assert adjusted(p_values, reach) == pytest.approx(expected)


def test_adjusted_p_keeps_the_error_rate() -> None:
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(300):
        columns = [(rng.random(20) < 0.5).astype(float) for _ in range(16)]
        pairs = list(zip(columns[::2], columns[1::2], strict=True))
        reach = [2.0 ** (1 - int((x != y).sum())) for x, y in pairs]
        wrong += min(adjusted([mcnemar(x, y) for x, y in pairs], reach)) < 0.05
    assert wrong / 300 <= 0.06
