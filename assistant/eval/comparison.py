"""Two runs of one suite side by side: which cases changed, and which differences are more than chance."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, JsonValue, ValidationError

from assistant.errors import SuiteError
from assistant.eval.cases import Suite
from assistant.eval.log import Run
from assistant.eval.metrics import METRICS, Metric
from assistant.eval.metrics.cost import seconds
from assistant.eval.scoring import Scorecard, rescore
from assistant.eval.stats import RESAMPLES, SIGNIFICANT, Column, adjusted, mcnemar, mean, sign_flip, swap
from assistant.types import Value

REFERENCE = "reference.json"
"""The file with the scores of the accepted run, next to ``suite.toml``."""

Outcome = Literal["better", "worse", "different", "noise", "same"]


class AnswerDigest(Value):
    """The outcome of an answer and a hash of its words."""

    outcome: str
    text: str


class Snapshot(Value):
    """The scores of a run, small enough to commit: for each metric ``{case: (value, truth)}``."""

    suite: str
    suite_hash: str
    run: str
    about: dict[str, JsonValue] = Field(default_factory=dict)
    numbers: dict[str, float]
    answers: dict[str, AnswerDigest]
    scores: dict[str, dict[str, tuple[float, float]]]


class Difference(NamedTuple):
    """A metric over the cases that both runs were measured on; ``p`` is adjusted for the number of metrics."""

    metric: str
    before: float
    after: float
    n: int
    p: float
    verdict: Outcome


class Change(NamedTuple):
    """A case whose scores or words changed; ``scores`` holds metric, before and after."""

    case: str
    outcome: tuple[str, str]
    scores: tuple[tuple[str, float | None, float | None], ...]


class Comparison(NamedTuple):
    """What changed from one run to the next."""

    before: str
    after: str
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]

    @property
    def moved(self) -> list[Difference]:
        """The metrics with another value."""
        return [d for d in self.differences if d.verdict != "same"]

    @property
    def summary(self) -> str:
        """One sentence: how many cases changed, and which differences are real."""
        real = [d for d in self.moved if d.verdict != "noise"]
        noise = len(self.moved) - len(real)
        count = len(self.changes)
        cases = f"{count} case{'' if count == 1 else 's'} changed" if count else "No case changed"
        if real:
            named = ", ".join(f"{d.metric} {d.verdict} ({d.before:.3g} to {d.after:.3g}, p = {d.p:.2g})" for d in real)
            return f"{cases}; real differences: {named}; {noise} further metrics moved no more than by chance."
        if noise:
            return f"{cases}; {noise} metrics moved, none more than by chance: this is noise."
        return f"{cases}; no metric moved."


def snapshot(scores: Scorecard, suite: Suite, about: Mapping[str, JsonValue] | None = None) -> Snapshot:
    """The scores of a run in the form that is compared and committed."""

    def digest(text: str) -> str:
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    return Snapshot(
        suite=suite.title,
        suite_hash=suite.hash,
        run=scores.name,
        about=dict(about or {}),
        numbers={metric: number.value for metric, number in scores.numbers.items() if number},
        answers={
            one.case.key: AnswerDigest(outcome=one.answer.outcome, text=digest(one.answer.text)) for one in scores.cases
        },
        scores={
            metric: {
                # Sums over sets differ in the last bits from run to run, which is no change.
                one.case.key: (round(score.value, 9), score.truth)
                for one in scores.cases
                if (score := one.scores.get(metric)) and score.value is not None
            }
            for metric in scores.numbers
        },
    )


def reference(suite: Suite) -> Path:
    """The file of the suite's reference run: next to ``suite.toml``, and one for each split."""
    return suite.folder / (REFERENCE if suite.split in ("", "dev") else f"reference-{suite.split}.json")


def accept(run: Run, suite: Suite) -> Path:
    """Makes a run the reference of its suite; written to ``reference(suite)``, to be committed. Returns the file."""
    path = reference(suite)
    text = snapshot(rescore(run, suite), suite, run.header.about).model_dump_json(indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def earlier(path: Path, suite: Suite) -> Snapshot:
    """The snapshot in a ``reference.json``, or that of a run from its log or folder.

    Raises SuiteError if it belongs to another suite or cannot be read.
    """
    if path.suffix != ".json":
        return snapshot(rescore(path, suite), suite)
    cure = "with `assistant eval --accept`."
    try:
        found = Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise SuiteError(f"{path}:1: there is no reference run. Accept one {cure}") from error
    except ValidationError as error:
        raise SuiteError(f"{path}:1: this is no reference run. Write a new one {cure}") from error
    if found.suite_hash != suite.hash:
        raise SuiteError(
            f"{path}:1: this is the reference of another suite ({found.suite!r}, hash {found.suite_hash[:8]}), "
            f"not of {suite.title!r} ({suite.hash[:8]}). Accept a run {cure}"
        )
    return found


def compare(before: Snapshot, after: Snapshot, primary: Collection[str] = (), seed: int = 0) -> Comparison:
    """Both snapshots case by case: exact McNemar for yes-or-no scores, else sign flips.

    p values are adjusted (Holm, after Tarone) among the ``primary`` metrics, which were chosen beforehand, such as the
    gated ones, and separately among all others. Seconds are left out: a slow machine slows down every question of a
    run, and pairing cannot distinguish that from a change.
    """
    both = [METRICS[m] for m in after.scores if m in before.scores and m in METRICS]
    shared = [metric for metric in both if metric.score is not seconds]
    found: dict[str, Difference] = {}
    for family in (True, False):
        tests = [test for m in shared if (m.name in primary) is family and (test := _tested(m, before, after, seed))]
        ps = adjusted([difference.p for difference, _ in tests], [reach for _, reach in tests])
        for (raw, _), p in zip(tests, ps, strict=True):
            verdict = _verdict(METRICS[raw.metric], raw.before, raw.after, p)
            found[raw.metric] = raw._replace(p=p, verdict=verdict)
    differences = tuple(found[metric.name] for metric in shared if metric.name in found)
    return Comparison(before.run, after.run, differences, tuple(_changes(before, after)))


def _tested(metric: Metric, before: Snapshot, after: Snapshot, seed: int) -> tuple[Difference, float] | None:
    """A metric with the p of its paired test, and the least p that the test could give; None without shared cases."""
    old, new = before.scores[metric.name], after.scores[metric.name]
    keys = [key for key in new if key in old]
    if not keys:
        return None
    x, y = np.array([old[key][0] for key in keys]), np.array([new[key][0] for key in keys])
    truths = np.array([new[key][1] for key in keys])
    reach = min(1.0, 2.0 ** (1 - int((x != y).sum())))
    if metric.overall is not mean:
        p, reach = swap(metric.overall, x, y, truths, seed), max(reach, 1 / RESAMPLES)
    elif np.isin(x, (0, 1)).all() and np.isin(y, (0, 1)).all():
        p = mcnemar(x, y)
    else:
        p = sign_flip(x, y, seed)
    old_value, new_value = metric.overall(Column(x, truths)), metric.overall(Column(y, truths))
    return Difference(metric.name, old_value, new_value, len(keys), p, "noise"), reach


def _verdict(metric: Metric, before: float, after: float, p: float) -> Outcome:
    if before == after or np.isnan(before) or np.isnan(after):
        return "same"
    if p >= SIGNIFICANT:
        return "noise"
    if metric.better == "neither":
        return "different"
    return "better" if (after > before) == (metric.better == "higher") else "worse"


def _changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    # Seconds differ in every run; that is no change of the answer.
    metrics = [m for m in after.scores if m in before.scores and METRICS[m].group != "cost"]
    for key, now in after.answers.items():
        then = before.answers.get(key)
        if then is None:
            continue
        values = [(m, _value(before, m, key), _value(after, m, key)) for m in metrics]
        moved = tuple((metric, old, new) for metric, old, new in values if old != new)
        if moved or then != now:
            yield Change(key, (then.outcome, now.outcome), moved)


def _value(scores: Snapshot, metric: str, case: str) -> float | None:
    found = scores.scores[metric].get(case)
    return found[0] if found else None
