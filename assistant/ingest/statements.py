"""Statements: what of a document can be ranked, quoted and cited, each with the context it needs."""

from __future__ import annotations

from itertools import zip_longest

from assistant.english.sentences import split_sentences
from assistant.types import Block, Document, Statement

CONTEXT_SEPARATOR = " › "
"""Stands between the parts of a statement's context."""

CELL_SEPARATOR = " · "
"""Stands between the cells of a row as a person reads it."""

MAX_READING = 1000
"""Characters of the longest reading; a longer row is read as it is."""


def statements(document: Document) -> tuple[Statement, ...]:
    """All statements of ``document``, headings and furniture included, in order, with offsets in its text.

    A paragraph and a quotation are one statement for each sentence; every other block is one statement. A document
    without blocks is one paragraph.
    """
    text = document.text
    blocks = document.blocks or (Block(kind="paragraph", start=0, end=len(text)),)
    found: list[Statement] = []
    for block in blocks:
        context = _context(block)
        if block.kind in ("paragraph", "quotation"):
            for start, end in split_sentences(text[block.start : block.end]):
                found.append(Statement(block.start + start, block.start + end, block.kind, context))
        else:
            found.append(Statement(block.start, block.end, block.kind, context, _reading(block, text)))
    return tuple(found)


def _context(block: Block) -> str:
    """Headings, lead-in, caption and speaker, outermost first, each said once."""
    parts = [*block.headings, block.lead_in, block.caption, f"{block.speaker}:" if block.speaker else ""]
    return CONTEXT_SEPARATOR.join(dict.fromkeys(part for part in parts if part))


def _reading(block: Block, text: str) -> str:
    """A row with each cell behind its column: ``Branch: Fjordby · Staff: 31``; nothing for other kinds."""
    if not block.cells:
        return ""
    cells = [" ".join(text[span.start : span.end].split()) for span in block.cells]
    pairs = zip_longest(block.columns[: len(cells)], cells, fillvalue="")
    said = [f"{column}: {cell}" if column and column != cell else cell for column, cell in pairs if cell]
    reading = CELL_SEPARATOR.join(said)
    return reading if len(reading) <= MAX_READING else ""
