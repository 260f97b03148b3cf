"""Blocks: ``TextBuilder``, with which parsers lay out text, and ``add_context``, which adds headings and lead-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.ingest.boxes import is_box, is_open_field, with_choices
from assistant.ingest.covers import with_covers
from assistant.ingest.dialogue import with_speakers
from assistant.ingest.inline import strip_markup
from assistant.ingest.receipts import with_bought
from assistant.types import Block, BlockKind, Span, one_line

CELL_SEPARATOR = " | "
"""Stands between the cells of a row in a text that a parser lays out."""

MAX_LEAD_IN = 300
"""The most characters of the lead-in of a list or a table."""

MAX_OPEN_LINE = 120
"""The most characters of a line without final punctuation that introduces what follows it."""

_COLONS = (":", "：")
_TABLE_TITLE = re.compile(
    r"^(?:table|tabelle|tableau|tabla|tabella|tab\.|exhibit|schedule)\s+[\divxa-z]{1,4}\b|"
    r"\b(?:in|of) (?:thousands|millions|billions)\b|\b(?:in|en) (?:tausend|millionen|milliers|miles|millones)\b|"
    r"\((?:in )?[^()]{1,30}\)$",
    re.IGNORECASE,
)
_STOPS = tuple(".!?…;,。！？؟।")

LISTED: frozenset[BlockKind] = frozenset({"item", "row", "field"})
"""Kinds of blocks that a line before them can introduce."""


class TextBuilder:
    """Lays out the text of a document block by block and records each block's span.

    For formats whose text the parser makes (Word, PDF, spreadsheets). A parser of plain text makes ``Block`` values for
    the text as it is instead. Blank input adds nothing. ``blocks`` applies ``add_context``.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[int] = []

    def heading(self, text: str, level: int = 1) -> None:
        """Add a heading; 1 is the outermost level."""
        self._add("heading", text, level=level)

    def paragraph(self, text: str, lead_in: str = "") -> None:
        """Add running text."""
        self._add("paragraph", text, lead_in=lead_in)

    def item(self, text: str, depth: int = 1, marker: str = "-", lead_in: str = "") -> None:
        """Add a list item with its marker; 1 is the outermost depth, ``lead_in`` introduces the list.

        A number, a letter or a box ("4.", "(b)", "☒") is part of the item's text, a bullet is not.
        """
        indent = "  " * (depth - 1)
        if any(map(str.isalnum, marker)) or is_box(marker):
            self._add(
                "item", f"{marker} {text.strip()}" if text.strip() else "", lead=indent, level=depth, lead_in=lead_in
            )
        else:
            self._add("item", text, lead=f"{indent}{marker} " if marker else indent, level=depth, lead_in=lead_in)

    def row(self, cells: Sequence[str], columns: Sequence[str] = (), caption: str = "") -> None:
        """Add a table row; ``columns`` are the header cells, one for each cell."""
        said = [" ".join(cell.split()) for cell in cells]
        if not any(said):
            return
        spans, at = [], self._next_start("row")
        for cell in said:
            spans.append(Span(at, at + len(cell)))
            at += len(cell) + len(CELL_SEPARATOR)
        headers = tuple(" ".join(column.split()) for column in columns)
        self._add("row", CELL_SEPARATOR.join(said), columns=headers, cells=tuple(spans), caption=caption, strip=False)

    def field(self, label: str, value: str, lead_in: str = "") -> None:
        """Add a ``Label: value`` line; ``lead_in`` says what the label means."""
        self._add("field", f"{label}: {value}", lead_in=lead_in)

    def total(self, text: str) -> None:
        """Add a line of a bill that ends in its amount: ``TOTAL $821.14``."""
        self._add("field", text)

    def code(self, text: str) -> None:
        """Add a block of code; line breaks and indentation are kept."""
        self._add("code", text.rstrip(), strip=False)

    def quotation(self, text: str, speaker: str = "", lead_in: str = "") -> None:
        """Add text that somebody other than the author said or wrote; ``lead_in`` may give the time."""
        self._add("quotation", text, speaker=speaker, lead_in=lead_in)

    def caption(self, text: str) -> None:
        """Add the caption of a table or a figure."""
        self._add("caption", text)

    def furniture(self, text: str) -> None:
        """Add a running head, a footer or a page number, which is kept but never quoted."""
        self._add("furniture", text)

    def embed(self, text: str, blocks: Iterable[Block], below: int = 0) -> None:
        """Add a text with its own blocks, unchanged; its headings become subheadings of the last of level ``below``."""
        said = text.rstrip()
        if not said.strip():
            return
        separator = "\n\n" if self._parts else ""
        by = self._length + len(separator)
        self._parts += [separator, said]
        self._length = by + len(said)
        self._blocks += (shifted(block, by, below) for block in blocks if block.end <= len(said))

    def page(self, at: int | None = None) -> None:
        """Start a new page (a slide, a sheet), or record that one starts at ``at`` in the text laid out so far."""
        self._pages.append(at if at is not None else self._length + (2 if self._parts else 0))

    @property
    def text(self) -> str:
        """The text laid out so far."""
        return "".join(self._parts)

    @property
    def pages(self) -> tuple[int, ...]:
        """The offsets where pages start, none beyond the end of the text."""
        return tuple(min(start, self._length) for start in self._pages)

    def blocks(self) -> tuple[Block, ...]:
        """All blocks with their context."""
        return add_context(self.text, self._blocks)

    def _next_start(self, kind: BlockKind) -> int:
        return self._length + len(self._separator(kind))

    def _separator(self, kind: BlockKind) -> str:
        if not self._blocks:
            return ""
        together = kind in LISTED and self._blocks[-1].kind == kind
        new_page = bool(self._pages) and self._pages[-1] > self._length
        return "\n" if together and not new_page else "\n\n"

    def _add(
        self,
        kind: BlockKind,
        text: str,
        *,
        lead: str = "",
        level: int = 0,
        columns: tuple[str, ...] = (),
        cells: tuple[Span, ...] = (),
        caption: str = "",
        speaker: str = "",
        lead_in: str = "",
        strip: bool = True,
    ) -> None:
        said = text.strip() if strip else text
        if not said.strip():
            return
        separator = self._separator(kind) + lead
        start = self._length + len(separator)
        self._parts += [separator, said]
        self._length = start + len(said)
        self._blocks.append(
            Block(
                kind=kind,
                start=start,
                end=self._length,
                level=level,
                columns=columns,
                cells=cells,
                caption=caption,
                speaker=speaker,
                lead_in=lead_in,
            )
        )


def shifted(block: Block, by: int, deeper: int = 0) -> Block:
    """``block`` moved by ``by`` characters; the level of a heading is increased by ``deeper``."""
    cells = tuple(Span(start + by, end + by) for start, end in block.cells)
    level = block.level + deeper if block.kind == "heading" else block.level
    return block.model_copy(
        update={"start": block.start + by, "end": block.end + by, "cells": cells, "level": level, "headings": ()}
    )


def add_context(text: str, blocks: Iterable[Block]) -> tuple[Block, ...]:
    """``blocks`` with their headings and the lead-in of their list or table, both taken from the order of blocks.

    The lead-in is the last line of the block before the list if it ends with a colon, if it has no final punctuation
    and is directly above the list, or if it is the title of a table. A nested item is introduced by the item above it.
    """
    made: list[Block] = []
    path: list[tuple[int, str]] = []
    headings: tuple[str, ...] = ()
    introduction = ""
    above: dict[int, str] = {}
    before: BlockKind | None = None
    end = 0  # of the block before
    for block in with_choices(text, with_bought(text, with_covers(text, with_speakers(text, list(blocks))))):
        if block.kind == "field" and is_open_field(text[block.start : block.end]):
            block = block.model_copy(update={"kind": "furniture"})
        if before not in LISTED and not _introduces(introduction, text[end : block.start], block.kind):
            introduction = ""
        end = block.end
        if block.kind == "heading":
            path = [(level, said) for level, said in path if level < block.level]
            made.append(block.model_copy(update={"headings": tuple(said for _, said in path)}))
            path.append((block.level, _context_line(text, block)))
            headings = tuple(said for _, said in path)
            introduction, above, before = "", {}, None
            continue
        if block.kind in LISTED and before in LISTED and before != block.kind:
            introduction, above = "", {}  # another list, which nothing introduces
        lead_in = block.lead_in
        if block.kind == "item":
            above = {depth: said for depth, said in above.items() if depth < block.level}
            lead_in = lead_in or " ".join(filter(None, [introduction, *(above[depth] for depth in sorted(above))]))
            above[block.level] = _context_line(text, block)
        elif block.kind in LISTED:
            lead_in = lead_in or introduction
        elif block.kind == "code":
            lead_in, introduction, above = lead_in or _led_by(made, text), "", {}
        elif block.kind == "paragraph" and _is_below_label(text, block, introduction, made):
            lead_in, above = introduction, {}
        elif block.kind not in ("furniture", "caption"):
            introduction, above = _introduction(text[block.start : block.end]), {}
        before = before if block.kind in ("furniture", "caption") else block.kind
        if block.kind == "caption" and headings and _context_line(text, block) == headings[-1]:
            block = block.model_copy(update={"kind": "furniture"})  # the title of a sheet, which is its name as well
        made.append(block.model_copy(update={"headings": headings, "lead_in": lead_in}))
    return tuple(made)


def _is_below_label(text: str, block: Block, label: str, before: Sequence[Block]) -> bool:
    """Whether a short paragraph is what a ``label`` above it is about: "Members:", "Ada Lind", "Bo Ek".

    A sentence is if it stands directly below the label.
    """
    said = text[block.start : block.end]
    if (
        not label[1:].endswith(_COLONS)
        or len(label) > _LONGEST_LABEL
        or len(said) > MAX_OPEN_LINE
        or said.endswith(_COLONS)
    ):
        return False
    return not said.endswith(_STOPS) or text[before[-1].start : before[-1].end].endswith(_COLONS)


_LONGEST_LABEL = 40  # characters


def _led_by(before: Sequence[Block], text: str) -> str:
    """The line with a colon that the last block ends with: "Then run:"."""
    last = before[-1] if before and before[-1].kind in ("paragraph", "item") else None
    line = _introduction(text[last.start : last.end]) if last else ""
    return line if line.endswith(_COLONS) else ""


def _introduction(text: str) -> str:
    last = " ".join(strip_markup(text.rstrip().rpartition("\n")[2]).split())
    short = "\n" not in text.strip() and len(last) <= MAX_OPEN_LINE and last[-1:] not in _STOPS
    drawn = last[:1] in "-_=*~"
    return last[-MAX_LEAD_IN:] if (last.endswith(_COLONS) or short) and not drawn else ""


def _introduces(line: str, gap: str, kind: BlockKind) -> bool:
    """Whether ``line`` introduces a block of ``kind`` below it, with the text ``gap`` between the two."""
    if line.endswith(_COLONS) or gap.count("\n") < 2:
        return True
    return kind in ("row", "furniture", "caption") and bool(_TABLE_TITLE.search(line))


def _context_line(text: str, block: Block) -> str:
    return one_line(strip_markup(text[block.start : block.end]))[:MAX_LEAD_IN]
