"""Shows answers and passages to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from assistant.cli.screen import Screen, clean, one_line
from assistant.render import claim_text, search_summary, text_below

if TYPE_CHECKING:
    from assistant.types import Answer, Citation, Claim, Conflict, DocumentMetadata, Passage

_MARKER = re.compile(r"\[\d+\]")
_CAUTION = {"partial": "yellow", "unsupported": "red"}
_NARROWEST_SIDE = 26


def show_answer(screen: Screen, answer: Answer) -> None:
    """Show an answer with its warnings, conflicts and sources; of a refusal, the nearest statements."""
    screen.write(_prose(answer))
    for conflict in answer.conflicts:
        _show_conflict(screen, conflict)
    if answer.citations:
        _heading(screen, "Sources")
        for before, citation in zip((None, *answer.citations), answer.citations, strict=False):
            again = screen.wide and before is not None and before.source == citation.source
            _show_source(screen, citation, named=not again)
    if lines := search_summary(answer):
        screen.write()
        for line in lines:
            screen.write(one_line(line))


def small_print(answer: Answer, seconds: float) -> str:
    """The writer of the answer, the time it took, and the question as searched if it was rewritten."""
    parts = [f"{answer.writer} writer", f"{seconds:.2f} s"]
    if one_line(answer.trace.question) != one_line(answer.question):
        parts.append(f"searched as: {answer.trace.question}")
    return one_line(" · ".join(parts))


def show_passages(screen: Screen, passages: Iterable[Passage]) -> None:
    """Ranked passages, each under its document's name."""
    for number, passage in enumerate(passages):
        if number:
            screen.write()
        head = _head(passage.metadata, passage.page)
        head.append(f" {passage.score:.3f}", "cyan")
        screen.write(head, indent=4, lead=Text(f"{passage.rank:>2}. ", "dim"))
        screen.write(one_line(passage.chunk.text), indent=4)


def _prose(answer: Answer) -> Text:
    """The answer's text; markers dim, and after each claim that is not supported a word of warning."""
    prose = Text()
    for before, claim in zip([None, *answer.claims], answer.claims, strict=False):
        prose.append_text(_claim(clean(claim_text(claim, before)), claim))
    prose.append(clean("\n\n".join(["", *text_below(answer)]) if answer.claims else answer.text))
    if answer.outcome == "not_in_documents":
        prose.stylize("bold")
    prose.highlight_regex(_MARKER, "dim")
    return prose


def _claim(text: str, claim: Claim) -> Text:
    color = _CAUTION.get(claim.support)
    if color is None:
        return Text(text)
    reason = f" ({one_line(claim.reason)})" if claim.reason else ""
    return Text.assemble((text, color), (reason, f"bold {color}"))


def _show_conflict(screen: Screen, conflict: Conflict) -> None:
    """The sides next to each other if there is room; the text of the answer lists them as well."""
    if not screen.wide or screen.width < _NARROWEST_SIDE * len(conflict.sides):
        return
    from rich import box
    from rich.table import Table

    _heading(screen, f"Sources disagree: {one_line(conflict.about)}", "bold yellow")
    table = Table(box=box.MINIMAL, show_edge=False, pad_edge=False, expand=True)
    for side in conflict.sides:
        head = Text.assemble(_name(side.citation), (f" [{side.citation.marker}]", "dim"))
        table.add_column(head, ratio=1, overflow="fold")
    table.add_row(*(Text(one_line(side.value), "bold yellow") for side in conflict.sides))
    table.add_row(*(_quote(side.citation) for side in conflict.sides))
    screen.table(table)


def _show_source(screen: Screen, citation: Citation, *, named: bool) -> None:
    lead = Text(f"[{citation.marker}] ", "cyan")
    indent = lead.cell_len
    if named:
        screen.write(_head(citation, citation.page), indent=indent, lead=lead)
    screen.write(_quote(citation), indent=indent, lead=None if named else lead)


def _heading(screen: Screen, text: str, style: str = "bold") -> None:
    screen.write()
    screen.write(Text(text, style))


def _name(metadata: DocumentMetadata) -> Text:
    return Text(one_line(metadata.label), "bold")


def _head(metadata: DocumentMetadata, page: int | None = None) -> Text:
    file = f" ({one_line(metadata.source)}{f', page {page}' if page else ''})"
    return Text.assemble(_name(metadata), (file, "dim"))


def _quote(citation: Citation) -> Text:
    return Text(f"\N{LEFT DOUBLE QUOTATION MARK}{one_line(citation.quote)}\N{RIGHT DOUBLE QUOTATION MARK}", "italic")
