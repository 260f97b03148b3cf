"""Finds sources that answer a question differently, among the sentences that answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.answering.thresholds import Thresholds
from assistant.english.negation import denies
from assistant.english.quantities import Quantity, is_vague, quantities, same_value
from assistant.english.tokens import content_stems
from assistant.query.parse import QuestionParts
from assistant.retrieval.agreement import ASKED, THRESHOLD, AnswerSpan, answer_in, differs
from assistant.retrieval.binding import asked, different_subjects
from assistant.types import ConflictCandidate, Sentence

COMMON = 2
"""Content words that two sentences must share if figures, not words found by the cross-encoder, are their answers."""

_CLAUSE = re.compile(r"[,;:\u2013\u2014]\s|\s(?:but|and|while|whereas|although|though)\s")

SHOWN = 16
"""Words of an answer that are shown as a side's value."""


class _Value(NamedTuple):
    """The answer of one sentence: its answering words, or a ``figure`` if the cross-encoder has not read it."""

    sentence: Sentence
    said: AnswerSpan
    figure: Quantity | None = None

    @property
    def answer(self) -> str:
        """The answering words, verbatim."""
        return self.said.text[self.said.start : self.said.end]

    @property
    def denies(self) -> bool:
        """Whether the answer, or the part of its clause before it, contains a denial."""
        before = _CLAUSE.split(self.said.text[: self.said.start])[-1]
        return denies(before + self.answer)

    @property
    def shown(self) -> str:
        """The answer as it is displayed, including a denial before it."""
        denial = denies(self.said.text[: self.said.start]) and not denies(self.answer)
        found = (self.said.text if denial else self.answer).split()
        return " ".join(found[:SHOWN]) + (" ..." if len(found) > SHOWN else "")


def find_conflicts(
    question: QuestionParts, sentences: Sequence[Sentence], thresholds: Thresholds
) -> tuple[ConflictCandidate, ...]:
    """The conflict between ``sentences`` of different sources that answer ``question`` differently; at most one.

    Questions for a list have none: different items do not contradict each other. Sources that agree form one side,
    which is represented by the sentence that answers best.
    """
    if question.wants_list or not sentences:
        return ()
    sides = _opposing(question, sentences, thresholds) or _differing(question, sentences, thresholds)
    if not sides:
        return ()
    return (
        ConflictCandidate(
            about=question.text.strip(" ?"),
            values=tuple(side.shown for side in sides),
            sentences=tuple(side.sentence for side in sides),
        ),
    )


def _opposing(question: QuestionParts, sentences: Sequence[Sentence], thresholds: Thresholds) -> list[_Value]:
    """The best sentence and those that the cross-encoder found to contradict it, if any; one for each source."""
    opposing = sorted(
        (s for s in sentences[1:] if (s.contradiction or 0.0) >= thresholds.contradicts),
        key=lambda s: -(s.contradiction or 0.0),
    )
    best, *others = [
        _value(question, s) or _Value(s, AnswerSpan(s.text, 0, len(s.text))) for s in (sentences[0], *opposing)
    ]
    bound = asked(question)
    rivals = [
        value
        for value in others
        if value.sentence.source != best.sentence.source
        and not different_subjects(bound, best.sentence.shown, value.sentence.shown)
    ]
    sides = _apart(question, rivals)
    return [best, *sides] if sides else []


def _differing(question: QuestionParts, sentences: Sequence[Sentence], thresholds: Thresholds) -> list[_Value]:
    """Sentences whose answers differ by their wording, if any; one for each source."""
    values = [
        v
        for s in sentences
        if s.probability * sentences[0].probability >= thresholds.both_answer and (v := _value(question, s))
    ]
    sides = _apart(question, values)
    return sides if len(sides) > 1 else []


def _apart(question: QuestionParts, values: Sequence[_Value]) -> list[_Value]:
    """Those of ``values`` that are of another source than all kept before them, and differ from these."""
    kept: list[_Value] = []
    for value in values:
        if all(value.sentence.source != side.sentence.source and _differ(question, value, side) for side in kept):
            kept.append(value)
    return kept


def _value(question: QuestionParts, sentence: Sentence) -> _Value | None:
    """The answer of ``sentence``: what the cross-encoder found, else a figure of the kind that is asked for."""
    text = sentence.text
    if answer := answer_in(text, sentence.answer):
        return _Value(sentence, answer)
    kinds = ASKED.get(question.answer_type, frozenset())
    given = [q for q in quantities(question.text) if not is_vague(q)]
    found = [
        q for q in quantities(text) if q.kind in kinds and not is_vague(q) and not any(same_value(q, g) for g in given)
    ]
    counted = [q for q in found if question.content & set(content_stems(q.unit))]
    chosen = next(iter([*counted, *(found if len(found) == 1 else [])]), None)
    return _Value(sentence, AnswerSpan(text, chosen.start, chosen.end), chosen) if chosen else None


def _differ(question: QuestionParts, one: _Value, other: _Value) -> bool:
    if not _on_one_thing(question, one, other):
        return False
    chosen, rival = (_options(question, value) for value in (one, other))
    if chosen and rival:
        return chosen.isdisjoint(rival)
    if question.answer_type == "yes-no":
        return one.denies != other.denies
    return differs(question, one.said, other.said) >= THRESHOLD


def _offers(question: QuestionParts) -> bool:
    """Whether the question offers the answers to choose from."""
    return question.answer_type == "yes-no" or bool(question.options)


def _options(question: QuestionParts, value: _Value) -> frozenset[int]:
    """Which of the options that the question offers a sentence holds, by number."""
    held = set(content_stems(value.sentence.text))
    return frozenset(number for number, option in enumerate(question.options) if option & held)


def _on_one_thing(question: QuestionParts, one: _Value, other: _Value) -> bool:
    """Whether the sentences share words, where nothing is offered beside their answers; unread figures must count the
    same thing as well.
    """
    if different_subjects(asked(question), one.sentence.shown, other.sentence.shown):
        return False
    if _offers(question):
        return not set(content_stems(one.sentence.text)).isdisjoint(content_stems(other.sentence.text))
    shared = _around(one) & _around(other)
    if one.figure is None or other.figure is None:
        return bool(shared)
    units = [set(content_stems(value.unit)) for value in (one.figure, other.figure)]
    return len(shared) >= COMMON and (one.figure.kind != "number" or bool(units[0] & units[1]))


def _around(value: _Value) -> frozenset[str]:
    text, start, end = value.said
    return frozenset(term for term in content_stems(f"{text[:start]} {text[end:]}") if not term[0].isdigit())
