"""Corrects a misspelled word of a question to a word in the documents, if it is clear which one is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from assistant.english.tokens import fold, is_stopword, stem, stems, words
from assistant.models.cross_encoder import vocabulary
from assistant.ports import CondensedQuestion, StoredChunk
from assistant.query.substitute import Reading, substituted

SHORTEST = 4
"""Letters from which a word is recognized with two letters swapped or one doubled."""

CLEAR = 6
"""Letters from which a word is recognized with any one typing error; many shorter words differ by one letter."""

LONG = 7
"""Letters from which a name is recognized with two errors, if a word next to it is right."""

_PIECE = re.compile(r"[^\W\d_]+")
_OPENER = re.compile(  # a word that has a capital because a sentence or line begins, unless a name goes on
    r"(?:^|[.!?…:;\"“”‘*#>|]\s)[\s\"“‘'*#>|\-]*([^\W\d_]++)(?!\s[A-ZÀ-Þ])", re.MULTILINE
)
_POSSESSIVE = re.compile(r"['’]s?$")
_DOUBLED = re.compile(r"(.)\1+")
_LAST_DOUBLED = re.compile(r"([bdgklmnprt])\1$")
_PREFIXES = (
    "anti co counter cross de dis ex fore in inter mid mis multi non out over post pre pro re self semi sub super "
    "trans un under up"
).split()
_SUFFIXES = (
    "able age al ance ant ary ation ations d dom ed ee ees ence end ends ent er ers ery es ess ful hood ian ible ing "
    "ings ion ions ish ism ist ists ity ive ize ized izing less like ly man men ment ments most ness or ors ous s ship "
    "some th ward wards ways wise woman women y"
).split()
_PART = 4
"""The fewest letters of a word of which another one is composed."""


class _Held(NamedTuple):
    """The stems of a text, and its words by first letter and folded form, each as it is written there.

    The number before the written form says what it shows: 2 lower case, so not a name; 1 a capital; 0 a capital at the
    start of a sentence.
    """

    stems: frozenset[str]
    written: dict[str, dict[str, tuple[int, str]]]


def correct_spelling(
    question: str, found: Sequence[StoredChunk], elsewhere: Callable[[str], bool]
) -> CondensedQuestion:
    """``question`` with its misspelled words as ``found`` spells them, and a note about each.

    A word is doubted if it is neither in ``found`` and its documents' headers nor ``elsewhere`` in the documents, and
    is not an ordinary English word, a figure or an acronym. A name that the documents do not have may still be right,
    so the note tells the reader that another one was searched.
    """
    said = words(question)
    shouted = question.isupper()
    bare = [_POSSESSIVE.sub("", word.text) for word in said]
    # Only if words are doubted is the text of what was found read, which takes longer than the search.
    doubted = [n for n, asked in enumerate(bare) if _is_doubtful(asked, shouted) and not elsewhere(asked)]
    if not doubted:
        return CondensedQuestion(question)
    held = [_held(text) for stored in found for text in (stored.chunk.text, stored.metadata.header)]
    readings: list[Reading] = []
    for number in doubted:
        word, asked = said[number], bare[number]
        if any(stem(asked) in each.stems for each in held):
            continue
        around = [beside.text for beside in said[max(0, number - 1) : number + 2] if beside is not word]
        named = number > 0 and asked[0].isupper() and not shouted
        meant = _meant(fold(asked), named, held, partial(_stands_by, around, found))
        if meant is None:
            continue
        meant = meant[0].upper() + meant[1:] if asked[0].isupper() else meant
        readings.append(Reading(word.start, word.start + len(asked), meant))
    return substituted(question, readings)


def _is_doubtful(asked: str, shouted: bool) -> bool:
    folded = fold(asked)
    # Other alphabets have other rules, and the words of an unspaced script are single characters.
    if len(folded) < SHORTEST or not (folded.isascii() and folded.isalpha()) or is_stopword(asked):
        return False
    return not _is_ordinary(folded) and (shouted or not asked.isupper())


def _meant(asked: str, named: bool, held: Sequence[_Held], in_place: Callable[[str], bool]) -> str | None:
    """The word that ``asked``, folded, is a misspelling of, as the documents write it; None if there is no clear one.

    ``named`` says that it is written like a name. ``in_place`` tells whether a word has the same neighbors in the
    documents.
    """
    near: dict[str, tuple[int, str]] = {}
    for each in held:
        for first in set(asked[:2]):
            for other, written in each.written.get(first, {}).items():
                near[other] = max(near.get(other, written), written)
    # A hasty typist leaves out capitals but does not add them to short words.
    names = {other for other, (told, _) in near.items() if told == 1}
    long = len(asked) >= LONG
    found = _nearest(asked, names, 2 if long else 1) if named else frozenset()
    if not found and (long or not named):
        found = _nearest(asked, near, 1)
    if len({stem(other) for other in found}) != 1:
        return None
    other = min(found)
    if _is_slip(asked, other) or (other in names and in_place(other)):
        return near[other][1]
    # Replacing a letter makes another name, and often another word.
    replaced = len(asked) == len(other) and (other in names or not long)
    clear = len(asked) >= CLEAR and _errors(asked, other) == 1 and not replaced and not _inflects(asked, other)
    return near[other][1] if clear else None


def _nearest(asked: str, others: Iterable[str], limit: int) -> frozenset[str]:
    """The ``others`` with the fewest errors, at most ``limit``; the first letter is right or swapped."""
    found: dict[int, set[str]] = {}
    letters, swapped = set(asked), asked[1::-1] + asked[2:] if len(asked) >= CLEAR else ""
    for other in others:
        if abs(len(other) - len(asked)) > limit or len(letters.symmetric_difference(other)) > 2 * limit:
            continue
        if other[0] == asked[0] or other == swapped:
            found.setdefault(_errors(asked, other), set()).add(other)
    best = min(found, default=limit + 1)
    return frozenset(found[best] if best <= limit else ())


def _errors(one: str, other: str) -> int:
    """The number of letters left out, added, replaced, or swapped with their neighbor."""
    from rapidfuzz.distance import OSA  # only where a word is doubted

    return OSA.distance(one, other)


def _is_slip(asked: str, other: str) -> bool:
    """Whether the words differ only by swapped neighbors or doubled letters, as two correct words rarely do."""
    swapped = len(asked) == len(other) and sorted(asked) == sorted(other) and _errors(asked, other) == 1
    return swapped or _DOUBLED.sub(r"\1", asked) == _DOUBLED.sub(r"\1", other)


def _inflects(one: str, other: str) -> bool:
    """Whether the words differ only in the last letter, as forms of a word do."""
    return one[:-1] in (other, other[:-1]) or one == other[:-1]


def _stands_by(around: Sequence[str], found: Sequence[StoredChunk], other: str) -> bool:
    """Whether a text has the word ``other`` next to a content word of ``around``."""
    names = "|".join(re.escape(_POSSESSIVE.sub("", word)) for word in around if not is_stopword(word))
    word = re.escape(other)
    pair = re.compile(rf"\b(?:{word}\W+(?:{names})|(?:{names})\W+{word})\b", re.IGNORECASE)
    return bool(names) and any(pair.search(stored.chunk.text) for stored in found)


@lru_cache(maxsize=1_000)
def _held(text: str) -> _Held:
    openers = {match.start(1) for match in _OPENER.finditer(text)}
    written: dict[str, dict[str, tuple[int, str]]] = {}
    for match in _PIECE.finditer(text):
        piece, folded = match[0], fold(match[0])
        if len(folded) < SHORTEST or not folded.isascii() or piece.isupper() or is_stopword(piece):
            continue
        told = 2 if piece.islower() else int(match.start() not in openers)
        same = written.setdefault(folded[0], {})
        same[folded] = max(same.get(folded, (0, piece.lower())), (told, piece if told else piece.lower()))
    return _Held(frozenset(stems(text)), written)


@lru_cache(maxsize=10_000)
def _is_ordinary(word: str) -> bool:
    """Whether a folded word is English or composed of English words."""
    known = vocabulary()
    if word in known:
        return True
    for prefix in filter(word.startswith, _PREFIXES):
        if len(word) - len(prefix) >= _PART and word[len(prefix) :] in known:
            return True
    for suffix in filter(word.endswith, _SUFFIXES):
        base = word.removesuffix(suffix)
        # deny, denial; plan, planner; divide, dividend
        bases = {base, f"{base}e", f"{base[:-1]}y" if base.endswith("i") else base, _LAST_DOUBLED.sub(r"\1", base)}
        if len(base) >= _PART and not bases.isdisjoint(known):
            return True
    return any({word[:at], word[at:]} <= known for at in range(_PART, len(word) - _PART + 1))
