"""What the readers of all formats share: what they return, and how bytes and markup become text."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from assistant.types import Block, one_line


class Content(NamedTuple):
    """What a parser makes of a file.

    The title falls back to the file's name. ``pages`` holds where each page begins. ``notes`` tell what was guessed
    or left out, a sentence each.
    """

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    kind: str | None = None
    pages: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()


_UNPRINTABLE = re.compile("[\0-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def cleaned(text: str) -> str:
    """``text`` without what no text holds; a vertical tab is a line break in Office."""
    return _UNPRINTABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))


def printed(pieces: Iterable[str]) -> str:
    """The text that ``pieces`` make on paper: no soft hyphens, no empty lines, single spaces within a line."""
    lines = map(one_line, "".join(pieces).replace("\u00ad", "").split("\n"))
    return "\n".join(filter(None, lines))
