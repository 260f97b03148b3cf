"""A document as it is read in the panel: text with marks, headings and tables, and pages of PDF files as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from assistant.render import page_name
from assistant.types import Block, Document, Span
from assistant.web.pictures import Picture, picture
from assistant.web.templates import one_line

_AROUND_CELLS = " \t|"
LONG = 20_000
"""Characters from which on it is said how far into a text without pages a place is."""

_BEFORE_HEADINGS = " #"


class Marks(NamedTuple):
    """Words that stand out: those that were quoted, and those of other citations."""

    quoted: Span | None = None
    faint: tuple[Span, ...] = ()

    def kind(self, at: int) -> str:
        """What the character ``at`` is a part of."""
        if self.quoted and self.quoted.start <= at < self.quoted.end:
            return "quoted"
        return "faint" if any(span.start <= at < span.end for span in self.faint) else ""

    @property
    def edges(self) -> set[int]:
        """Where a mark begins or ends."""
        return {edge for span in (*self.faint, *filter(None, [self.quoted])) for edge in span}


class Segment(NamedTuple):
    """A piece of a document's text: plain, quoted, or quoted by another citation; ``page`` begins before it."""

    text: str
    kind: str = ""
    page: int = 0
    first: bool = False


class Row(NamedTuple):
    """A row of a table, each cell in segments."""

    cells: tuple[tuple[Segment, ...], ...]
    kind: str


class Part(NamedTuple):
    """Running text or a heading in segments, or a table."""

    kind: str
    segments: tuple[Segment, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def position(document: Document, at: int) -> str:
    """Where the character ``at`` stands: its page of how many, or the heading above it and how far into a long text."""
    if page := document.page_at(at):
        return f"{page_name(document.source)} {page} of {len(document.pages)}"
    above = [block for block in document.blocks if block.kind == "heading" and block.start <= at]
    heading = one_line(document.text[above[-1].start : above[-1].end], 60) if above else ""
    part = f"at {100 * at // len(document.text)} %" if len(document.text) > LONG else ""
    return " · ".join(filter(None, ["" if heading == document.title else heading, part]))


class DrawnPage(NamedTuple):
    """A page of a PDF file as a picture."""

    picture: Picture
    number: int
    total: int


def drawn_page(document: Document, file: Path | None, marked: Span | None, number: int = 0) -> DrawnPage | None:
    """Page ``number`` of a PDF file, else that of the marked words; None where it cannot be drawn."""
    if file is None or file.suffix.lower() != ".pdf" or not document.pages:
        return None
    page = min(number or (marked and document.page_at(marked.start)) or 1, len(document.pages))
    start, end = document.pages[page - 1], [*document.pages, len(document.text)][page]
    words = document.text[max(start, marked.start) : min(end, marked.end)] if marked else ""
    drawn = picture(file, page, words)
    return DrawnPage(drawn, page, len(document.pages)) if drawn else None


def parts(document: Document, window: Span, marks: Marks) -> list[Part]:
    """The text of the window in parts; of a table, lines between cells are left out."""
    made: list[Part] = []
    at = window.start
    for blocks in _apart(document, window):
        start, end = _widened(document.text, blocks, at)
        made += [Part("text", segments(document, Span(at, start), marks)), _part(document, blocks, marks)]
        at = end
    return [*made, Part("text", segments(document, Span(at, window.end), marks))]


def segments(document: Document, window: Span, marks: Marks) -> tuple[Segment, ...]:
    """The text of the window, cut where a mark or a page begins or ends."""
    pages = {offset: number for number, offset in enumerate(document.pages, 1) if window.start <= offset < window.end}
    cuts = {window.start, window.end, *pages, *(min(max(edge, window.start), window.end) for edge in marks.edges)}
    first = marks.quoted.start if marks.quoted else -1
    return tuple(
        Segment(document.text[start:end], marks.kind(start), pages.get(start, 0), start == first)
        for start, end in pairwise(sorted(cuts))
    )


def _apart(document: Document, window: Span) -> Iterator[list[Block]]:
    """Headings, and the rows of each table after the line that names its columns."""
    inside = [block for block in document.blocks if window.start <= block.start and block.end <= window.end]
    head: Block | None = None
    for (kind, columns), group in groupby(inside, lambda block: (block.kind, block.columns)):
        blocks = list(group)
        if kind == "row" and all(block.cells for block in blocks):
            named = head is not None and all(name in document.text[head.start : head.end] for name in columns)
            yield [*([head] if head and columns and named else []), *blocks]
        elif kind == "heading":
            yield from ([block] for block in blocks)
        head = blocks[-1] if kind == "furniture" else None


def _widened(text: str, blocks: list[Block], least: int) -> Span:
    """The blocks with the signs of Markdown around them."""
    heading = blocks[0].kind == "heading"
    start, end = blocks[0].start, blocks[-1].end
    while start > least and text[start - 1] in (_BEFORE_HEADINGS if heading else _AROUND_CELLS):
        start -= 1
    while not heading and end < len(text) and text[end] in _AROUND_CELLS:
        end += 1
    return Span(start, end)


def _part(document: Document, blocks: list[Block], marks: Marks) -> Part:
    if blocks[0].kind == "heading":
        return Part("heading", segments(document, Span(blocks[0].start, blocks[0].end), marks))
    rows = [block for block in blocks if block.kind == "row"]
    return Part("table", columns=rows[0].columns, rows=tuple(_row(document, block, marks) for block in rows))


def _row(document: Document, block: Block, marks: Marks) -> Row:
    kinds = {marks.kind(cell.start) for cell in block.cells}
    kind = "quoted" if "quoted" in kinds else "faint" if "faint" in kinds else ""
    return Row(tuple(segments(document, cell, marks) for cell in block.cells), kind)
