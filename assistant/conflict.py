"""Finds sources that answer a question differently, among the sentences that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.text import stance
from assistant.text.agreement import THRESHOLD, Said, differs
from assistant.text.numbers import is_vague, quantities, same_value
from assistant.text.questions import QuestionParts
from assistant.text.tokens import STOPWORDS, content_stems, stem, words
from assistant.types import Contrast, Sentence

SURE = 0.5
"""The chance to answer from which a sentence is an answer that others can contradict."""

DENIES = 0.5
"""From where two answers to a question of yes or no are opposite: in practice nine in ten such pairs are, and they are
three in ten of those that are.
"""

SHOWN = 12
"""Words of an answer that are shown as a side's value."""

_FIGURES = {"date": {"date", "time"}, "duration": {"duration"}, "number": {"number", "percent", "money"}}


class _Value(NamedTuple):
    """What one sentence answers: the words of it that do."""

    sentence: Sentence
    said: Said

    @property
    def answer(self) -> str:
        """The answering words, verbatim."""
        return self.said.text[self.said.start : self.said.end]

    @property
    def shown(self) -> str:
        """The answer as a reader is shown it."""
        found = self.answer.split()
        return " ".join(found[:SHOWN]) + (" ..." if len(found) > SHOWN else "")


def contrasts(question: QuestionParts, sentences: Sequence[Sentence]) -> tuple[Contrast, ...]:
    """Where ``sentences`` of different sources answer ``question`` differently; at most one contrast.

    Whoever asks for a list is told different things that do not contradict each other. Sides that agree are one side,
    spoken for by the sentence that answers best.
    """
    if question.wants_list:
        return ()
    values = [v for s in sentences if s.chance >= SURE and (v := _value(question, s))]
    sides: list[_Value] = []
    for value in values:
        if all(_differ(question, value, side) for side in sides):
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


def _value(question: QuestionParts, sentence: Sentence) -> _Value | None:
    """What ``sentence`` answers: what a reader found, else a figure of the kind that is asked for."""
    text = sentence.text
    start = text.find(sentence.answer) if sentence.answer else -1
    if start >= 0:
        return _Value(sentence, Said(text, start, start + len(sentence.answer)))
    kinds = _FIGURES.get(question.answer_type, set())
    given = [q for q in quantities(question.text) if not is_vague(q)]
    found = [
        q for q in quantities(text) if q.kind in kinds and not is_vague(q) and not any(same_value(q, g) for g in given)
    ]
    counted = [q for q in found if question.content & set(content_stems(q.unit))]
    chosen = next(iter([*counted, *(found if len(found) == 1 else [])]), None)
    return _Value(sentence, Said(text, chosen.start, chosen.end)) if chosen else None


def _differ(question: QuestionParts, one: _Value, other: _Value) -> bool:
    if question.answer_type == "yes-no":
        return stance.differs(question.text, one.answer, other.answer) > DENIES
    return differs(question, one.said, other.said) >= THRESHOLD


def _topic(question: QuestionParts, sentences: Sequence[Sentence]) -> str:
    shared = frozenset.intersection(*(frozenset(content_stems(s.text)) for s in sentences))
    found = [w.text for w in words(sentences[0].text) if stem(w.text) in shared and w.text.lower() not in STOPWORDS]
    return " ".join(dict.fromkeys(found)) if len(found) > 1 else question.text.strip(" ?")
