"""All there is to say about a run as one value, and its plain forms: terminal table, Markdown, JUnit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from assistant.eval.cases import Suite
from assistant.eval.comparison import Comparison, compare, earlier, snapshot
from assistant.eval.controls import CONTROLS, sit
from assistant.eval.gates import Verdict
from assistant.eval.log import Run
from assistant.eval.metrics import METRICS
from assistant.eval.scoring import Card, Failure, Number, card, failures, gates, rescore
from assistant.types import OnProgress, Progress


class Report(NamedTuple):
    """A scored run beside its controls, its gates, its failing cases worst first, and what changed since
    another.
    """

    suite: Suite
    run: Run
    card: Card
    controls: tuple[Card, ...]
    gates: tuple[Verdict, ...]
    failures: tuple[Failure, ...]
    comparison: Comparison | None = None

    @property
    def failed_gates(self) -> tuple[Verdict, ...]:
        """The gates that do not hold."""
        return tuple(verdict for verdict in self.gates if verdict.state == "failed")

    @property
    def metrics(self) -> list[str]:
        """The metrics with a value, in the order of the table."""
        return [metric for metric, number in self.card.numbers.items() if number]


def report_on(
    suite: Suite,
    run: Run,
    *,
    against: Path | None = None,
    controls: Iterable[str] = tuple(CONTROLS),
    others: Sequence[Card] = (),
    on_progress: OnProgress = lambda _: None,
) -> Report:
    """Scores a run and its controls. ``against`` is a baseline.json or an earlier run (its folder or log).

    ``others`` are cards of further systems that sat the same exam, to stand as columns beside the controls.
    """
    scores = rescore(run, suite)
    chosen = tuple(controls)
    beside = []
    for done, name in enumerate(chosen):
        on_progress(Progress(stage="scoring controls", done=done, total=len(chosen), item=name))
        beside.append(card(name, sit(suite, name), suite, intervals=False))
    return Report(
        suite=suite,
        run=run,
        card=scores,
        controls=(*others, *beside),
        gates=gates(suite, scores),
        failures=tuple(failures(scores.cases)),
        comparison=_since(against, scores, suite) if against else None,
    )


def _since(path: Path, scores: Card, suite: Suite) -> Comparison:
    gated = {gate.metric for gate in suite.gates}
    return compare(earlier(path, suite), snapshot(scores, suite), gated, suite.seed)


# --- numbers and rows
# ----------------------------------------------------------------------------------------


def shown(value: float | None) -> str:
    """A number as reports show it; an empty string for none."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def interval(number: Number) -> str:
    """The 95 % interval as reports show it."""
    return f"[{shown(number.low)}, {shown(number.high)}]" if number.low is not None else ""


def rows(report: Report) -> list[tuple[str, list[list[str]]]]:
    """The table, group by group: metric, value, interval, n, then the value of each control."""
    groups: dict[str, list[list[str]]] = {}
    for metric in report.metrics:
        number = report.card.numbers[metric]
        if number is None:
            continue
        beside = [control.numbers.get(metric) for control in report.controls]
        groups.setdefault(METRICS[metric].group, []).append(
            [
                metric,
                shown(number.value),
                interval(number),
                str(number.n),
                *(shown(n.value) if n else "" for n in beside),
            ]
        )
    return list(groups.items())


def heading(report: Report) -> list[str]:
    """The columns of the table."""
    return ["metric", "value", "95 %", "n", *(control.name for control in report.controls)]


def notes(report: Report) -> list[str]:
    """What a reader of the numbers should know: dropped lines, oddities of the gold, questions without an
    answer.
    """
    missing = report.run.header.cases - len(report.run.results)
    return [
        *report.run.notes,
        *([f"the run is unfinished: {missing} questions were not asked"] if missing > 0 else []),
        *report.suite.warnings,
    ]


# --- terminal
# ------------------------------------------------------------------------------------------------


def terminal(report: Report) -> str:
    """The report as plain text: table, gates, comparison, the worst cases."""
    # Names of two words stand in two lines, so that the table fits more terminals.
    columns = heading(report)
    above = [*([""] * 4), *(name.rpartition(" ")[0] for name in columns[4:])]
    below = [name.removeprefix(f"{first} ") for first, name in zip(above, columns, strict=True)]
    table = [above, below, *(row for _, group in rows(report) for row in group)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    out = [f"{report.suite.title}: {len(report.suite.cases)} questions, run {report.card.name}", ""]
    out += [_line(above, widths), _line(below, widths)]
    for group, lines in rows(report):
        out += [f"-- {group}", *(_line(line, widths) for line in lines)]
    if report.gates:
        out += ["", "Gates", *(f"  {verdict}" for verdict in report.gates)]
    if report.comparison:
        out += ["", f"Since {report.comparison.before}", f"  {report.comparison.summary}"]
        out += [f"  {described}" for described in _changed(report.comparison, limit=20)]
    if report.failures:
        total = len([one for one in report.card.cases if not one.case.variant])
        out += ["", f"{len(report.failures)} of {total} cases have a fault; the worst:"]
        out += [f"  {f.scored.case.id}: {_cut(f.reasons[0], 110)}" for f in report.failures[:5]]
    out += [f"note: {note}" for note in _few(notes(report))]
    return "\n".join(out) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.ljust(width) if not n else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join([first, *others]).rstrip()


def _changed(comparison: Comparison, limit: int) -> list[str]:
    lines = []
    for change in comparison.changes[:limit]:
        outcome = change.outcome[0] if change.outcome[0] == change.outcome[1] else " to ".join(change.outcome)
        scores = ", ".join(f"{m} {shown(old) or 'none'} to {shown(new) or 'none'}" for m, old, new in change.scores[:4])
        lines.append(f"{change.case}: {outcome}{'; ' + scores if scores else '; other words'}")
    left = len(comparison.changes) - limit
    return [*lines, *([f"... and {left} more"] if left > 0 else [])]


def _few(lines: Sequence[str], limit: int = 5) -> list[str]:
    return [*lines[:limit], *([f"... and {len(lines) - limit} more"] if len(lines) > limit else [])]


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 3]}..."


# --- Markdown
# ------------------------------------------------------------------------------------------------


def markdown(report: Report) -> str:
    """The report as Markdown, for a README or a pull request."""
    out = [
        f"# {_md(report.suite.title)}",
        "",
        f"{len(report.suite.cases)} questions, run `{report.card.name}`.",
    ]
    if report.suite.protocol:
        out += ["", _md(report.suite.protocol)]
    out += ["", markdown_table(report)]
    if report.gates:
        out += ["", "## Gates", "", *(f"- {verdict}" for verdict in report.gates)]
    if report.comparison:
        out += ["", f"## Since `{report.comparison.before}`", "", report.comparison.summary, ""]
        out += ["| metric | before | after | n | p (Holm) | verdict |", "|---|--:|--:|--:|--:|---|"]
        out += [
            f"| {d.metric} | {shown(d.before)} | {shown(d.after)} | {d.n} | {d.p:.2g} | {d.verdict} |"
            for d in report.comparison.differences
            if d.verdict != "same"
        ]
        out += ["", *(f"- {_md(line)}" for line in _changed(report.comparison, limit=50))]
    if report.failures:
        out += ["", "## Failing cases, worst first", ""]
        out += [
            f"- `{f.scored.case.id}` {_md(f.scored.case.question)} — {_md(_cut('; '.join(f.reasons), 300))}"
            for f in report.failures[:50]
        ]
    out += ["", "## Run", "", *(f"- {_md(key)}: {_md(str(value))}" for key, value in report.run.header.about.items())]
    out += [f"- note: {_md(note)}" for note in _few(notes(report))]
    return "\n".join(out) + "\n"


def markdown_table(report: Report) -> str:
    """The numbers alone as a Markdown table."""
    columns = heading(report)
    out = [f"| {' | '.join(columns)} |", f"|---{'|--:' * (len(columns) - 1)}|"]
    out += [f"| {' | '.join(line)} |" for _, group in rows(report) for line in group]
    return "\n".join(out)


def _md(text: str) -> str:
    """Text of a document or a question, so that it cannot become markup."""
    flat = " ".join(text.split())
    for character in "\\`*_[]<>|":
        flat = flat.replace(character, f"\\{character}")
    return flat


# --- JUnit
# ---------------------------------------------------------------------------------------------------


def junit(report: Report) -> str:
    """The report as JUnit XML: a suite of gates and one of questions for each kind.

    Only gates and crashed questions count as failures: a wrong answer is a measurement, a broken gate a
    fault.
    """
    root = ElementTree.Element("testsuites", name=report.suite.title)
    gates_suite = ElementTree.SubElement(root, "testsuite", name="gates", tests=str(len(report.gates)))
    gates_suite.set("failures", str(len(report.failed_gates)))
    for verdict in report.gates:
        test = ElementTree.SubElement(gates_suite, "testcase", classname="gates", name=str(verdict.gate))
        if verdict.state == "failed":
            ElementTree.SubElement(test, "failure", message=str(verdict))
        elif verdict.state == "skipped":
            ElementTree.SubElement(test, "skipped", message=str(verdict))
    reasons = {failure.scored.case.key: failure.reasons for failure in report.failures}
    for kind in dict.fromkeys(one.case.kind for one in report.card.cases):
        cases = [one for one in report.card.cases if one.case.kind == kind and not one.case.variant]
        crashed = [one for one in cases if one.scores["failures"].value]
        suite = ElementTree.SubElement(
            root, "testsuite", name=kind, tests=str(len(cases)), failures="0", errors=str(len(crashed))
        )
        for one in cases:
            seconds = one.answer.trace.seconds.get("wall", 0.0)
            test = ElementTree.SubElement(suite, "testcase", classname=kind, name=one.case.id, time=f"{seconds:.3f}")
            if one in crashed:
                ElementTree.SubElement(test, "error", message=one.scores["failures"].reason)
            elif one.case.key in reasons:
                ElementTree.SubElement(test, "system-out").text = "\n".join(reasons[one.case.key])
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _legal(ElementTree.tostring(root, encoding="unicode")) + "\n"


_ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


def _legal(text: str) -> str:
    """Without the characters XML 1.0 has no way to write; ElementTree lets them through."""
    return text.translate(_ILLEGAL)
