"""Reads plain text: the text stays as it is, and its layout tells headings, paragraphs, lists, fields and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ingest.blocks import add_context
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.correspondence import is_message, with_writers
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.layout import Layout
from assistant.types import Block

MAX_LAID_OUT = 10_000_000
"""Characters of the longest text whose layout is looked at; a longer one is cut at its blank lines only."""


def parse_text(data: bytes, source: str) -> Content:
    """The file as it is, with a block for each part of its layout; its first line may be its title."""
    text = (read := decoded(data, source)).text
    blocks = text_blocks(text)
    return Content(text, title=_title(text, blocks), blocks=blocks, pages=_pages(text), notes=read.notes)


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text."""
    if len(text) > MAX_LAID_OUT:
        return paragraphs_of(text)
    blocks = bare_blocks(text)
    return add_context(text, with_writers(text, blocks) if is_message(text, blocks) else blocks)


def bare_blocks(text: str, *, titled: bool = True) -> list[Block]:
    """The blocks of a plain text without their context; the first line of one that is not ``titled`` is no title."""
    return Layout(text, titled=titled).blocks()


def paragraphs_of(text: str) -> tuple[Block, ...]:
    """A paragraph for each run of lines between blank ones, whatever it is."""
    found = _PARAGRAPH.finditer(text)
    return tuple(Block(kind="paragraph", start=match.start(), end=match.end()) for match in found)


# Possessive: what a group would be tried again from takes gigabytes for millions of lines.
_PARAGRAPH = re.compile(r"\S[^\n]*+(?:\n[^\S\n]*+\S[^\n]*+)*+")


def _title(text: str, blocks: Sequence[Block]) -> str | None:
    first = next((block for block in blocks if block.kind != "furniture"), None)
    return text[first.start : first.end] if first and first.kind == "heading" and len(blocks) > 1 else None


def _pages(text: str) -> tuple[int, ...]:
    """Where each page begins in a text with form feeds."""
    end = len(text.rstrip())
    feeds = tuple(match.end() for match in re.finditer("\f", text) if match.end() < end)
    return (0, *feeds) if feeds else ()
