"""The report on a run as one value, and its forms: terminal table, Markdown, JUnit XML and one HTML page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.eval import plots
from assistant.eval.baselines import BASELINES, run_baseline
from assistant.eval.cases import Suite
from assistant.eval.comparison import Comparison, compare, earlier, snapshot
from assistant.eval.curves import coverage_by_words, refusals, risks
from assistant.eval.gates import Verdict
from assistant.eval.jinja import shown, template
from assistant.eval.log import Run
from assistant.eval.metrics import METRICS, WALL, Metric
from assistant.eval.scoring import Failure, Number, Scorecard, check_gates, failures, rescore, scorecard
from assistant.types import OnProgress, Progress, no_progress

DRAWN_BASELINE = "keyword search"
"""The baseline whose curves are drawn next to those of the run."""

_TILES = (
    "fact_coverage", "citation_validity", "citation_f1", "auroc", "refusal_f1", "conflict_f1", "passage_hit@4",
    "seconds_p50",
)  # fmt: skip


class Row(NamedTuple):
    """A metric in the table: its number, and its value for each other system."""

    metric: Metric
    number: Number
    others: tuple[float | None, ...]

    @property
    def cells(self) -> list[str]:
        """Metric, value, interval, n, then the values of the others."""
        low, high = shown(self.number.low), shown(self.number.high)
        interval = f"[{low}, {high}]" if low else ""
        values = [shown(self.number.value), interval, str(self.number.n), *map(shown, self.others)]
        return [self.metric.name, *values]


class Report(NamedTuple):
    """A scored run, its gates, its failing cases worst first, and what changed since another run.

    ``others`` are the scorecards of further systems and of the baselines.
    """

    suite: Suite
    run: Run
    scores: Scorecard
    others: tuple[Scorecard, ...]
    gates: tuple[Verdict, ...]
    failures: tuple[Failure, ...]
    comparison: Comparison | None = None

    @property
    def failed_gates(self) -> list[Verdict]:
        """The gates that do not hold."""
        return [verdict for verdict in self.gates if verdict.state == "failed"]

    @property
    def columns(self) -> list[str]:
        """The heads of the table."""
        return ["metric", "value", "95 %", "n", *(other.name for other in self.others)]

    @property
    def groups(self) -> Mapping[str, list[Row]]:
        """The rows of the table by group: every metric that has a value."""
        groups: dict[str, list[Row]] = {}
        for name, number in self.scores.numbers.items():
            if number:
                values = tuple(n.value if (n := other.numbers.get(name)) else None for other in self.others)
                groups.setdefault(METRICS[name].group, []).append(Row(METRICS[name], number, values))
        return groups

    @property
    def tiles(self) -> list[Row]:
        """The numbers that the page highlights."""
        rows = {row.metric.name: row for group in self.groups.values() for row in group}
        return [rows[name] for name in _TILES if name in rows]

    @property
    def notes(self) -> list[str]:
        """Notes on the numbers: dropped lines, oddities of the gold, questions that were not asked."""
        missing = self.run.header.cases - len(self.run.results)
        unfinished = [f"the run is unfinished: {missing} questions were not asked"] if missing > 0 else []
        return [*self.run.notes, *unfinished, *self.suite.warnings]


def report_on(
    suite: Suite,
    run: Run,
    *,
    against: Path | None = None,
    baselines: Iterable[str] = tuple(BASELINES),
    others: Sequence[Scorecard] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Scores a run and the baselines. ``against`` is a reference.json or an earlier run (its folder or log).

    ``others`` are scorecards of further systems that ran the same suite, shown as columns beside the baselines.
    """
    scores = rescore(run, suite)
    chosen = tuple(baselines)
    cards = []
    for done, name in enumerate(chosen):
        on_progress(Progress(stage="scoring baselines", done=done, total=len(chosen), item=name))
        cards.append(scorecard(name, run_baseline(suite, name), suite, intervals=False))
    comparison = None
    if against:
        gated = {gate.metric for gate in suite.gates}
        comparison = compare(earlier(against, suite), snapshot(scores, suite), gated, suite.seed)
    return Report(
        suite=suite,
        run=run,
        scores=scores,
        others=(*others, *cards),
        gates=check_gates(suite, scores),
        failures=tuple(failures(scores)),
        comparison=comparison,
    )


def write(report: Report, folder: Path | None = None) -> Path:
    """Writes report.html, report.md and junit.xml into the run's folder (or ``folder``); returns the HTML page."""
    folder = folder or report.run.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("report.md", markdown), ("junit.xml", junit), ("report.html", page)):
        (folder / name).write_text(text(report), encoding="utf-8")
    return folder / "report.html"


def terminal(report: Report) -> str:
    """The report as plain text: table, gates, comparison, the worst cases."""
    # Names of two words take two lines, so that the table fits more terminals.
    above = [*([""] * 4), *(name.rpartition(" ")[0] for name in report.columns[4:])]
    below = [name.removeprefix(f"{first} ") for first, name in zip(above, report.columns, strict=True)]
    rows = [above, below, *(row.cells for group in report.groups.values() for row in group)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def aligned(cells: Sequence[str]) -> str:
        first, *others = cells
        padded = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
        return "  ".join(padded).rstrip()

    return template("report.txt").render(report=report, aligned=aligned, above=above, below=below)


def markdown(report: Report) -> str:
    """The report as Markdown, for a README or a pull request."""
    return template("report.md").render(report=report)


def junit(report: Report) -> str:
    """The report as JUnit XML: a suite of gates and one of questions for each kind.

    Only gates and crashed questions count as failures: a wrong answer is a measurement, a failed gate a fault.
    """
    reasons = {failure.scored.case.key: failure.reasons for failure in report.failures}
    kinds = {
        one.case.kind: [each for each in report.scores.asked if each.case.kind == one.case.kind]
        for one in report.scores.asked
    }
    return template("junit.xml").render(report=report, kinds=kinds, reasons=reasons, wall=WALL)


def page(report: Report) -> str:
    """One HTML page that needs no other file. All text is escaped; a content policy forbids any request."""
    return template("report.html").render(report=report, figures=list(_figures(report)), METRICS=METRICS)


class Figure(NamedTuple):
    """A picture with its title and a sentence that explains it."""

    title: str
    svg: str
    caption: str = ""


def _figures(report: Report) -> Iterable[Figure]:
    drawn = [other for other in report.others if other.name == DRAWN_BASELINE]
    coverage = coverage_by_words(report.scores, drawn)
    if coverage:
        most = 20.0 * math.ceil(max(x for curve in coverage for x in curve.xs) / 20 or 1)
        svg = plots.curves(coverage, "mean words of an answer", "fact coverage", most)
        yield Figure("fact coverage and words", svg, "What shorter answers, or only the best sentences, would cover.")
    if trade := refusals(report.scores):
        svg = plots.curves(trade, "false refusals", "false answers")
        yield Figure("false answers and false refusals", svg, "Every answer threshold; nearer to the corner is better.")
    if risk := risks(report.scores, drawn):
        svg = plots.curves(risk, "coverage: share of questions answered", "risk")
        caption = "Share of unanswerable questions among those answered first; lower is better."
        yield Figure("risk and coverage", svg, caption)
    for group, rows in report.groups.items():
        plotted = [row for row in rows if row.metric.bounded]
        if plotted and group != "cost":
            yield Figure(group, plots.intervals([_bar(row, report.others) for row in plotted]))
    seconds = [one.answer.trace.seconds[WALL] for one in report.scores.cases if WALL in one.answer.trace.seconds]
    if seconds:
        marks = [(f"p{level}", float(np.percentile(seconds, level))) for level in (50, 95)]
        svg = plots.histogram(seconds, marks, "wall time of an answer")
        yield Figure("seconds", svg, f"{len(seconds)} answers, follow-ups asked in other forms included.")


def _bar(row: Row, others: Sequence[Scorecard]) -> plots.Bar:
    beside = [(other.name, value) for other, value in zip(others, row.others, strict=True) if value is not None]
    (value, low, high, _), metric = row.number, row.metric
    return plots.Bar(metric.name, value, low, high, beside, metric.better == "lower")
