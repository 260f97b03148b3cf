"""Logged runs of evaluations as the page shows them: numbers, worst answers, and what changed between two runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from assistant.errors import AssistantError, SuiteError
from assistant.eval import METRICS, Run, Scorecard, Suite, compare, load, read_run, rescore
from assistant.eval.comparison import Outcome, snapshot
from assistant.eval.log import LOG
from assistant.eval.plots import Bar, intervals
from assistant.eval.scoring import failures
from assistant.ingest.read import read_folder
from assistant.web.guard import without_command
from assistant.web.templates import render

RUNS = 12
"""Runs that are listed, newest first."""

COMPARED = 5
"""Runs that one is offered to be compared with."""

WORST = 25
"""Failed questions, or changed answers, that are shown."""

_TILES = ("fact_coverage", "citation_validity", "citation_f1", "refusal_f1", "conflict_f1", "seconds_p50")

VERDICTS: dict[Outcome, str] = {
    "better": "Better", "worse": "Worse", "different": "Different", "noise": "No more than chance", "same": "Same",
}  # fmt: skip
"""How the page names what a comparison finds."""


class LoggedRun(NamedTuple):
    """A run of an evaluation; ``key`` identifies it on the page without revealing its path."""

    folder: Path
    log: Path
    key: str

    @property
    def name(self) -> str:
        """The evaluation and when it was run."""
        name, run = self.folder.name, self.log.parent.name
        try:
            return f"{name}, {datetime.strptime(run[:15], '%Y%m%d-%H%M%S'):%d %b %Y, %H:%M}"
        except ValueError:
            return f"{name}, {run}"


def logged_runs(folders: Sequence[Path]) -> list[LoggedRun]:
    """The last runs of the evaluations in ``folders``, newest first."""
    logs = [(folder, log) for folder in folders for log in (folder / "runs").glob(f"*/{LOG}")]
    logs.sort(key=lambda pair: pair[1].parent.name, reverse=True)
    return [
        LoggedRun(folder, log, hashlib.blake2b(os.fsencode(log.resolve()), digest_size=6).hexdigest())
        for folder, log in logs[:RUNS]
    ]


def evaluation_html(folders: Sequence[Path], chosen: str = "", other: str = "") -> str:
    """The tab; ``chosen`` is the key of the run to show, by default the last one; ``other``: to compare with."""
    runs = logged_runs(folders)
    shown = next((run for run in runs if run.key == chosen), runs[0] if runs else None)
    earlier = [run for run in runs if shown and run.folder == shown.folder and run != shown][:COMPARED]
    beside = next((run for run in earlier if run.key == other), None)
    try:
        body = _comparison_html(beside, shown) if shown and beside else _run_html(shown) if shown else ""
    except AssistantError as error:
        body = render("evaluation", "fault", text=without_command(str(error)))
    suites = [folder.name for folder in folders]
    values = {"runs": runs, "shown": shown, "body": body, "suites": suites, "earlier": earlier, "beside": beside}
    return render("evaluation", "tab", **values)


def _run_html(logged: LoggedRun) -> Markup:
    run, scores, _ = _scored(logged.folder, logged.log, logged.log.stat().st_mtime_ns)
    bars = [
        Bar(name.replace("_", " "), n.value, n.low, n.high, (), METRICS[name].better == "lower")
        for name, n in scores.numbers.items()
        if n and METRICS[name].bounded and METRICS[name].group != "cost"
    ]
    return render(
        "evaluation",
        "run",
        header=run.header,
        questions=len(scores.cases),
        tiles=[(name, number) for name in _TILES if (number := scores.numbers.get(name))],
        plot=Markup(intervals(bars)),  # noqa: S704 - drawn by a template that escapes its labels
        failures=failures(scores)[:WORST],
    )


def _comparison_html(before: LoggedRun, after: LoggedRun) -> Markup:
    """What changed from one run to another: each measure, and the answers that differ."""
    (_, old, suite), (run, new, own) = (
        _scored(each.folder, each.log, each.log.stat().st_mtime_ns) for each in (before, after)
    )
    found = compare(snapshot(old, suite), snapshot(new, own), [gate.metric for gate in suite.gates], run.header.seed)
    answers = [{one.case.key: one for one in scores.cases} for scores in (old, new)]
    changed = [(answers[1][each.case].case, *(side[each.case].answer for side in answers)) for each in found.changes]
    differences = [(each, VERDICTS[each.verdict]) for each in found.differences]
    values = {"before": before, "after": after, "differences": differences}
    return render("evaluation", "comparison", **values, changed=changed[:WORST], total=len(changed))


@lru_cache(maxsize=RUNS)
def _scored(folder: Path, log: Path, changed: int) -> tuple[Run, Scorecard, Suite]:  # noqa: ARG001 - part of the key
    run = read_run(log)
    suite = suite_in(folder, run)
    return run, rescore(run, suite), suite


def suite_in(folder: Path, run: Run | None = None) -> Suite:
    """The suite of a run, whichever split was asked; without a run, the one for development. Raises SuiteError."""
    fault: SuiteError | None = None
    for split in ("dev", "test", None):
        try:
            suite = load(folder, read_folder, split)
        except SuiteError as error:
            fault = error
            continue
        if run is None or suite.hash == run.header.suite_hash:
            return suite
    raise fault or SuiteError("The questions or documents have changed since this run. Run `assistant eval` again.")
