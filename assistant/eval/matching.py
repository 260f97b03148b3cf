"""Comparison of texts: SQuAD's rules for exact match and F1, and more lenient rules to find a fact in an answer."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache

_MARKER = re.compile(r"\[\d+\]")
_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_SEPARATOR = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w%$€£.]|_")


@lru_cache(maxsize=256)
def without_markers(text: str) -> str:
    """The text without citation markers ``[n]``."""
    return _MARKER.sub("", text)


def word_count(text: str) -> int:
    """Number of words, citation markers not counted."""
    return len(without_markers(text).split())


@lru_cache(maxsize=4096)
def squad(text: str) -> str:
    """Normalized as by the SQuAD script: lower case, no ASCII punctuation, no articles, single blanks."""
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, gold: str) -> float:
    """1.0 if both are equal once normalized (Rajpurkar et al. 2016), else 0.0."""
    return float(squad(prediction) == squad(gold))


def token_f1(prediction: str, gold: str) -> float:
    """Harmonic mean of word precision and recall once normalized; 1.0 if neither text has words."""
    found, wanted = Counter(squad(prediction).split()), Counter(squad(gold).split())
    if not found or not wanted:
        return float(found == wanted)
    shared = (found & wanted).total()
    return 2 * shared / (found.total() + wanted.total())


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower-case words between single blanks, without accents, markers, or commas inside numbers."""
    folded = unicodedata.normalize("NFKD", without_markers(text).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    spaced = _SEPARATOR.sub(" ", _APOSTROPHE.sub("", _THOUSANDS.sub("", bare)))
    return f" {' '.join(spaced.split())} "


def says(text: str, wording: str) -> bool:
    """Whether ``text`` has the words of ``wording`` one after the other, as whole words: ``5`` is not in ``1985``."""
    wanted = plain(wording)
    return bool(wanted.strip()) and wanted in plain(text)
