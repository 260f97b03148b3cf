"""Statements: the parts of a document that can be ranked, quoted and cited, each with its context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from assistant.english.sentences import split_sentences
from assistant.ingest.inline import strip_markup
from assistant.types import CONTEXT_SEPARATOR, Block, BlockKind, Document, Span, Statement

CELL_SEPARATOR = " · "
"""Stands between the cells of a row in its reading."""

MAX_READING = 1000
"""The most characters of a reading; a longer row has none."""

MAX_WHOLE = 400
"""The most characters of an item that is one statement; a longer one has a statement for each sentence."""

PROSE: frozenset[BlockKind] = frozenset({"paragraph", "quotation"})
"""Kinds of blocks that are made of sentences."""


def statements(document: Document) -> tuple[Statement, ...]:
    """All statements of ``document``, headings and furniture included, in order, with offsets in its text.

    Paragraphs, quotations and long items have a statement for each sentence; every other block is one statement.
    A document without blocks is one paragraph.
    """
    text = document.text
    blocks = document.blocks or (Block(kind="paragraph", start=0, end=len(text)),)
    found: list[Statement] = []
    for block in blocks:
        context = _context(block)
        for start, end in _spans(block, text):
            found.append(Statement(start, end, block.kind, context, _reading(block, text, start, end)))
    return tuple(found)


def _context(block: Block) -> str:
    """Headings, lead-in, caption and speaker, outermost first, each only once."""
    parts = [*block.headings, block.lead_in, block.caption, f"{block.speaker}:" if block.speaker else ""]
    return CONTEXT_SEPARATOR.join(dict.fromkeys(part for part in parts if part))


def _spans(block: Block, text: str) -> Iterator[Span]:
    long = block.kind in ("item", "field") and block.end - block.start > MAX_WHOLE
    if block.kind not in PROSE and not long:
        yield Span(block.start, block.end)
        return
    said = text[block.start : block.end]
    if block.kind == "quotation":
        said = _QUOTE_MARKS.sub(lambda match: " " * len(match[0]), said)
    for start, end in split_sentences(said):
        yield Span(block.start + start, block.start + end)


# --- readings -------------------------------------------------------------------------------------

_QUOTE_MARKS = re.compile(r"(?<=\n)[ \t]*(?:>[ \t]?)+|^(?:>[ \t]?)+")
_BROKEN_WORD = re.compile(r"(?<![\w-])(\w*[^\W\d_]{2})(?:-|\u00ad|\ufffe)[ \t]*\n\s*([^\W\d_]{2}\w*)")
_SOFT_HYPHEN = re.compile("\u00ad(?!\\s)")


def _reading(block: Block, text: str, start: int, end: int) -> str:
    """The readable form of ``text[start:end]``; empty if the text itself is readable.

    A row has each cell after the name of its column: ``Branch: Fjordby · Staff: 31``. Other kinds are without inline
    markup and quotation marks at line starts, and words broken at a line end are joined.
    """
    if block.cells:
        return _row_reading(block, text)
    if block.kind == "code":
        return ""
    said = text[start:end]
    reading = _QUOTE_MARKS.sub("", said) if block.kind == "quotation" else said
    reading = _joined(_SOFT_HYPHEN.sub("", reading), text)
    reading = strip_markup(reading)
    return " ".join(reading.split()) if reading != said else ""


def _joined(said: str, text: str) -> str:
    """``said`` with words joined that a line end breaks; a hyphen is kept if the document has it within a line too."""

    def join(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        if second[0].isupper() or f"{first}-{second}" in text:
            return f"{first}-{second}"
        return first + second

    return _BROKEN_WORD.sub(join, said) if "\n" in said else said


def _row_reading(block: Block, text: str) -> str:
    cells = [" ".join(strip_markup(text[span.start : span.end]).split()) for span in block.cells]
    columns = [" ".join(strip_markup(column).split()) for column in block.columns[: len(cells)]]
    pairs = zip_longest(columns, cells, fillvalue="")
    said = [f"{column}: {cell}" if column and column != cell else cell for column, cell in pairs if cell]
    reading = CELL_SEPARATOR.join(said)
    return reading if len(reading) <= MAX_READING else ""
