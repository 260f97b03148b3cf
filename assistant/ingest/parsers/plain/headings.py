"""Headings in plain text: underlined, numbered, in capitals, questions of a list, and short lines above prose."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.ingest.parsers.lines import field_of, is_capitals, is_rule, is_title, marker_of
from assistant.ingest.parsers.plain.lined import LinedText, is_question
from assistant.types import Block

CAPITALS_LEVEL, NUMBERED_LEVEL, PLAIN_LEVEL = 2, 3, 9
"""Levels of headings by how they are written; a number with more parts is deeper. The title has level 1."""

UNDERLINE = re.compile(r"([=\-~^\"'*+#_`:.])\1{2,}")
"""A line drawn below a heading."""

_UNDERLINED_LEVELS = {"=": 1, "-": 2}
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}\.?|[IVX]{1,5}\.|[A-Z]\.|(?:Chapter|Section|Part|Article|Appendix|Annex|"
    r"Schedule|Kapitel|Abschnitt|Teil|Artikel|Anhang|Chapitre|Capítulo|§)\s+[\dIVXA-Z]{1,5}(?:\.\d+)*[.:]?)"
    r"[ \t]+(?P<title>\S.*)"
)
_CHAPTER = re.compile(
    r"(?:chapter|section|part|article|appendix|annex|schedule|kapitel|chapitre)\s+[\divxa-z]{1,5}[.:]?", re.IGNORECASE
)


_RUN_IN = re.compile(
    r"(?:^|(?<=[.!?:;)”\"] ))(?:\d{1,2}|[IVX]{1,4}|[A-Z])\. [A-Z][A-Z0-9 ,&/'’()-]{3,70}[A-Z)]"
    r"(?=\s+(?:\d|[A-Z]?[a-z]|[A-Z] [a-z]))"
)


def run_in_headings(line: str) -> list[tuple[int, int]]:
    """Where the numbered headings in capitals are in a text without line breaks: ``2. NEW BUSINESS The ...``."""
    found = [match.span() for match in _RUN_IN.finditer(line)]
    return found if len(found) > 1 else []


class Heading(NamedTuple):
    """The level of a heading, and the line after it and its underline."""

    level: int
    stop: int


class Above(NamedTuple):
    """What is above a line: the last block, whether there is any except furniture, and a short line without a
    period.
    """

    last: Block | None = None
    first: bool = True
    loose: str = ""


class Headings:
    """Finds the headings of a text. If it is not ``titled``, its first line is not a title."""

    def __init__(self, lined: LinedText, *, titled: bool = True) -> None:
        self._lined = lined
        self._titled = titled
        # Questions that stand first in their group at least twice are headings of their answers.
        self._counted = 0  # the number of the last heading that one number leads
        self._questions = sum(is_question(lined.said(at)) for at in lined.firsts()) > 1

    def at(self, at: int, above: Above) -> Heading | None:
        """The heading in line ``at``, or None."""
        lined = self._lined
        said = lined.said(at)
        if lined.filled(at - 1) and above.last is not None and above.last.kind == "paragraph":
            return None
        if lined.filled(at + 1) and (rule := UNDERLINE.fullmatch(lined.said(at + 1))) and self._underlines(at):
            return Heading(_UNDERLINED_LEVELS.get(rule[1], 3), at + 2)
        if marker_of(said) and not _NUMBERED.match(said):
            return None
        if field_of(said) and not _CHAPTER.match(said):
            return None
        following = lined.following(at)
        if following is None:
            return None
        if self._questions and is_question(said) and not is_question(lined.said(following)):
            return Heading(PLAIN_LEVEL, at + 1)
        if not is_title(said) and not _CHAPTER.fullmatch(said):
            return None
        if following == at + 1 and lined.goes_on(at):
            return None
        level = self._level(at, said, following, above)
        return Heading(level, at + 1) if level else None

    def _underlines(self, at: int) -> bool:
        """Whether the line below ``at`` underlines it and is not part of a frame."""
        line, rule = self._lined.lines[at], self._lined.lines[at + 1]
        long_enough = 2 * (rule.end - rule.start) >= line.end - line.start
        boxed = self._lined.filled(at + 2) and is_rule(self._lined.said(at + 2))
        room = self._lined.said(at).endswith(":") and self._lined.said(at + 1).startswith("_")  # of a form
        return long_enough and not boxed and not room and line.end - line.start <= 120

    def _level(self, at: int, said: str, following: int, above: Above) -> int:
        """The level of a short line; 0 if it is not a heading."""
        adjacent = following == at + 1
        if above.first and self._titled and not adjacent and not marker_of(said):
            return 1
        if match := _NUMBERED.match(said):
            if _continues_list(match["number"], above.last, self._lined.text):
                return 0
            number = match["number"].rstrip(".")
            count = int(number) if number.isdigit() else 0
            goes_on = count == self._counted + 1 > 1
            level = self._numbered_level(following, match["number"], match["title"], adjacent and not goes_on)
            self._counted = count if level and count else self._counted
            return level
        if is_capitals(said) or _CHAPTER.fullmatch(said):
            return 1 if above.first else CAPITALS_LEVEL
        if self._lined.introduces(following) and (adjacent or self._stands_out(at, above)):
            return 1 if above.first else PLAIN_LEVEL
        return 0

    def _numbered_level(self, following: int, number: str, title: str, adjacent: bool) -> int:
        if marker_of(title) or ";" in title or (title[0].islower() and not is_capitals(title)):
            return 0
        below = self._lined.said(following)
        introduces = self._lined.introduces(following)
        child = below.startswith(number.rstrip(".") + ".")
        if adjacent and not child and (marker_of(below) or not introduces):
            return 0
        sibling = _NUMBERED.match(below)
        if sibling and sibling["number"].count(".") <= number.count(".") and not introduces:
            return 0
        return NUMBERED_LEVEL + number.strip(".").count(".")

    def _stands_out(self, at: int, above: Above) -> bool:
        """Whether a short line by itself is a heading and not the answer to the line before it.

        It is a heading if it has more blank lines above than below, or if the line before is not such a line.
        """
        more_above = self._lined.blanks(at - 1, -1) > self._lined.blanks(at + 1, 1)
        last = above.last
        after_short = bool(above.loose) or (last is not None and last.kind == "heading" and last.level == PLAIN_LEVEL)
        return more_above or not after_short


def _continues_list(number: str, last: Block | None, text: str) -> bool:
    """Whether this number continues the list that ends with the block ``last``."""
    if last is None or last.kind != "item" or not number.rstrip(".").isdigit():
        return False
    before = re.match(r"\(?(\d+)[.)]?\s", text[last.start : last.end])
    return before is not None and int(before[1]) + 1 == int(number.rstrip("."))
