"""Joins words that are broken at a line end, and keeps the hyphen only if it belongs to the word."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BREAK = "-\u00ad\u2010\ufffe"
_OPENERS = frozenset(
    "self non well long short high low part full half cross two three four five six seven eight nine ten twenty thirty "
    "forty fifty year large small medium right left open user real single double third second first state".split()
)
"""First parts that mostly keep their hyphen: "long-term", "self-employed"."""

_ENDING = re.compile(
    r"(?:ments?|ness|ings?|ables?|ions?|less|ships?|wards?|er(?:ed|ing|s)?|it(?:y|ies)|i[sz]ed|ally|fully|[ae]nce|ible|"
    r"ical|[ei]ous|hood|dom|like)"
)
"""Second parts that are no words."""


class Hyphens:
    """Joins the parts of broken words in the way the rest of the document spells them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            whole = line[: line.rstrip().rfind(" ") + 1] if line.rstrip().endswith(tuple(_BREAK)) else line
            self._words.update(word.lower() for word in _WORD.findall(whole))

    def join(self, before: str, after: str) -> str:
        """Two lines joined with a space, or without one if a word is broken between them."""
        if not before or not after:
            return before + after
        if before[-1] not in _BREAK or len(before) < 2 or not before[-2].isalpha():
            return f"{before.replace(chr(0xFFFE), '-')} {after}"
        first = _last_word(before[:-1])
        second = match[0] if (match := _WORD.match(after)) else ""
        if not second:
            return f"{before[:-1]}-{after}" if after[0].isdigit() else f"{before[:-1]}- {after}"
        return f"{before[:-1]}{'-' if self._keeps(first, second, before[-1]) else ''}{after}"

    def _keeps(self, first: str, second: str, mark: str) -> bool:
        """Whether the hyphen between two parts belongs to the word."""
        if mark == "\u00ad":
            return False
        whole, parted = f"{first}{second}".lower(), f"{first}-{second}".lower()
        if parted in self._words or whole in self._words:
            return parted in self._words
        if second[0].isupper() or first.isupper():
            return True
        if min(len(second), len(first)) < 3 or _ENDING.fullmatch(second):
            return False
        if first.rpartition("-")[2].lower() in _OPENERS:
            return len(second) > 3
        return len(first) > 3 and {first.lower(), second.lower()} <= self._words


def _last_word(text: str) -> str:
    found = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", text)
    return found[0] if found else ""
