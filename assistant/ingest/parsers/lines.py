"""Lines of a text: their spans, and which of them are fields, items, rules or titles."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.ingest.boxes import BOX
from assistant.ingest.dialogue import STAMP


class Line(NamedTuple):
    """A line without the whitespace around it; ``start == end`` if it is blank. A tab indents to a multiple of 4."""

    start: int
    end: int
    indent: int = 0

    @property
    def blank(self) -> bool:
        """Whether the line has only whitespace."""
        return self.start == self.end


def lines_of(text: str) -> list[Line]:
    """All lines of ``text``, which ends lines with ``\\n`` only."""
    lines: list[Line] = []
    at = 0
    for raw in text.split("\n"):
        said = raw.strip()
        if said:
            lead = len(raw) - len(raw.lstrip())
            indent = len(raw[:lead].expandtabs(4)) if lead else 0
            lines.append(Line(at + lead, at + lead + len(said), indent))
        else:
            lines.append(Line(at, at))
        at += len(raw) + 1
    return lines


# --- fields ---------------------------------------------------------------------------------------

MAX_FIELD = 300
"""The most characters of a ``Label: value`` line; a longer one is a paragraph that starts with a label."""

_FIELD = re.compile(
    rf"{STAMP}?"
    r"(?P<label>[^\W\d_][^:：\n|.!?;<>=]{0,48})(?::(?=[ \t\u00a0])|：)[ \t\u00a0]*(?P<value>[^\s/].*)"
)
_MARKED_FIELD = re.compile(
    r"(?P<mark>\*\*|__|\*|_|`)(?P<label>[^*_`\n]{1,60}?)"
    r"(?::(?P=mark)|(?P=mark)[ \t]?:|(?P=mark)[ \t]+[-–—](?=[ \t]))[ \t]+(?P<value>\S.*)"
)
_NUMBERED_CAPTION = re.compile(
    r"(?:table|figure|fig\.?|exhibit|chart|tabelle|abbildung|tableau|tabla)\s+\d", re.IGNORECASE
)
_PROSE_WORDS = frozenset(
    "is are was were be been has have had do does did will would can could should must may might said says asked "
    "wrote writes replied added that this these those there it he she they we i you who which because but and or "
    "if when".split()
)
_LABEL_WORDS = 6


class Field(NamedTuple):
    """The label and the value of a line."""

    label: str
    value: str


def field_of(line: str) -> Field | None:
    """The label and the value of a ``Label: value`` line, or None for prose, times and addresses of pages."""
    if match := _MARKED_FIELD.match(line):
        return Field(match["label"].strip(), match["value"])
    if (match := _FIELD.match(line)) and not _NUMBERED_CAPTION.match(line):
        words = match["label"].split()
        if len(words) <= _LABEL_WORDS and not (len(words) > 1 and _PROSE_WORDS & {word.lower() for word in words}):
            return Field(match["label"].strip(), match["value"])
    return None


def is_short_field(line: str) -> bool:
    """Whether a line is a field short enough to be one statement."""
    field = field_of(line) if len(line) <= MAX_FIELD else None
    return field is not None and (len(field.value) <= 60 or not _INNER_STOP.search(field.value))


def fields_beside(line: str) -> list[tuple[int, int]]:
    """Where the fields are that a tab or a wide gap parts on one line: ``Name: Ada    Age: 36``; none for one alone."""
    spans: list[tuple[int, int]] = []
    for match in _BESIDE.finditer(line):
        if spans and line[spans[-1][0] : spans[-1][1]].endswith((":", "：")) and not match[0].endswith((":", "：")):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return spans if len(spans) > 1 and all(is_short_field(line[start:end]) for start, end in spans) else []


_BESIDE = re.compile(r"\S+(?:[ \u00a0]\S+)*")


def is_question_label(line: str) -> bool:
    """Whether a line is the question of a list of questions and answers: ``Q: What does the lift cost?``."""
    return bool(_QUESTION_LABEL.match(line))


_QUESTION_LABEL = re.compile(r"[*_]{0,2}(?:Q|Question|Frage|F|Pregunta)(?:[ .]?\d{1,3})?[*_]{0,2}[:.][*_]{0,2}[ \t]+\S")
_INNER_STOP = re.compile(r"\w{3,}[.!?][\"”’)]?\s+[A-Z\d\"“]")


# --- items ----------------------------------------------------------------------------------------

BULLETS = "-*+•‣⁃◦▪▫●○■□➢➤✓✔·–—"
"""Characters that start an item of a list and have no meaning."""

_BULLET = re.compile(rf"[{BULLETS}][ \t\u00a0]+(?=\S)|[•‣◦▪●■➢✓✔](?=\w)")
_NUMBER = re.compile(
    r"(?P<number>\(?\d{1,3}[.)]|\d{1,2}(?:\.\d{1,3}){1,4}[.)]?|\(?[a-z]\)|[a-z]\.|\(?[A-Z]\)|\(?[ivx]{1,4}[.)]|"
    rf"\[\d{{1,4}}\]|{BOX}|§ ?\d+[a-z]?\.?|[①-⑳])[ \t\u00a0]+(?=\S)"
)


class Marker(NamedTuple):
    """The marker of an item: a bullet, which is not part of its text, or a number, which is."""

    width: int
    number: str = ""

    @property
    def parts(self) -> int:
        """How many numbers it consists of: 2 for ``3.1``, 0 for a bullet or a letter."""
        return len(re.findall(r"\d+", self.number))


def marker_of(line: str) -> Marker | None:
    """The marker that ``line`` begins with, or None."""
    if match := _BULLET.match(line):
        return Marker(match.end())
    if match := _NUMBER.match(line):
        return Marker(match.end(), match["number"])
    return None


class Outline(NamedTuple):
    """The items that are open at a place of a list, outermost first: their indent, their rank and their depth.

    Numbers stand above letters and these above bullets where they have one indent, as in contracts: 3.1, (a).
    """

    items: tuple[tuple[int, int, int], ...] = ()

    def below(self, indent: int, marker: Marker) -> Outline:
        """The open items once one with this indent and marker has begun, which is the last of them."""
        rank = marker.parts or (_LETTER if marker.number else _POINT)
        outer = tuple(item for item in self.items if item[0] < indent or (item[0] == indent and item[1] < rank))
        depth = max(marker.parts, 1 + (outer[-1][2] if outer else 0))
        return Outline((*outer, (indent, rank, depth)))

    @property
    def depth(self) -> int:
        """The depth of the last open item, 0 where there is none."""
        return self.items[-1][2] if self.items else 0


_LETTER, _POINT = 10, 11


# --- rules, titles, furniture ---------------------------------------------------------------------

_RULE = re.compile(r"(?:([-=*_~#+^.─═])[ \t]*)(?:\1[ \t]*){2,}")
_PAGE_MARK = re.compile(
    r"(?:[-–—~]\s*)?(?:page|seite|página|pagina|strona|стр\.)\s+\d{1,4}(?:\s*(?:of|von|de|di|van|z|из|/)\s*\d{1,4})?"
    r"(?:\s*[-–—~])?|[-–—~]\s*\d{1,4}\s*[-–—~]|\[page \d+\]|.{1,90}\s{2,}\[page \d+\]",
    re.IGNORECASE,
)
SENTENCE_ENDS = (*".!?…:;,。！？：；，、؟।", "...")
"""Punctuation with which a title does not end."""

MAX_TITLE_WORDS = 12
MAX_TITLE = 90
_GREETING = re.compile(
    r"(?:dear|hi|hello|hey|hallo|liebe[rs]?|sehr geehrte|guten (?:tag|morgen)|bonjour|chère?|madame|monsieur|hola|"
    r"estimad[oa]|caro|cara|best|regards|kind regards|best regards|sincerely|yours|cheers|thanks|thank you|"
    r"viele grüße|mit freundlichen grüßen)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S@\S|https?:|www\.")
_LIST_OF_NAMES = re.compile(r",\s+[A-Z\d]")
_STOP_INSIDE = re.compile(r"[a-z]{3,}[.!?]\s+[A-Z]")


def is_rule(line: str) -> bool:
    """Whether a line is a rule: three or more of one character."""
    return bool(_RULE.fullmatch(line))


def is_page_mark(line: str) -> bool:
    """Whether a line only gives a page number."""
    return len(line) <= 120 and bool(_PAGE_MARK.fullmatch(line))


def is_stamped(line: str) -> bool:
    """Whether a line begins with a date and a time, as those of a log do."""
    return bool(_LOGGED.match(line))


_LOGGED = re.compile(
    r"[\[(<]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d[./]\d\d[./]\d{4} \d\d:\d\d:\d\d|"
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
)


def states_amount(line: str) -> bool:
    """Whether a line says how much something is, which no heading does: "TOTAL $821.14"."""
    return bool(_AMOUNT.search(line))


_AMOUNT = re.compile(r"[€$£¥]\s?\d+[.,]?\d*(?![\w-])|(?<![\w.,])\d[\d.,]*\s?(?:€|£|EUR\b|USD\b|CHF\b)")


def is_title(line: str) -> bool:
    """Whether a line can be a title: few words, a capital first, no period; not a greeting, address or list of
    names.
    """
    words = line.split()
    letters = sum(map(str.isalpha, line))
    return (
        len(line) <= MAX_TITLE
        and len(words) <= MAX_TITLE_WORDS
        and not line.endswith(SENTENCE_ENDS)
        and not line[0].islower()
        and (line[0].isalnum() or line[0] in '"“„«¿¡(§「『')
        and 2 * letters >= len(line.replace(" ", ""))
        and not states_amount(line)
        and not (_GREETING.match(line) or _ADDRESS.search(line) or _LIST_OF_NAMES.search(line))
        and not _STOP_INSIDE.search(line)
    )


def is_capitals(line: str) -> bool:
    """Whether a line of at least five letters is all in capitals, as headings often are."""
    letters = [mark for mark in line if mark.isalpha()]
    return (
        not states_amount(line)
        and len(letters) >= 5
        and line.upper() == line
        and line.lower() != line
        and not line.endswith(SENTENCE_ENDS)
    )
