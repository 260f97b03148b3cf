"""Scores a run: every metric on every answer, the numbers over all questions, and which cases failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.errors import SuiteError
from assistant.eval.cases import Case, Suite
from assistant.eval.gates import Verdict
from assistant.eval.log import Run, read_run
from assistant.eval.metrics import METRICS, PLAIN, Metric, Sample, Score
from assistant.eval.stats import Column, Interval, bootstrap
from assistant.types import Answer


class Number(NamedTuple):
    """A metric over all questions: its value, the bounds of its 95 % interval, and the number of cases."""

    value: float
    low: float | None
    high: float | None
    n: int


class Scored(NamedTuple):
    """A case, the answer to it, and its score by each metric, by metric name."""

    case: Case
    answer: Answer
    scores: Mapping[str, Score]


class Scorecard(NamedTuple):
    """The scores of one system: numbers by metric, None where no case applies, and the cases behind them."""

    name: str
    numbers: Mapping[str, Number | None]
    cases: tuple[Scored, ...]

    @property
    def asked(self) -> list[Scored]:
        """The cases of the suite, without the variants of follow-ups."""
        return [one for one in self.cases if not one.case.variant]


def rescore(run: Run | Path, suite: Suite, metrics: Sequence[str] = (), name: str = "") -> Scorecard:
    """The scorecard of a logged run, computed from its log without asking anything.

    ``metrics`` defaults to the suite's. Cases that the log does not have are left out. Raises SuiteError if the log
    belongs to another suite.
    """
    run = read_run(run) if isinstance(run, Path) else run
    if run.header.suite_hash != suite.hash:
        raise SuiteError(
            f"{run.path}:1: this is a run of another suite ({run.header.suite!r}, hash {run.header.suite_hash[:8]}), "
            f"not of {suite.title!r} ({suite.hash[:8]}). Run it again with `assistant eval`."
        )
    results = {result.case: result for result in run.results}
    answers = [(form, results[form.key].answer_to(form)) for form in suite.forms if form.key in results]
    return scorecard(name or run.path.parent.name, answers, suite, metrics)


def scorecard(
    name: str,
    answers: Iterable[tuple[Case, Answer]],
    suite: Suite,
    metrics: Sequence[str] = (),
    *,
    intervals: bool = True,
) -> Scorecard:
    """The scorecard of answers. With many questions, ``intervals`` take most of the time."""
    chosen = [METRICS[metric] for metric in metrics or suite.metrics or METRICS]
    # A gate may be set on a metric that the table does not show, and a case may fail by one.
    behind = {*(fault.metric for fault in FAULTS), *(gate.metric for gate in suite.gates)}
    measured = [*chosen, *(m for m in METRICS.values() if m.name in behind and m not in chosen)]

    def scored(sample: Sample) -> Scored:
        scores = {m.name: m.score(sample) for m in measured if m.variant == sample.case.variant}
        return Scored(sample.case, sample.answer, scores)

    cases = tuple(scored(Sample(case, answer, suite.corpus)) for case, answer in answers)
    return Scorecard(name, {metric.name: number(metric, cases, suite.seed, intervals) for metric in chosen}, cases)


def number(metric: Metric, cases: Sequence[Scored], seed: int = 0, interval: bool = True) -> Number | None:
    """A metric over all cases to which it applies, with its interval; None if there are none or it has no value."""
    points = [
        (s.case.cluster, score.value, score.truth)
        for s in cases
        if (score := s.scores.get(metric.name)) and score.value is not None
    ]
    if not points:
        return None
    clusters, values, truths = zip(*points, strict=True)
    column = Column(np.array(values, dtype=np.float64), np.array(truths, dtype=np.float64))
    found = Interval(metric.overall(column), None, None)
    if interval:
        found = bootstrap(metric.overall, column, clusters, seed)
    return None if np.isnan(found.value) else Number(*found, len(points))


def check_gates(suite: Suite, scores: Scorecard) -> tuple[Verdict, ...]:
    """The result of each gate of the suite."""

    def value(metric: str) -> float | None:
        found = scores.numbers.get(metric) or number(METRICS[metric], scores.cases, interval=False)
        return found.value if found else None

    return tuple(gate.check(value(gate.metric)) for gate in suite.gates)


class Fault(NamedTuple):
    """A metric that detects a bad answer, its good value, and how bad it is to miss that entirely."""

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
"""What makes a case fail, worst first: no answer, then a false one, then an incomplete one."""


class Failure(NamedTuple):
    """A case that failed: how badly, and why."""

    scored: Scored
    badness: float
    reasons: tuple[str, ...]


def failures(scores: Scorecard) -> list[Failure]:
    """The cases with any fault, worst first."""
    failed = []
    for one in scores.asked:
        found = [
            (fault.weight * abs(score.value - fault.good), f"{fault.metric} {score.value:.2g}: {score.reason}")
            for fault in FAULTS
            if (score := one.scores.get(fault.metric))
            and score.value is not None
            and score.value != fault.good
            # A bare string cannot cite; that is a property of the system, not a fault of each answer.
            and not (fault.metric == "uncited_claims" and one.answer.writer == PLAIN)
        ]
        if found:
            failed.append(Failure(one, sum(badness for badness, _ in found), tuple(reason for _, reason in found)))
    return sorted(failed, key=lambda failure: -failure.badness)
