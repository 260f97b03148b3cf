"""The words of a text, their stems, and which of them carry meaning."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Set
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import Stemmer

# Marks that belong to the letter before them (vowel signs, accents); ``\w`` leaves them out, and without them Hindi
# or decomposed accents would fall to pieces.
_MARK = "".join(chr(c) for c in range(0x300, 0x2000) if unicodedata.category(chr(c))[0] == "M")
# Written without spaces, so each character is a word: kana, Chinese characters, bopomofo.
_UNSPACED = "\u3041-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_LETTERS = rf"(?:[^\W_{_UNSPACED}][{_MARK}]*)+"
_WORD = re.compile(rf"[{_UNSPACED}]|{_LETTERS}(?:(?:[.'’‐‑\-]|(?<=\d),(?=\d)){_LETTERS})*")
_POSSESSIVE = re.compile(r"'s?$")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?")
_LIGATURES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "’": "'", "‐": "-"}
)
_LONGEST = 64  # characters of a word that are looked at; longer ones are no words, and must not fill the cache

_PLAIN_STOPWORDS = """a about above after again all also am an and any are as at be because been before being below
    between both but by can could did do does doing done down during each else ever few for from further had has have
    having he her here hers him himself his how i if in into is it its itself just let like may me might more most much
    must my myself no nor not now of off on once only or other our ours out over own per please shall she should so some
    such tell than that the their theirs them themselves then there these they this those through thus to too under
    until up upon us very was we were what when where which while who whom whose why will with within without would yes
    yet you your yours"""
_CONTRACTIONS = """ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't needn't
    shan't shouldn't wasn't weren't won't wouldn't i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's
    she'd she'll it's it'd it'll we're we've we'd we'll they're they've they'd they'll that's that'd that'll there's
    there're here's what's what're what'd what'll who's who're who'd who'll when's when'd where's where'd why's why'd
    how's how'd how're let's"""
_SLOPPY = """arent couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt wasnt werent wouldnt im ive thats theres
    whats whens wheres whos whys hows"""

STOPWORDS = frozenset(
    f"{_PLAIN_STOPWORDS} {_CONTRACTIONS} {_CONTRACTIONS.replace(chr(39), '’')} {_SLOPPY} cannot".split()
)
"""English words too common to distinguish texts, in lower case; contractions with either apostrophe."""


_IRREGULAR = dict(
    pair.split("=")
    for pair in """began=begin begun=begin bought=buy brought=bring broke=break broken=break built=build caught=catch
    chose=choose chosen=choose came=come drew=draw drawn=draw drove=drive driven=drive fell=fall fallen=fall flew=fly
    flown=fly gave=give given=give went=go gone=go grew=grow grown=grow held=hold kept=keep knew=know known=know
    led=lead lost=lose made=make meant=mean met=meet paid=pay ran=run rose=rise risen=rise rang=ring rung=ring said=say
    sent=send sold=sell sank=sink sunk=sink slept=sleep spent=spend spoke=speak spoken=speak stood=stand stole=steal
    stolen=steal swam=swim taught=teach threw=throw thrown=throw took=take taken=take told=tell won=win wore=wear
    worn=wear wrote=write written=write""".split()
)
"""Forms of verbs that no ending tells, each with the form that has its stem."""


class Word(NamedTuple):
    """A word of a text, ``text[start:end]``."""

    start: int
    end: int
    text: str


def words(text: str) -> list[Word]:
    """The words of ``text`` in order; inner stops, hyphens and apostrophes belong to the word, commas to numbers.

    In scripts without spaces (Chinese, Japanese) each character is a word.
    """
    return [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]


def is_stopword(word: str) -> bool:
    """Whether a word carries no meaning; "US", "IT" and "WHO" in capitals are not the words "us", "it" and "who"."""
    return word.lower() in STOPWORDS and not (len(word) > 1 and word.isupper())


def stem(word: str) -> str:
    """The Snowball stem of one word: lower case, without accents, possessive ending, hyphens or an acronym's stops.

    Numbers keep everything but the commas between thousands.
    """
    return _stem(word[:_LONGEST])


def stems(text: str) -> list[str]:
    """The stems of all words; words joined by hyphens or stops also give their parts."""
    return list(chain.from_iterable(_stems(word[:_LONGEST]) for word in _WORD.findall(text)))


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, or of all words if none does."""
    shouted = text.isupper()
    carrying = [
        word for word in _WORD.findall(text) if (word.lower() not in STOPWORDS if shouted else not is_stopword(word))
    ]
    return list(chain.from_iterable(_stems(word[:_LONGEST]) for word in carrying)) or stems(text)


def fold(word: str) -> str:
    """One word in lower case, without accents and possessive ending."""
    folded = word[:_LONGEST].lower()
    if folded.isascii():
        return _POSSESSIVE.sub("", folded)
    folded = unicodedata.normalize("NFKD", folded)
    plain = "".join(c for c in folded if not unicodedata.combining(c)).translate(_LIGATURES)
    return _POSSESSIVE.sub("", plain)


_local = threading.local()


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    plain = fold(word)
    if _ACRONYM.fullmatch(plain):
        plain = plain.replace(".", "")
    if _THOUSANDS.fullmatch(plain):
        return plain.replace(",", "")
    joined = plain.replace("-", "")
    if not joined.isalpha():
        return plain
    if not hasattr(_local, "stemmer"):
        # One for each thread: PyStemmer's objects hold a buffer and must not be shared.
        _local.stemmer = Stemmer.Stemmer("english")
    return str(_local.stemmer.stemWord(_IRREGULAR.get(joined, joined)))


@lru_cache(maxsize=200_000)
def _stems(word: str) -> tuple[str, ...]:
    """The stem of one word and, where it is a compound, those of its parts."""
    parts = re.split(r"[-‐‑]|(?<!\d)\.|\.(?!\d)", word)
    if len(parts) == 1 or all(len(part) == 1 for part in parts):
        return (_stem(word),)
    return (_stem(word), *(_stem(part) for part in parts if part))


def overlap(first: Set[str], second: Set[str]) -> float:
    """The share of their words that two texts have in common (Jaccard); 1 for two without words."""
    return len(first & second) / len(first | second) if first or second else 1.0
