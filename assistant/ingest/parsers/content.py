"""What the readers of all formats share: what they return, and how bytes and markup become text."""

import re
from datetime import date
from typing import NamedTuple

from assistant.types import Block


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


# --- markup ---------------------------------------------------------------------------------------

_INVISIBLE = "//script|//style|//noscript|//template|//nav|//head|//comment()|//*[@hidden]"
_INLINE_TAGS = "a abbr b bdi bdo big cite code em font i kbd mark q s samp small span strong sub sup time u var wbr"
_INLINE = frozenset(_INLINE_TAGS.split())


def visible_text(html: str) -> str:
    """All text of a page that a browser would show, a paragraph for each block."""
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types
    from lxml import html as parser

    try:
        tree = parser.fromstring(html.encode(), parser=parser.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return ""
    for element in tree.xpath(_INVISIBLE):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(etree.Element):
        if element.tag not in _INLINE:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).split("\n"))
    return "\n\n".join(line for line in lines if line)
