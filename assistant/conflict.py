"""Finds sources that answer a question differently, among the sentences that answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.text.numbers import Kind, Quantity, is_vague, quantities, same_value
from assistant.text.questions import AnswerType, QuestionParts
from assistant.text.tokens import STOPWORDS, content_stems, stem, words
from assistant.types import Contrast, Sentence

SURE = 0.5
"""The chance to answer from which a sentence is an answer that others can contradict."""

SHORT = 8
"""Words up to which the reader's answer is a value to compare: a name, a place, a way; longer ones are accounts."""

COMMON = 2
"""Content words that two unread sentences must share, beyond their figures, to be about one thing."""

ROUNDING = 0.05
"""How far apart two figures may lie when one of them is said to be about right."""

_ASKED: dict[AnswerType, frozenset[Kind]] = {
    "date": frozenset({"date", "time"}),
    "duration": frozenset({"duration"}),
    "number": frozenset({"number", "percent", "money"}),
}
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|nobody|nothing|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed)"
    r"|refut(?:e|es|ed)|rule[sd]? out|false|untrue|fail(?:s|ed)|refus(?:e|es|ed)|cannot)\b|\w+n['’]t\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|nearly|almost|approximately|more than|over|under|at least|up to)\W+\w*$",
    re.IGNORECASE,
)


class _Value(NamedTuple):
    """What one sentence answers: the words shown for it, and what tells it from another."""

    sentence: Sentence
    shown: str
    figure: Quantity | None = None
    denies: bool = False


def contrasts(question: QuestionParts, sentences: Sequence[Sentence]) -> tuple[Contrast, ...]:
    """Where ``sentences`` of different sources answer ``question`` differently; at most one contrast.

    What is compared follows from the question: figures of the kind it asks for, yes against no, or else the short
    answers that the reader found. Sides with equal values are one side, spoken for by the sentence that answers best.
    """
    values, differ = _compared(question, _rivals(sentences))
    sides: list[_Value] = []
    for value in values:
        if all(differ(value, side) for side in sides):
            sides.append(value)
    if len({side.sentence.source for side in sides}) < 2:
        return ()
    return (
        Contrast(
            about=_topic(question, [side.sentence for side in sides]),
            values=tuple(side.shown for side in sides),
            sentences=tuple(side.sentence for side in sides),
        ),
    )


def _rivals(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [s for s in sentences if s.chance >= SURE]


def _compared(
    question: QuestionParts, sentences: Sequence[Sentence]
) -> tuple[list[_Value], Callable[[_Value, _Value], bool]]:
    kinds = _ASKED.get(question.answer_type)
    if kinds:
        return [v for s in sentences if (v := _figure(question, s, kinds))], _figures_differ
    answers = [s for s in sentences if s.answer]
    if question.answer_type == "yes-no":
        return [_Value(s, _clip(s.text), denies=bool(_DENIAL.search(s.text))) for s in answers], _one_denies
    return [_Value(s, s.answer) for s in answers if 0 < len(words(s.answer)) <= SHORT], _answers_differ


def _figure(question: QuestionParts, sentence: Sentence, kinds: frozenset[Kind]) -> _Value | None:
    """The figure that ``sentence`` answers with: the one in the reader's answer, else one that counts what is asked."""
    given = [q for q in quantities(question.text) if not is_vague(q)]
    found = [
        q
        for q in quantities(sentence.text)
        if q.kind in kinds and not is_vague(q) and not any(same_value(q, g) for g in given)
    ]
    start = sentence.text.find(sentence.answer) if sentence.answer else -1
    inside = [q for q in found if start >= 0 and q.start < start + len(sentence.answer) and q.end > start]
    counted = [q for q in found if question.content & set(content_stems(q.unit))]
    chosen = next(iter([*inside, *counted, *(found if len(found) == 1 else [])]), None)
    return _Value(sentence, chosen.text, chosen) if chosen else None


def _figures_differ(a: _Value, b: _Value) -> bool:
    one, other = a.figure, b.figure
    if one is None or other is None or one.kind != other.kind or same_value(one, other):
        return False
    # A sentence that also gives the other one's figure does not contradict it.
    if _gives(a.sentence, other) or _gives(b.sentence, one):
        return False
    if isinstance(one.value, float) and isinstance(other.value, float) and one.kind != "time":
        rounded = any(_ABOUT.search(v.sentence.text[: v.figure.start]) for v in (a, b) if v.figure)
        if rounded and abs(one.value - other.value) <= ROUNDING * max(one.value, other.value):
            return False
    shared = _around(a.sentence.text, one) & _around(b.sentence.text, other)
    if a.sentence.answer and b.sentence.answer:
        return bool(shared)
    # Unread figures must count the same thing in sentences about one thing.
    counts = one.kind != "number" or bool(set(content_stems(one.unit)) & set(content_stems(other.unit)))
    return counts and len(shared) >= COMMON


def _around(text: str, figure: Quantity) -> frozenset[str]:
    """The content words of a sentence beside its figure."""
    rest = f"{text[: figure.start]} {text[figure.end :]}"
    return frozenset(term for term in content_stems(rest) if not term[0].isdigit())


def _gives(sentence: Sentence, figure: Quantity) -> bool:
    return any(q.kind == figure.kind and not is_vague(q) and same_value(q, figure) for q in quantities(sentence.text))


def _one_denies(a: _Value, b: _Value) -> bool:
    shared = set(content_stems(a.sentence.text)) & set(content_stems(b.sentence.text))
    return a.denies != b.denies and len(shared) >= 2


def _answers_differ(a: _Value, b: _Value) -> bool:
    one, other = set(content_stems(a.shown)), set(content_stems(b.shown))
    if one & other:
        return False
    return not one <= set(content_stems(b.sentence.text)) and not other <= set(content_stems(a.sentence.text))


def _clip(text: str) -> str:
    found = text.split()
    return " ".join(found[:12]) + (" ..." if len(found) > 12 else "")


def _topic(question: QuestionParts, sentences: Sequence[Sentence]) -> str:
    shared = frozenset.intersection(*(frozenset(content_stems(s.text)) for s in sentences))
    found = [w.text for w in words(sentences[0].text) if stem(w.text) in shared and w.text.lower() not in STOPWORDS]
    return " ".join(dict.fromkeys(found)) if len(found) > 1 else question.text.strip(" ?")
