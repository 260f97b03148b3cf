"""A plain text as lines: where its groups end, how wide it is wrapped, and which tables it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.ingest.parsers.lines import Line, field_of, is_stamped, lines_of, marker_of
from assistant.ingest.parsers.plain.columns import table_at
from assistant.ingest.parsers.plain.quoting import quoted_speaker
from assistant.types import Block

MAX_WRAP = 140
"""The most characters of a line in a wrapped paragraph; a longer line is a paragraph itself."""

MIN_WRAP = 40
"""The fewest characters to which paragraphs are wrapped."""

_WRAPPED = 5  # lines; of so many, two or more are full if they are wrapped
_TABLE_TRIES = 8
_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$")
_CODE_SIGNS = re.compile(r"[{}();=<>$#|\\]|^(?:sudo|pip3?|git|npm|cd|curl|make|apt|brew|docker|python3?)\s")
_PROMPT = re.compile(r"(?:\$|>>>|C:\\>|PS>) \S")


def ends_sentence(line: str) -> bool:
    """Whether a line ends with final punctuation, perhaps followed by quotation marks and brackets."""
    return bool(_ENDS.search(line))


def is_prompt(line: str) -> bool:
    """Whether a line is a command after a prompt: ``$ make install``."""
    return bool(_PROMPT.match(line))


def is_question(line: str) -> bool:
    """Whether a line is a question, like the headings of a list of questions and answers."""
    return line.endswith(("?", "？")) and len(line) <= 150 and not line[0].islower() and line[0] != ">"


class LinedText:
    """The lines of a text, by number. A group is a run of lines that are not blank."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self._width = _width(self.lines)
        self._stops = _group_stops(self.lines)
        self._tables_tried = (0, 0)  # the end of a group, and how many of its lines begin no table

    def __len__(self) -> int:
        return len(self.lines)

    def said(self, at: int) -> str:
        """Line ``at`` without the whitespace around it."""
        line = self.lines[at]
        return self.text[line.start : line.end]

    def span(self, at: int, stop: int) -> str:
        """The text from line ``at`` up to line ``stop``."""
        return self.text[self.lines[at].start : self.lines[stop - 1].end]

    def filled(self, at: int) -> bool:
        """Whether there is a line ``at`` that is not blank."""
        return 0 <= at < len(self.lines) and not self.lines[at].blank

    def stop(self, at: int) -> int:
        """The end of the group that holds line ``at``."""
        return self._stops[at]

    def firsts(self) -> Iterator[int]:
        """The first line of each group."""
        return (at for at, line in enumerate(self.lines) if not line.blank and not self.filled(at - 1))

    def following(self, at: int) -> int | None:
        """The next line after ``at`` that is not blank."""
        return next((n for n in range(at + 1, len(self.lines)) if not self.lines[n].blank), None)

    def blanks(self, at: int, step: int) -> int:
        """How many blank lines there are from ``at`` on, in the direction of ``step``."""
        count = 0
        while 0 <= at < len(self.lines) and self.lines[at].blank:
            count, at = count + 1, at + step
        return count

    def run(self, at: int, holds: Callable[[int], bool]) -> int:
        """The first line from ``at`` on that is blank or for which ``holds`` is false."""
        while self.filled(at) and holds(at):
            at += 1
        return at

    def goes_on(self, at: int) -> bool:
        """Whether line ``at`` was broken because it was full, or continues below in lower case."""
        line, said, below = self.lines[at], self.said(at), self.said(at + 1)
        if line.end - line.start > MAX_WRAP:
            return False
        if below[0].islower() and not ends_sentence(said) and marker_of(below) is None:
            return True
        if not MIN_WRAP <= self._width <= MAX_WRAP:
            return False
        return line.indent + len(said) + 1 + len(below.partition(" ")[0]) > self._width

    def table(self, at: int) -> tuple[list[Block], int] | None:
        """The table that starts with line ``at``; only a few lines of a group are tried, so that time stays linear."""
        if is_stamped(self.said(at)):
            return None
        stop, tries = self._tables_tried
        if stop != self._stops[at]:
            tries = 0
        table = table_at(self.text, self.lines, at) if tries < _TABLE_TRIES else None
        self._tables_tried = (self._stops[at], tries if table else tries + 1)
        return table

    def is_code(self, at: int, stop: int) -> bool:
        """Whether these lines are indented and at least half of them look like a program or a command."""
        signs = sum(bool(_CODE_SIGNS.search(self.said(n))) for n in range(at, stop))
        return stop > at and min(self.lines[n].indent for n in range(at, stop)) >= 4 and 2 * signs >= stop - at

    def introduces(self, at: int) -> bool:
        """Whether line ``at`` starts something that can have a heading: prose, a list, fields, code or a table."""
        said = self.said(at)
        if quoted_speaker(said):  # what is above it ends a letter
            return False
        if marker_of(said) or field_of(said) or said.startswith((">", "```", "|")) or is_prompt(said):
            return True
        if self.table(at):
            return True
        stop = self.stop(at)
        prose = ends_sentence(self.said(stop - 1)) or len(said) > 60 or said.endswith(":")
        return prose or self.is_code(at, stop)


def _width(lines: Sequence[Line]) -> int:
    """How wide the text is wrapped: as wide as nearly all lines; 0 where one line alone is as wide as that."""
    lengths = sorted(line.indent + line.end - line.start for line in lines if not line.blank)
    width = lengths[len(lengths) * 19 // 20] if lengths else 0
    full = sum(length > 0.8 * width for length in lengths)
    return width if full > 1 or len(lengths) < _WRAPPED else 0


def _group_stops(lines: Sequence[Line]) -> list[int]:
    """For each line, the first blank line after it."""
    stops, stop = [0] * len(lines), len(lines)
    for at in range(len(lines) - 1, -1, -1):
        stop = at if lines[at].blank else stop
        stops[at] = stop
    return stops
