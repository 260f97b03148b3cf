"""Scores a run: every metric on every answer, the numbers over the whole exam, and which cases failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.errors import SuiteError
from assistant.eval import stats
from assistant.eval.cases import Case, Suite
from assistant.eval.gates import Verdict, judge
from assistant.eval.log import Run, read_run
from assistant.eval.metrics import METRICS, PLAIN, Metric, Score
from assistant.eval.metrics.base import mean
from assistant.types import Answer


class Number(NamedTuple):
    """A metric over an exam: its value, the bounds of its 95 % interval, and the number of cases."""

    value: float
    low: float | None
    high: float | None
    n: int


class Scored(NamedTuple):
    """A case, the answer to it, and what each metric made of it, by metric name."""

    case: Case
    answer: Answer
    scores: Mapping[str, Score]


class Card(NamedTuple):
    """The scores of one system: numbers by metric, None where no case applies, and the cases behind them."""

    name: str
    numbers: Mapping[str, Number | None]
    cases: tuple[Scored, ...]


def rescore(run: Run | Path, suite: Suite, metrics: Sequence[str] = (), name: str = "") -> Card:
    """The card of a logged run, from its log alone; nothing is asked.

    ``metrics`` defaults to the suite's. Cases the log lacks are left out. Raises SuiteError when the log
    belongs to another suite.
    """
    run = read_run(run) if isinstance(run, Path) else run
    if run.header.suite_hash != suite.hash:
        raise SuiteError(
            f"{run.path}:1: this is a run of another suite ({run.header.suite!r}, hash "
            f"{run.header.suite_hash[:8]}), not of {suite.title!r} ({suite.hash[:8]}). Run it again with "
            f"`assistant eval`."
        )
    forms = {form.key: form for case in suite.cases for form in (case, *case.variants())}
    answers = [
        (forms[result.case], result.answer_to(forms[result.case])) for result in run.results if result.case in forms
    ]
    order = {key: place for place, key in enumerate(forms)}
    answers.sort(key=lambda pair: order[pair[0].key])
    return card(name or run.path.parent.name, answers, suite, metrics)


def card(
    name: str,
    answers: Iterable[tuple[Case, Answer]],
    suite: Suite,
    metrics: Sequence[str] = (),
    *,
    intervals: bool = True,
) -> Card:
    """The card of answers in hand; ``intervals`` take most of the time where questions are many."""
    chosen = [METRICS[metric] for metric in metrics or suite.metrics or METRICS]
    # A gate may stand on a metric the table does not show, and so may the reason why a case failed.
    behind = {*(fault.metric for fault in FAULTS), *(gate.metric for gate in suite.gates)}
    measured = [*chosen, *(m for m in METRICS.values() if m.name in behind and m not in chosen)]
    cases = tuple(
        Scored(
            case,
            answer,
            {m.name: m.score(case, answer, suite.corpus) for m in measured if m.variant == case.variant},
        )
        for case, answer in answers
    )
    return Card(name, {metric.name: number(metric, cases, suite.seed, intervals) for metric in chosen}, cases)


def number(metric: Metric, cases: Sequence[Scored], seed: int = 0, interval: bool = True) -> Number | None:
    """A metric over all cases it applies to, with its interval; None where it applies to none or has no value."""
    points = [
        (s.case.cluster, score) for s in cases if (score := s.scores.get(metric.name)) and score.value is not None
    ]
    if not points:
        return None
    values = np.array([score.value for _, score in points], dtype=np.float64)
    truths = np.array([score.truth for _, score in points], dtype=np.float64)
    if not interval:
        value = metric.overall(values, truths)
        return None if np.isnan(value) else Number(value, None, None, len(points))
    clusters = [cluster for cluster, _ in points]
    found = (
        stats.bootstrap_mean(values, clusters, seed)
        if metric.overall is mean
        else stats.bootstrap(metric.overall, values, truths, clusters, seed)
    )
    return None if np.isnan(found.value) else Number(*found, len(points))


# --- failing cases
# -------------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A metric that tells a bad answer, the value that is good, and how bad it is to miss it entirely."""

    metric: str
    good: float
    weight: float


FAULTS = (
    Fault("failures", 0.0, 100.0),
    Fault("citation_validity", 1.0, 50.0),
    Fault("misattributed_claims", 0.0, 20.0),
    Fault("false_answers", 0.0, 15.0),
    Fault("uncited_claims", 0.0, 8.0),
    Fault("fact_coverage", 1.0, 6.0),
    Fault("false_refusals", 0.0, 5.0),
    Fault("both_sides_cited", 1.0, 4.0),
    Fault("false_conflicts", 0.0, 3.0),
)
"""What makes a case fail, worst first: nothing came, then untruth, then silence."""


class Failure(NamedTuple):
    """A case that failed: how badly, and why."""

    scored: Scored
    badness: float
    reasons: tuple[str, ...]


def failures(cases: Sequence[Scored]) -> list[Failure]:
    """The cases with any fault, worst first."""
    failed = []
    for one in cases:
        if one.case.variant:
            continue
        found = [
            (
                fault.weight * abs(score.value - fault.good),
                f"{METRICS[fault.metric].name} {score.value:.2g}: {score.reason}",
            )
            for fault in FAULTS
            if (score := one.scores.get(fault.metric))
            and score.value is not None
            and score.value != fault.good
            # A bare string cannot cite; that is a fact about the system, not a fault of each answer.
            and not (fault.metric == "uncited_claims" and one.answer.writer == PLAIN)
        ]
        if found:
            failed.append(Failure(one, sum(badness for badness, _ in found), tuple(reason for _, reason in found)))
    return sorted(failed, key=lambda failure: -failure.badness)


def gates(suite: Suite, scores: Card) -> tuple[Verdict, ...]:
    """What became of each gate of the suite."""
    return tuple(judge(gate, _value(gate.metric, scores)) for gate in suite.gates)


def _value(metric: str, scores: Card) -> float | None:
    if metric in scores.numbers:
        found = scores.numbers[metric]
    else:
        found = number(METRICS[metric], scores.cases, interval=False)
    return found.value if found else None
