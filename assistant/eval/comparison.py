"""Two runs of one exam side by side: which cases changed, and which differences are more than chance."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, JsonValue, ValidationError

from assistant.errors import SuiteError
from assistant.eval import stats
from assistant.eval.cases import Suite
from assistant.eval.log import Run
from assistant.eval.metrics import METRICS, Metric
from assistant.eval.metrics.base import mean
from assistant.eval.metrics.cost import seconds
from assistant.eval.scoring import Card, rescore
from assistant.types import Value

BASELINE = "baseline.json"
ALPHA = 0.05


class Answered(Value):
    """What is kept of one answer: its outcome and a hash of its words."""

    outcome: str
    text: str


class Snapshot(Value):
    """The scores of a run, small enough to commit: for each metric ``{case: (value, truth)}``."""

    suite: str
    suite_hash: str
    run: str
    about: dict[str, JsonValue] = Field(default_factory=dict)
    numbers: dict[str, float]
    answers: dict[str, Answered]
    scores: dict[str, dict[str, tuple[float, float]]]


class Difference(NamedTuple):
    """A metric in both runs, over the cases both were measured on; ``p`` is adjusted for the number of
    metrics.
    """

    metric: str
    before: float
    after: float
    n: int
    p: float
    verdict: Literal["better", "worse", "different", "noise", "same"]


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
    def summary(self) -> str:
        """One sentence: how many cases changed, and which differences are real."""
        real = [d for d in self.differences if d.verdict in ("better", "worse", "different")]
        moved = sum(d.verdict == "noise" for d in self.differences)
        count = len(self.changes)
        cases = f"{count} case{'' if count == 1 else 's'} changed" if count else "No case changed"
        if real:
            named = ", ".join(f"{d.metric} {d.verdict} ({d.before:.3g} to {d.after:.3g}, p = {d.p:.2g})" for d in real)
            noise = f"{moved} further metrics moved no more than chance would move them"
            return f"{cases}; real differences: {named}; {noise}."
        if moved:
            return f"{cases}; {moved} metrics moved, none more than chance would move it: this is noise."
        return f"{cases}; no metric moved."


def snapshot(card: Card, suite: Suite, about: Mapping[str, JsonValue] | None = None) -> Snapshot:
    """The scores of a card in the form that is compared and committed."""
    return Snapshot(
        suite=suite.title,
        suite_hash=suite.hash,
        run=card.name,
        about=dict(about or {}),
        numbers={metric: number.value for metric, number in card.numbers.items() if number},
        answers={one.case.key: Answered(outcome=one.answer.outcome, text=_hash(one.answer.text)) for one in card.cases},
        scores={
            metric: {
                one.case.key: (score.value, score.truth)
                for one in card.cases
                if (score := one.scores.get(metric)) and score.value is not None
            }
            for metric in card.numbers
        },
    )


def accept(run: Run, suite: Suite, path: Path | None = None) -> Path:
    """Makes a run the baseline of its suite; written next to ``suite.toml``, to be committed. Returns the
    file.
    """
    path = path or suite.folder / BASELINE
    text = snapshot(rescore(run, suite), suite, run.header.about).model_dump_json(indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def earlier(path: Path, suite: Suite) -> Snapshot:
    """The snapshot in a ``baseline.json``, or that of a run from its log or folder.

    Raises SuiteError where it belongs to another suite or cannot be read.
    """
    if path.suffix != ".json":
        return snapshot(rescore(path, suite), suite)
    try:
        found = Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise SuiteError(
            f"{path}:1: there is no baseline. Make a run the baseline with `assistant eval --accept`."
        ) from error
    except ValidationError as error:
        raise SuiteError(f"{path}:1: this is no baseline. Write a new one with `assistant eval --accept`.") from error
    if found.suite_hash != suite.hash:
        raise SuiteError(
            f"{path}:1: this is the baseline of another suite ({found.suite!r}, hash "
            f"{found.suite_hash[:8]}), not of {suite.title!r} ({suite.hash[:8]}). Make a run the baseline "
            "with `assistant eval --accept`."
        )
    return found


class _Test(NamedTuple):
    """A paired test of one metric; ``reach`` is the least p it could have found, given how many cases changed."""

    metric: Metric
    before: float
    after: float
    n: int
    p: float
    reach: float


def compare(before: Snapshot, after: Snapshot, primary: Collection[str] = (), seed: int = 0) -> Comparison:
    """Both snapshots case by case: exact McNemar for yes-or-no scores, else sign flips.

    p values are adjusted (Holm, after Tarone) among the ``primary`` metrics, those named beforehand such as the gated
    ones, and apart from them among all others. Seconds are left out: whatever slowed the machine in one run slowed
    every question alike, and no pairing can tell that from the change.
    """
    shared = [
        METRICS[m] for m in after.scores if m in before.scores and m in METRICS and METRICS[m].score is not seconds
    ]
    found: dict[str, Difference] = {}
    for family in (True, False):
        tests = [test for m in shared if (m.name in primary) is family and (test := _paired(m, before, after, seed))]
        for test, p in zip(tests, stats.adjusted([t.p for t in tests], [t.reach for t in tests]), strict=True):
            verdict = _verdict(test.metric, test.before, test.after, p)
            found[test.metric.name] = Difference(test.metric.name, test.before, test.after, test.n, p, verdict)
    differences = tuple(found[metric.name] for metric in shared if metric.name in found)
    return Comparison(before.run, after.run, differences, tuple(_changes(before, after)))


def _paired(metric: Metric, before: Snapshot, after: Snapshot, seed: int) -> _Test | None:
    old, new = before.scores[metric.name], after.scores[metric.name]
    keys = [key for key in new if key in old]
    if not keys:
        return None
    x, y = np.array([old[key][0] for key in keys]), np.array([new[key][0] for key in keys])
    truths = np.array([new[key][1] for key in keys])
    reach = min(1.0, 2.0 ** (1 - int((x != y).sum())))
    if metric.overall is not mean:
        p, reach = stats.swap(metric.overall, x, y, truths, seed), max(reach, 1 / stats.RESAMPLES)
    elif np.isin(x, (0, 1)).all() and np.isin(y, (0, 1)).all():
        p = stats.mcnemar(x, y)
    else:
        p = stats.sign_flip(x, y, seed)
    return _Test(metric, metric.overall(x, truths), metric.overall(y, truths), len(keys), p, reach)


def _verdict(
    metric: Metric, before: float, after: float, p: float
) -> Literal["better", "worse", "different", "noise", "same"]:
    if before == after or np.isnan(before) or np.isnan(after):
        return "same"
    if p >= ALPHA:
        return "noise"
    if metric.better == "neither":
        return "different"
    return "better" if (after > before) == (metric.better == "higher") else "worse"


def _changes(before: Snapshot, after: Snapshot) -> list[Change]:
    found = []
    for key, now in after.answers.items():
        then = before.answers.get(key)
        if then is None:
            continue
        moved = tuple(
            (metric, old, new)
            for metric, scores in after.scores.items()
            # Seconds differ in every run; that is no change of the answer.
            if metric in before.scores and METRICS[metric].group != "cost"
            if (old := before.scores[metric].get(key, (None, 0))[0]) != (new := scores.get(key, (None, 0))[0])
        )
        if moved or then != now:
            found.append(Change(key, (then.outcome, now.outcome), moved))
    return found


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
