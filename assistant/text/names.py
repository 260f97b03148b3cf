"""Proper names in a text: runs of capitalised words."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.text.sentences import split_sentences
from assistant.text.tokens import STOPWORDS


class Name(NamedTuple):
    """A proper name at ``text[start:end]``."""

    start: int
    end: int
    text: str


_PART = r"[^\W\d_a-zß-öø-ÿ][\w'’.\-]*"
_RUN = re.compile(rf"(?<![\w'’])({_PART}(?:\s+(?:(?:of|the|de|da|al|bin|von|van|and)\s+){{0,2}}{_PART})*)")


def names(text: str) -> list[Name]:
    """Runs of capitalised words, joined over "of", "the" and the like.

    A capital that only opens a sentence is no sign of a name: such a word counts when more of the name follows, or
    when the text has it capitalised elsewhere. Does not tell people from places.
    """
    openings = {span.start for span in split_sentences(text)}
    found: list[Name] = []
    doubtful: list[Name] = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        run = match.group().rstrip(".'’-")
        end = start + len(run)
        first = run.split()[0]
        opens = start in openings or not text[:start].strip(" \"“'‘([*#-")
        if opens and first.lower().rstrip(".") in STOPWORDS:
            rest = run[len(first) :].lstrip()
            if not rest or not rest[0].isupper():
                continue
            start, run, opens = end - len(rest), rest, False
            first = run.split()[0]
        if run.lower() in STOPWORDS:
            continue
        (doubtful if opens and " " not in run and not _acronym(run) else found).append(Name(start, end, run))
    sure = {part for name in found for part in name.text.split()}
    return sorted([*found, *(name for name in doubtful if name.text in sure)])


def _acronym(word: str) -> bool:
    return len(word) > 1 and sum(c.isupper() for c in word) > 1
