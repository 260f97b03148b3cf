"""Finds sources that give different values for the same thing among the sentences that answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from assistant.text.numbers import Kind, Quantity, quantities, same_value
from assistant.text.questions import QuestionParts
from assistant.text.tokens import STOPWORDS, content_stems, stem, words
from assistant.types import Contrast, Sentence

COMMON = 2
"""Content words two sentences must share, beyond their figures, to be about one thing."""

_ASKED: dict[str, frozenset[Kind]] = {
    "date": frozenset({"date", "time"}),
    "duration": frozenset({"duration"}),
    "number": frozenset({"number", "percent", "money"}),
}


class _Figure(NamedTuple):
    sentence: Sentence
    quantity: Quantity
    about: frozenset[str]
    unit: frozenset[str]


def contrasts(question: QuestionParts, sentences: Sequence[Sentence]) -> tuple[Contrast, ...]:
    """Groups of ``sentences`` of different sources whose figures cannot all be right.

    Figures are compared when they are of one kind, count the same thing and stand in sentences that share at least
    COMMON content words. A figure that the question itself names is what they share, not what they differ in.
    """
    given = quantities(question.text)
    kinds = _ASKED.get(question.answer_type)
    figures = [
        _Figure(sentence, quantity, _about(sentence.text, quantity), _unit(quantity))
        for sentence in sentences
        for quantity in quantities(sentence.text)
        if (kinds is None or quantity.kind in kinds) and not any(same_value(quantity, g) for g in given)
    ]
    groups: list[list[_Figure]] = []
    for a, b in combinations(figures, 2):
        if not _disagree(question, a, b):
            continue
        home = next((group for group in groups if a in group or b in group), None)
        if home is None:
            groups.append([a, b])
        else:
            home += [figure for figure in (a, b) if figure not in home]
    return tuple(contrast for group in groups if (contrast := _contrast(group)))


def _disagree(question: QuestionParts, a: _Figure, b: _Figure) -> bool:
    if a.sentence.source == b.sentence.source or a.quantity.kind != b.quantity.kind:
        return False
    if same_value(a.quantity, b.quantity):
        return False
    # A sentence that also gives the other one's figure does not contradict it.
    if any(same_value(q, b.quantity) for q in quantities(a.sentence.text)):
        return False
    if any(same_value(q, a.quantity) for q in quantities(b.sentence.text)):
        return False
    if a.quantity.kind == "number" and not a.unit & b.unit:
        return False
    shared = a.about & b.about
    return len(shared) >= COMMON and bool(shared & question.content)


def _about(text: str, quantity: Quantity) -> frozenset[str]:
    rest = text[: quantity.start] + " " + text[quantity.end :]
    return frozenset(term for term in content_stems(rest) if not term[0].isdigit())


def _unit(quantity: Quantity) -> frozenset[str]:
    return frozenset(stem(w.text) for w in words(quantity.unit) if w.text not in STOPWORDS)


def _contrast(group: Sequence[_Figure]) -> Contrast | None:
    """One side for each source, the first being the one that answers best."""
    sides: dict[str, _Figure] = {}
    for figure in sorted(group, key=lambda f: -f.sentence.score):
        sides.setdefault(figure.sentence.source, figure)
    if len(sides) < 2:
        return None
    shared = frozenset.intersection(*(figure.about for figure in sides.values()))
    first = next(iter(sides.values()))
    about = [w.text for w in words(first.sentence.text) if stem(w.text) in shared and w.text.lower() not in STOPWORDS]
    return Contrast(
        about=" ".join(dict.fromkeys(about)),
        values=tuple(figure.quantity.text for figure in sides.values()),
        sentences=tuple(figure.sentence for figure in sides.values()),
    )
