"""Decides whether two sentences answer a question differently or only in other words.

A few readable features are computed for each pair. A logistic regression, fitted by ``training/fit_agreement.py``,
turns them into the probability that the two answers cannot both be true. It does not apply to yes-no questions, where
only denial matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from assistant.english.lexicon import TITLE_ABBREVIATIONS, TITLES
from assistant.english.names import names
from assistant.english.negation import denies, excluded
from assistant.english.quantities import Quantity, same_value
from assistant.english.quantities.measurement import Measurement, compare, count_in_words, measurements
from assistant.english.tokens import content_stems, stem, stems
from assistant.query.parse import AnswerType, QuestionParts
from assistant.types import Span


class AnswerSpan(NamedTuple):
    """A sentence and its short answer ``text[start:end]``, which may be a word or two too long or too short."""

    text: str
    start: int
    end: int


def answer_in(text: str, answer: str) -> AnswerSpan | None:
    """A sentence with its short answer; None if the sentence does not contain it."""
    start = text.find(answer) if answer else -1
    return AnswerSpan(text, start, start + len(answer)) if start >= 0 else None


class AgreementFeatures(NamedTuple):
    """How two answers compare, each feature from 0 to 1 and independent of the order of the two.

    Figures are compared first; if they can be compared, the features of words are 0. "New" words are words that the
    question does not have.
    """

    always: float
    same_figure: float  # equal, in whatever unit
    near_figure: float  # not equal, but one of them is "about", a bound, a range or rounded, and the other fits it
    other_figure: float  # neither, where the question asks for a figure
    other_figure_unasked: float  # neither, where it asks for something else
    words_shared: float  # new words that the answers share, of all
    words_there_too: float  # new words of one answer that the other's sentence has, at best
    name_shared: float  # a part of a name
    other_names: float  # both are names that share no part, and little else
    denied: float  # one says the other's answer after "not" or "rather than"
    one_denies: float  # one of the answers denies, the other does not
    other_occasion: float  # each names a date beside its answer, and they differ


THRESHOLD = 0.6
"""Probability from which answers count as different. On practice questions that were not used for fitting, 80 of 100
differing pairs reach it and 25 of 100 agreeing ones; at 0.7, 47 and 8. Answers that merely share no word are at 0.64.
"""

WEIGHTS = AgreementFeatures(
    always=0.58,
    same_figure=-4.07,
    near_figure=-2.01,
    other_figure=1.08,
    other_figure_unasked=0.89,
    words_shared=-3.65,
    words_there_too=-0.72,
    name_shared=-1.42,
    other_names=0.77,
    denied=0.53,
    one_denies=0.73,
    other_occasion=-0.16,
)


def differs(question: QuestionParts, one: AnswerSpan, other: AnswerSpan) -> float:
    """The probability that the two answers to ``question`` cannot both be true."""
    score = sum(weight * value for weight, value in zip(WEIGHTS, agreement_features(question, one, other), strict=True))
    return 1 / (1 + math.exp(-score))


def agreement_features(question: QuestionParts, one: AnswerSpan, other: AnswerSpan) -> AgreementFeatures:
    """The features by which ``differs`` judges."""
    a, b = _figures(one), _figures(other)
    x, y, compared = _compared(question, a, b)
    asks_figure = question.answer_type in ASKED
    found = {
        "always": 1.0,
        "one_denies": a.denies != b.denies,
        "other_occasion": _other_occasion(a, b),
    }
    if compared and x and y:
        differ = compared == "other"
        found |= {
            "same_figure": compared == "same",
            "near_figure": compared == "near",
            "other_figure": differ and asks_figure,
            "other_figure_unasked": differ and not asks_figure,
            "denied": _excludes(a, y) or _excludes(b, x),
        }
    else:
        found |= _word_features(question, _wording(one), _wording(other))
    return AgreementFeatures(**{name: float(found.get(name, 0.0)) for name in AgreementFeatures._fields})


# --- figures --------------------------------------------------------------------------------------

ASKED: dict[AnswerType, frozenset[str]] = {
    "date": frozenset({"date", "time", "weekday"}),
    "duration": frozenset({"duration"}),
    "number": frozenset({"number", "percent", "money", "gram", "metre", "litre", "metre/hour", "square metre"}),
}
"""The kinds of figures that can answer a question of each type."""

BESIDE = 12
"""Characters between an answer that was cut too short and the figure that belongs to it."""


class _Figures(NamedTuple):
    """What the features of figures are computed from, for a sentence and its answer."""

    answer: Span
    measured: list[Measurement]
    counted: Measurement | None
    denies: bool


@lru_cache(maxsize=256)
def _figures(said: AnswerSpan) -> _Figures:
    text, start, end = said
    counted = count_in_words(text, start, end)
    return _Figures(Span(start, end), measurements(text), counted, denies(text[start:end]))


@lru_cache(maxsize=64)
def _given(text: str) -> list[Measurement]:
    return measurements(text)


def _compared(
    question: QuestionParts, a: _Figures, b: _Figures
) -> tuple[Measurement | None, Measurement | None, str | None]:
    """The figures that are the answers of two sentences, and how they compare."""
    asked = ASKED.get(question.answer_type)
    for kinds in (asked, None) if asked else (None,):  # "How long is the ship?" asks for no duration
        x, y = _answering(question, a, kinds), _answering(question, b, kinds)
        if x and y and (compared := compare(x, y)):
            return x, y, compared
    return None, None, None


def _answering(question: QuestionParts, said: _Figures, kinds: frozenset[str] | None) -> Measurement | None:
    """The figure that is a sentence's answer: of these kinds, in its answer or beside it, and not in the question."""
    given = _given(question.text)
    fit = [
        each
        for each in said.measured
        if (not kinds or each.sort in kinds)
        and not each.excluded
        and not any(compare(each, other) == "same" for other in given)
    ]
    start, end = said.answer
    inside = [each for each in fit if each.quantity.start < end and each.quantity.end > start]
    if inside:
        counted = [
            each for each in inside if len(inside) > 1 and question.content & set(content_stems(each.quantity.unit))
        ]
        # "12 died, three of them on the spot": the whole before its part.
        return min(counted or inside, key=lambda each: each.part)
    if kinds and question.answer_type == "number" and said.counted:
        return said.counted
    beside = [
        each
        for each in fit
        if -BESIDE <= each.quantity.start - end <= BESIDE or -BESIDE <= each.quantity.end - start <= 0
    ]
    if kinds and (beside or len(fit) == 1):
        return (beside or fit)[0]
    return None


def _excludes(said: _Figures, figure: Measurement) -> bool:
    return any(each.excluded and compare(each, figure) == "same" for each in said.measured)


def _other_occasion(a: _Figures, b: _Figures) -> bool:
    one, other = _dates_beside(a), _dates_beside(b)
    return bool(one and other) and not any(same_value(x, y) for x in one for y in other)


def _dates_beside(said: _Figures) -> list[Quantity]:
    start, end = said.answer
    found = [each.quantity for each in said.measured if each.sort == "date"]
    return [quantity for quantity in found if quantity.end <= start or quantity.start >= end]


# --- words ----------------------------------------------------------------------------------------

ROOT = 6
"""Letters that two words must share to have one root: "Tasmarra" and "Tasmarran"."""

_TITLES = frozenset(stem(word) for word in (*TITLES, "the"))
_SHORT_FOR = {stem(short): stem(word) for short, word in TITLE_ABBREVIATIONS.items()}


class _Wording(NamedTuple):
    """The roots that the features of words are computed from, for a sentence and its answer."""

    answer: frozenset[str]
    sentence: frozenset[str]
    excluded: frozenset[str]
    names: frozenset[str]


@lru_cache(maxsize=256)
def _wording(said: AnswerSpan) -> _Wording:
    text, start, end = said
    ruled_out = " ".join(text[span.start : span.end] for span in excluded(text))
    named = (name.text for name in names(text) if name.start < end and name.end > start)
    return _Wording(
        answer=_roots(content_stems(text[start:end])),
        sentence=_roots(content_stems(text)),
        excluded=_roots(stems(ruled_out)),
        names=_roots(part for name in named for part in stems(name) if part not in _TITLES),
    )


def _roots(found: Iterable[str]) -> frozenset[str]:
    return frozenset(_SHORT_FOR.get(one, one)[:ROOT] for one in found)


@lru_cache(maxsize=64)
def _asked_roots(every: frozenset[str]) -> frozenset[str]:
    return _roots(every)


def _word_features(question: QuestionParts, a: _Wording, b: _Wording) -> dict[str, float]:
    asked = _asked_roots(question.all_stems)
    one, other = a.answer - asked, b.answer - asked
    one, other = one - a.excluded or one, other - b.excluded or other
    there = max(_share(one & b.sentence - b.excluded, one), _share(other & a.sentence - a.excluded, other))
    names_a, names_b = a.names - asked, b.names - asked
    return {
        "words_shared": _share(one & other, one | other),
        "words_there_too": there,
        "other_names": there < 0.5 and bool(names_a) and bool(names_b) and not names_a & names_b,
        "name_shared": bool(names_a & names_b),
        "denied": max(_share(one & b.excluded - other, one), _share(other & a.excluded - one, other)) >= 0.5,
    }


def _share(some: frozenset[str], every: frozenset[str]) -> float:
    return len(some) / len(every) if every else 0.0
