"""How an answer came about, folded away below it: timings, candidates, what was dropped, and the prompt."""

from __future__ import annotations

from assistant.types import Answer
from assistant.web.markup import Markup, fill, join, one_line

SHOWN = 15
"""Rows of each table; the JSON export has them all."""


def trace_html(answer: Answer) -> Markup:
    """The trace as one disclosure."""
    trace = answer.trace
    facts = [
        ("Searched as", trace.question),
        ("Answerability", f"{answer.answerability:.2f}"),
        ("Time", " · ".join(f"{step} {seconds:.3f} s" for step, seconds in trace.seconds.items())),
        ("Model", trace.model or "none"),
        ("Options", ", ".join(f"{name}={value}" for name, value in trace.options.items())),
        ("Prompt", f"{trace.prompt} ({trace.prompt_hash or ''})" if trace.prompt else "none"),
        ("Tokens", f"{trace.prompt_tokens} in, {trace.answer_tokens} out" if trace.prompt_tokens else ""),
    ]
    return fill(
        '<details class="trace"><summary>How this answer came about</summary><dl>{facts}</dl>'
        "{candidates}{sentences}{dropped}</details>",
        facts=join(fill("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in facts if v),
        candidates=_table(
            "Candidates",
            ("document", "meaning", "keywords", "together"),
            [(c.source, _score(c.dense), _score(c.keyword), _score(c.fused)) for c in trace.candidates[:SHOWN]],
            len(trace.candidates),
        ),
        sentences=_table(
            "Ranked sentences",
            ("sentence", "score"),
            [(one_line(s.text, 180), _score(s.score)) for s in trace.sentences[:SHOWN]],
            len(trace.sentences),
        ),
        dropped=_table(
            "Dropped",
            ("sentence", "why"),
            [(one_line(d.text, 180), d.reason) for d in trace.dropped[:SHOWN]],
            len(trace.dropped),
        ),
    )


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], total: int) -> Markup:
    if not rows:
        return Markup()
    more = f"{len(rows)} of {total}" if total > len(rows) else f"{total}"
    return fill(
        '<h4>{title} <span>{more}</span></h4><div class="scroll"><table><thead><tr>{heads}</tr></thead>'
        "<tbody>{rows}</tbody></table></div>",
        title=title,
        more=more,
        heads=join(fill('<th scope="col">{head}</th>', head=head) for head in heads),
        rows=join(
            fill("<tr>{cells}</tr>", cells=join(fill("<td>{cell}</td>", cell=cell) for cell in row)) for row in rows
        ),
    )
