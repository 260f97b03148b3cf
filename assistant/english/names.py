"""Proper names in a text: runs of capitalized words. People and places are not distinguished."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.english.lexicon import CALENDAR_NAMES
from assistant.english.sentences import split_sentences
from assistant.english.tokens import STOPWORDS, is_stopword


class Name(NamedTuple):
    """A proper name at ``text[start:end]``."""

    start: int
    end: int
    text: str


_WORD = re.compile(r"[^\W\d_][\w'’&.\-‐‑]*")
_GAP = re.compile(
    r"[^\S\n]?\s(?:(?:of the|de la|van der|van den|of|de|da|di|del|della|der|den|du|la|le|al|el|bin|ibn|van|von)\s)?"
)
_OPENERS = STOPWORDS | frozenset(
    "according although another despite earlier even first following however later many meanwhile moreover several "
    "since still today tomorrow two three while yesterday yet".split()
)
_PREFIXES = frozenset("al el ul as ar an at d l".split())  # "al-Qaida", but not "pro-India"
_QUOTE_OPENS = re.compile(r"[:,.!?]\s*[\"“'‘«]\s*\Z|:\s+\Z")
_PARTS = re.compile(r"[-‐‑]")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\.?")
_HEADLINE = 3
"""Words from which a sentence in capitals is a headline, whose capitals are no sign of names."""


def names(text: str) -> list[Name]:
    """Runs of capitalized words in order, joined by "of", "de" and the like; without possessive endings.

    A capital at the start of a sentence or a quotation is no sign of a name, nor is one in a headline in capitals.
    Such a word counts if more of the name follows, or if the text has it capitalized elsewhere. Weekdays, months and
    the pronoun "I" are not names. Time is linear in the text.
    """
    found: list[Name] = []
    doubtful: list[Name] = []
    for start, end in split_sentences(text):
        words = list(_WORD.finditer(text, start, end))
        if len(words) >= _HEADLINE and text[start:end].isupper():
            doubtful += [Name(w.start(), w.end(), w[0]) for w in words if w[0].lower() not in STOPWORDS]
            continue
        for name, opens in _runs(text, words):
            alone = " " not in name.text and not _has_capital(name.text[1:])
            (doubtful if opens and alone else found).append(name)
    sure = {part.casefold() for name in found for part in name.text.split()} if doubtful else set()
    return sorted([*found, *(name for name in doubtful if name.text.casefold() in sure)])


def _runs(text: str, words: list[re.Match[str]]) -> Iterator[tuple[Name, bool]]:
    """Each run of capitalized words of a sentence, and whether it opens the sentence or a quotation."""
    start = end = -1  # of the run being gathered; -1: none
    run_opens = False
    opens = True
    for word in words:
        place = _name_part(word)
        if place:
            said = text[place[0] : place[1]]
            opens = opens or bool(_QUOTE_OPENS.search(text, max(0, word.start() - 4), word.start()))
            gap = _GAP.fullmatch(text, end, place[0]) if start >= 0 else None
            if gap:
                end = place[1]
            else:
                if start >= 0:
                    yield from _name(text, start, end, run_opens)
                skip = (opens and _is_opener(said)) or is_stopword(said)
                start, end, run_opens = (-1, -1, False) if skip else (*place, opens)
            if start >= 0 and place[1] < word.end():  # a possessive, or a lower-case part: the name ends here
                yield from _name(text, start, end, run_opens)
                start = -1
        opens = False
    if start >= 0:
        yield from _name(text, start, end, run_opens)


def _name_part(word: re.Match[str]) -> tuple[int, int] | None:
    """Where the capitalized part of a word stands: "India" in "pro-India", "US" in "US-led", all of "al-Qaida"."""
    said = word[0]
    if said.islower():
        return None
    start = word.start()
    trimmed = said.rstrip("'’-‐‑&")
    for ending in ("'s", "’s"):
        trimmed = trimmed.removesuffix(ending)
    if not _PARTS.search(trimmed):
        return (start, start + len(trimmed)) if _has_capital(trimmed) else None
    at, first, last = 0, -1, -1
    for part in _PARTS.split(trimmed):
        capital = _has_capital(part)
        if first < 0 and (capital or (at == 0 and part.lower() in _PREFIXES)):
            first = at
        if capital or (last >= 0 and part.isdecimal()):
            last = at + len(part)
        at += len(part) + 1
    return (start + first, start + last) if last >= 0 else None


def _has_capital(word: str) -> bool:
    return word != word.lower()


def _is_opener(word: str) -> bool:
    return word.lower() in _OPENERS and not (len(word) > 1 and word.isupper())


def _name(text: str, start: int, end: int, opens: bool) -> Iterator[tuple[Name, bool]]:
    said = text[start:end]
    if said.endswith(".") and not _DOTTED.fullmatch(said.rpartition(" ")[2]):
        said = said.rstrip(".")
    if said and not all(word.lower().rstrip(".") in CALENDAR_NAMES for word in said.split()):
        yield Name(start, start + len(said), said), opens
