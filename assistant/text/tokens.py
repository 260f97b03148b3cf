"""Words of a text, their stems, and which of them carry meaning."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:[.,'’\-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")

STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing done down during each else ever few for from further had has have having he her here hers
    him himself his how i if in into is it its itself just let like may me might more most much must my myself no nor not
    now of off on once only or other our ours out over own per please shall she should so some such tell than that the
    their theirs them themselves then there these they this those through thus to too under until up upon us very was we
    were what when where which while who whom whose why will with within without would yes yet you your yours""".split()
)
"""English words too common to tell one text from another."""


class Word(NamedTuple):
    """A word as it stands in a text, ``text[start:end]``."""

    start: int
    end: int
    text: str


def words(text: str) -> list[Word]:
    """The words of ``text`` in order; inner stops, commas, hyphens and apostrophes belong to the word."""
    return [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]


_local = threading.local()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The Snowball stem of one word: lower case, without accents or possessive ending."""
    folded = unicodedata.normalize("NFKD", word.lower())
    plain = _POSSESSIVE.sub("", "".join(c for c in folded if not unicodedata.combining(c)))
    if not plain.replace("-", "").isalpha():
        return plain
    if not hasattr(_local, "stemmer"):
        # One for each thread: PyStemmer's objects hold a buffer and must not be shared.
        _local.stemmer = Stemmer.Stemmer("english")
    return str(_local.stemmer.stemWord(plain))


def stems(text: str) -> list[str]:
    """The stems of all words; hyphenated words also give their parts."""
    found: list[str] = []
    for word in words(text):
        found.append(stem(word.text))
        if "-" in word.text:
            found += [stem(part) for part in word.text.split("-")]
    return found


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, or of all words when none does."""
    carrying = [w.text for w in words(text) if w.text.lower() not in STOPWORDS]
    return stems(" ".join(carrying)) if carrying else stems(text)
