"""The report as one page that needs nothing but itself: plots inline, worst cases first, light and dark."""
# ruff: noqa: E501 - lines of markup read better unbroken

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib import resources

import numpy as np

from assistant.eval import plots
from assistant.eval.comparison import Comparison
from assistant.eval.metrics import METRICS, WALL, risk_coverage
from assistant.eval.report import Report, heading, notes, rows, shown
from assistant.eval.scoring import Card, Failure
from assistant.types import Answer

_BELOW_ZERO = ("crag",)  # has no place on an axis from 0 to 1
MOST_FAILURES = 300
MOST_TEXT = 1500

_TILES = (
    "fact_coverage",
    "citation_validity",
    "citation_f1",
    "auroc",
    "refusal_f1",
    "conflict_f1",
    "passage_hit@4",
    "seconds_p50",
)


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def page(report: Report) -> str:
    """The whole page. All text of documents, questions and answers is escaped; a policy forbids any request."""
    title, style, script = escape(report.suite.title), _asset("page.css"), _asset("page.js")
    body = "".join(
        [
            f"<h1>{title}</h1>",
            f'<p class="soft">{len(report.suite.cases)} questions, run <code>{escape(report.card.name)}</code></p>',
            _banner(report),
            _tiles(report),
            _plots(report),
            _comparison(report.comparison) if report.comparison else "",
            "<h2>All numbers</h2>",
            _table(report),
            _failures(report),
            _about(report),
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="' + _POLICY + '">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="data:,"><style>{style}</style></head>'
        f"<body><main>{body}</main><script>{script}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return resources.files("assistant.eval").joinpath(name).read_text(encoding="utf-8")


def _banner(report: Report) -> str:
    if not report.gates:
        return ""
    failed = report.failed_gates
    if not failed:
        passed = sum(verdict.state == "passed" for verdict in report.gates)
        skipped = len(report.gates) - passed
        return f'<div class="banner pass">All {passed} gates hold{f"; {skipped} had nothing to measure" if skipped else ""}</div>'
    items = "".join(f"<li>{escape(str(verdict))}</li>" for verdict in failed)
    return f'<div class="banner fail">{len(failed)} of {len(report.gates)} gates failed<ul>{items}</ul></div>'


def _tiles(report: Report) -> str:
    tiles = []
    for metric in _TILES:
        number = report.card.numbers.get(metric)
        if number:
            spread = f"{shown(number.low)} to {shown(number.high)}, " if number.low is not None else ""
            tiles.append(
                f'<div class="tile" title="{escape(METRICS[metric].about)}"><b>{shown(number.value)}</b>{escape(metric)}<br>'
                f"<span>{spread}n = {number.n}</span></div>"
            )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _plots(report: Report) -> str:
    groups: dict[str, list[plots.Bar]] = {}
    for metric, number in report.card.numbers.items():
        about = METRICS[metric]
        if number and about.better != "neither" and about.group != "cost" and metric not in _BELOW_ZERO:
            beside = [(control.name, n.value) for control in report.controls if (n := control.numbers.get(metric))]
            bar = plots.Bar(metric, number.value, number.low, number.high, beside, about.better == "lower")
            groups.setdefault(about.group, []).append(bar)
    figures = [_figure(plots.intervals(bars), group) for group, bars in groups.items()]
    risk = _risk(report)
    if risk:
        caption = (
            "Share of unanswerable questions among those it was surest of: the lower the curve, the better it knows."
        )
        figures.append(_figure(risk, "risk and coverage", caption))
    seconds = [one.answer.trace.seconds[WALL] for one in report.card.cases if WALL in one.answer.trace.seconds]
    if seconds:
        marks = [("p50", float(np.percentile(seconds, 50))), ("p95", float(np.percentile(seconds, 95)))]
        histogram = plots.histogram(seconds, marks, "wall time of an answer")
        caption = f"{len(seconds)} answers, follow-ups asked again in other forms included."
        figures.append(_figure(histogram, "seconds", caption))
    key = "Dots are values, bands their 95 % intervals, hollow dots the controls; ↓ lower is better."
    return f'<h2>At a glance</h2><p class="soft">{key}</p><div class="plots">{"".join(figures)}</div>'


def _risk(report: Report) -> str:
    own = _curve(report.card._replace(name="this run"), "curve")
    if own is None:
        return ""
    truths = np.array([float(one.case.answerable) for one in report.card.cases if not one.case.variant])
    xs, ys = risk_coverage(truths, truths)
    lines = [own, plots.Curve("perfect", xs.tolist(), ys.tolist(), "ideal")]
    lines += [
        curve for control in report.controls if control.name == "keyword search" and (curve := _curve(control, "other"))
    ]
    return plots.curves(lines, "coverage: share of questions answered", "risk")


def _curve(card: Card, kind: str) -> plots.Curve | None:
    cases = [one for one in card.cases if not one.case.variant]
    truths = np.array([float(one.case.answerable) for one in cases])
    if not 0 < truths.sum() < len(truths):
        return None
    xs, ys = risk_coverage(np.array([one.answer.answerability for one in cases]), truths)
    return plots.Curve(card.name, xs.tolist(), ys.tolist(), kind)


def _figure(svg: str, title: str, caption: str = "") -> str:
    below = f"<p>{escape(caption)}</p>" if caption else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg}{below}</figure>"


def _table(report: Report) -> str:
    columns = heading(report)
    out = ["<thead><tr>", *(f"<th>{escape(column)}</th>" for column in columns), "</tr></thead><tbody>"]
    for group, lines in rows(report):
        out.append(f'<tr class="group"><td colspan="{len(columns)}">{escape(group)}</td></tr>')
        for metric, value, *others in lines:
            about = METRICS[metric]
            hint = f"{about.about}{'; lower is better' if about.better == 'lower' else ''}"
            out.append(f'<tr><td title="{escape(hint)}">{escape(metric)}</td><td class="value">{value}</td>')
            out.append("".join(f"<td>{escape(cell)}</td>" for cell in others) + "</tr>")
    return f'<div class="box scroll"><table>{"".join(out)}</tbody></table></div>'


def _comparison(comparison: Comparison) -> str:
    out = [f"<h2>Since {escape(comparison.before)}</h2><p>{escape(comparison.summary)}</p>"]
    moved = [d for d in comparison.differences if d.verdict != "same"]
    if moved:
        columns = ("metric", "before", "after", "n", "p (Holm)", "verdict")
        out.append(f'<div class="box scroll"><table><tr>{"".join(f"<th>{c}</th>" for c in columns)}</tr>')
        for d in moved:
            cells = "".join(f"<td>{cell}</td>" for cell in (shown(d.before), shown(d.after), d.n, f"{d.p:.2g}"))
            out.append(f'<tr><td>{escape(d.metric)}</td>{cells}<td class="{d.verdict}">{d.verdict}</td></tr>')
        out.append("</table></div>")
    if comparison.changes:
        out.append(f"<details><summary>{len(comparison.changes)} changed cases</summary><ul>")
        for change in comparison.changes:
            scores = ", ".join(f"{m} {shown(old) or 'none'} → {shown(new) or 'none'}" for m, old, new in change.scores)
            said = f"{' → '.join(dict.fromkeys(change.outcome))}; {scores or 'other words'}"
            out.append(f"<li><code>{escape(change.case)}</code> {escape(said)}</li>")
        out.append("</ul></details>")
    return "".join(out)


def _failures(report: Report) -> str:
    total = sum(not one.case.variant for one in report.card.cases)
    if not report.failures:
        return f"<h2>Failing cases</h2><p>None of {total}.</p>"
    kinds = list(dict.fromkeys(failure.scored.case.kind for failure in report.failures))
    buttons = "".join(
        f'<button data-kind="{escape(kind)}" aria-pressed="false">{escape(kind or "all")}</button>'
        for kind in ("", *kinds)
    )
    left = len(report.failures) - MOST_FAILURES
    return "".join(
        [
            f"<h2>{len(report.failures)} of {total} cases have a fault, worst first</h2>",
            f'<div class="controls">{buttons}<input id="find" type="search" placeholder="find" aria-label="find in cases">'
            '<span id="count" class="soft"></span></div>',
            *(_case(failure) for failure in report.failures[:MOST_FAILURES]),
            f'<p class="soft">{left} more are in the log.</p>' if left > 0 else "",
        ]
    )


def _case(failure: Failure) -> str:
    case, answer = failure.scored.case, failure.scored.answer
    gold = [" | ".join(wordings) for wordings in case.facts] or (
        ["Not in the documents."] if not case.answerable else []
    )
    evidence = [f"{e.source}: “{e.quote}”" for e in case.evidence]
    listed = [
        *([("after", "\n".join(case.history))] if case.history else []),
        ("why", "\n".join(_cut(reason, 600) for reason in failure.reasons)),
        ("answer", _cut(answer.text, MOST_TEXT) or f"(none) {answer.trace.question}"),
        ("said", _said(answer)),
        ("gold", "\n".join(gold)),
        ("evidence", _cut("\n".join(evidence), MOST_TEXT)),
    ]
    body = "".join(
        f"<dt>{name}</dt><dd{' class=why' if name == 'why' else ''}>{escape(text)}</dd>"
        for name, text in listed
        if text
    )
    return (
        f'<article class="case" data-kind="{escape(case.kind)}"><span class="pill">{escape(case.kind)}</span>'
        f'<span class="pill">{escape(case.id)}</span><h3>{escape(case.question)}</h3><dl>{body}</dl></article>'
    )


def _said(answer: Answer) -> str:
    cited = "; ".join(f"[{c.marker}] {c.source}:{c.start}-{c.end}" for c in answer.citations[:6])
    return f"{answer.outcome}, answerability {answer.answerability:.2f}{'; ' + cited if cited else ''}"


def _about(report: Report) -> str:
    header = report.run.header
    said: Iterable[tuple[str, object]] = [
        ("suite hash", header.suite_hash),
        ("started", header.started),
        ("seed", header.seed),
        *header.about.items(),
        *([("protocol", report.suite.protocol)] if report.suite.protocol else []),
    ]
    items = "".join(
        f'<tr><td>{escape(str(key))}</td><td class="said"><code>{escape(str(value))}</code></td></tr>'
        for key, value in said
    )
    more = "".join(f"<li>{escape(note)}</li>" for note in notes(report)[:50])
    return f'<h2>Run</h2><div class="box scroll"><table>{items}</table></div>' + (f"<ul>{more}</ul>" if more else "")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} … ({len(text) - length} more characters)"
