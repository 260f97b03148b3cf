"""Chats as programs export them: each message begins with who wrote it and when, on its first line or above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.ingest.dialogue import is_name
from assistant.ingest.parsers.lines import Line, is_title, lines_of, marker_of
from assistant.types import CONTEXT_SEPARATOR, Block

_DAY = r"(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|[Tt]oday|[Yy]esterday)"
_WHEN = (
    rf"(?P<open>[\[(])?(?P<when>(?:{_DAY},?(?:[ T]| at ))?"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?)[\])]?"
)
_MARK = "\u200e?"  # stands before what the program itself says
_BEFORE = re.compile(rf"{_MARK}{_WHEN}(?:[ ]?[-–—])?[ \t]+{_MARK}(?=\S)")
_WRITER = re.compile(rf"(?P<name>[^:<>\n]{{1,40}}):[ \u00a0]+{_MARK}(?=\S)|<(?P<nick>[^<>\s]{{1,30}})>[ ]+(?=\S)")
_ABOVE = re.compile(
    rf"{_MARK}(?P<name>[^\W\d_][^\n,:\[\]()—–]{{0,38}}[^\W_][.)]?)"
    rf"(?:,?[ ]|[ \t]{{2,}}|[ ][—–-][ ]){_WHEN}"
)
_TIME = re.compile(_WHEN)
_DATE = re.compile(
    r"(?:[-–—=]+ ?)?(?:[^\W\d_]+,? )?(?:[A-Z][a-z]+ \d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?:st|nd|rd|th|\.)? [A-Z][^\W\d_]+)"
    r"(?:,? \d{4})?(?: ?[-–—=]+)?"
)
_NOTHING_SAID = re.compile(
    r"<[^<>]{3,40}>|\u200e?\w+ omitted|\d+ repl(?:y|ies)|.*(?:end-to-end encrypted|Ende-zu-Ende-verschlüsselt).*"
)
_LEAST = 2  # messages
_PREAMBLE = 6  # lines that may stand before the first message


class _Head(NamedTuple):
    """The beginning of a message, or of what the program says if it has no ``name``; its text starts at ``start``."""

    name: str
    when: str
    start: int
    sure: bool
    """Whether the time is in brackets or has a day, as in no schedule."""


def chat_blocks(text: str) -> list[Block]:
    """The blocks of a chat, in which every line is of its writer; none for other texts."""
    lines = [line for line in lines_of(text) if not line.blank]
    for find in (_before, _above):
        heads = {at: head for at, line in enumerate(lines) if (head := find(text, line))}
        if _is_chat(heads, len(lines), above=find is _above):
            return list(_blocks(text, lines, heads))
    return []


def _before(text: str, line: Line) -> _Head | None:
    """The head of a line that a time begins: ``[12/03/2026, 09:14] Marta: The pump arrived.``."""
    match = _BEFORE.match(text, line.start, line.end)
    if not match:
        return None
    sure = bool(match["open"] or match["day"])
    if writer := _WRITER.match(text, match.end(), line.end):
        name = writer["nick"] or writer["name"]
        if writer["nick"] or is_name(name):
            return _Head(name, match["when"], writer.end(), sure)
    alone = bool(match["open"]) and is_name(text[match.end() : line.end])
    name = text[match.end() : line.end] if alone else ""
    return _Head(name, match["when"], line.end if alone else match.end(), sure) if sure else None


def _above(text: str, line: Line) -> _Head | None:
    """The head that stands above its message: ``Marta Holm  9:14 AM``."""
    match = _ABOVE.fullmatch(text, line.start, line.end)
    if not match or not is_name(match["name"]):
        return None
    return _Head(match["name"].strip(), match["when"], line.end, bool(match["day"]))


def _is_chat(heads: dict[int, _Head], lines: int, *, above: bool) -> bool:
    """Whether these are the heads of messages, and not the times of a log or a schedule."""
    names = Counter(head.name for head in heads.values() if head.name)
    few = names.total() < _LEAST or 2 * names.total() < len(heads) or min(heads) >= _PREAMBLE
    if few or not above:
        return not few and all(head.sure for head in heads.values())
    answered = sum(at + 1 < lines and at + 1 not in heads for at in heads)
    return answered == len(heads) and (len(names) < names.total() or all(head.sure for head in heads.values()))


def _blocks(text: str, lines: Sequence[Line], heads: dict[int, _Head]) -> Iterator[Block]:
    head, introduction = _Head("", "", 0, sure=True), ""
    for at, line in enumerate(lines):
        said = text[line.start : line.end]
        if (at == 0 and at not in heads and is_title(said)) or _DATE.fullmatch(said):
            yield Block(kind="heading", start=line.start, end=line.end, level=2 if at else 1)
            continue
        later = _TIME.fullmatch(said)
        if at in heads or later:
            head = heads.get(at) or head._replace(when=said, start=line.end)
            introduction = ""
            if head.start == line.end:
                yield Block(kind="furniture", start=line.start, end=line.end)
                continue
        start = max(line.start, head.start)
        said = text[start : line.end]
        if _NOTHING_SAID.fullmatch(said):
            yield Block(kind="furniture", start=start, end=line.end)
            continue
        marker = marker_of(said)
        start += marker.width if marker and not marker.number else 0
        context = CONTEXT_SEPARATOR.join(filter(None, [head.when, introduction if marker else ""]))
        kind = "item" if marker else "quotation" if head.name else "paragraph"
        yield Block(kind=kind, start=start, end=line.end, level=bool(marker), speaker=head.name, lead_in=context)
        introduction = said if said.endswith(":") else introduction if marker else ""
