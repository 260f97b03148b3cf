"""Questions that a passage no longer answers, made from those that it answers by changing one thing that they name."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from assistant.english.lexicon import OPPOSITE_EVENTS, OPPOSITES
from assistant.english.tokens import Word, is_stopword, stem, stems, words
from training.examples import Item

WEIGHTS = {"name": 1.0, "number": 1.0, "opposite": 1.0, "role": 1.0, "word": 0.3, "negation": 0.3}
"""How much a question counts by what was changed. Any word may have a synonym in the passage, and a negation is seen
in the question alone.
"""

TRIES = 30
"""How many replacements are tried, drawn at random, until one is not in the passage."""

LEAST_LETTERS = 4
"""Letters of a word that is changed."""

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
_NUMBER = re.compile(r"\d+")
_AUXILIARY = re.compile(r"\b(?:did|does|do|is|was|are|were|has|have|can|could|will|would)\b [\w-]+")
_ROLES = frozenset(
    "president director secretary chairman treasurer manager mayor minister founder owner author writer editor "
    "producer composer singer actor captain coach commander general king queen prince bishop architect doctor teacher "
    "professor judge lawyer governor senator ambassador".split()
)


def _opposites() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in (*OPPOSITES, *OPPOSITE_EVENTS):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


_OPPOSITES = _opposites()


class Swap(NamedTuple):
    """A question with a passage that does not answer it, and how much it counts."""

    item: Item
    weight: float


class Swaps:
    """Changes questions; names and words that take the place of others are those of ``questions``."""

    def __init__(self, questions: Iterable[str]) -> None:
        asked = list(questions)
        self._names = [name for question in asked for name in _NAME.findall(question)]
        self._words = [word.text for question in asked for word in _changeable(question)]
        self._ways: dict[str, Callable[[str, frozenset[str]], str]] = {
            "name": self._name,
            "number": _number,
            "opposite": _opposite,
            "role": _role,
            "word": self._word,
            "negation": _negation,
        }

    def of(self, item: Item) -> list[Swap]:
        """The question of ``item`` changed in each way that it allows, its passage as it is."""
        held = frozenset(stems(f"{item.passage.header} {item.passage.text}"))
        changed = {way: change(item.question, held) for way, change in self._ways.items()}
        return [
            Swap(item._replace(question=question, spans=()), WEIGHTS[way])
            for way, question in changed.items()
            if question and question != item.question
        ]

    def _name(self, question: str, held: frozenset[str]) -> str:
        found = list(_NAME.finditer(question))
        return _put(question, random.choice(found).span(), self._absent(self._names, held)) if found else ""

    def _word(self, question: str, held: frozenset[str]) -> str:
        found = [word for word in _changeable(question) if stem(word.text) in held]
        if not found:
            return ""
        word = random.choice(found)
        # The same last letter is often the same form: plurals, past tenses.
        alike = [other for other in self._words if other[-1] == word.text[-1]]
        return _put(question, (word.start, word.end), self._absent(alike, held))

    def _absent(self, others: list[str], held: frozenset[str]) -> str:
        """One of ``others`` of which no word is in the passage, if there is one."""
        tried = random.sample(others, min(TRIES, len(others)))
        return next((other for other in tried if held.isdisjoint(stems(other))), "")


def _changeable(question: str) -> list[Word]:
    return [
        word
        for word in words(question)
        if word.text.islower() and not is_stopword(word.text) and len(word.text) >= LEAST_LETTERS
    ]


def _put(question: str, place: tuple[int, int], new: str) -> str:
    return question[: place[0]] + new + question[place[1] :] if new else ""


def _number(question: str, held: frozenset[str]) -> str:
    found = list(_NUMBER.finditer(question))
    if not found:
        return ""
    number = random.choice(found)
    new = str(int(number[0]) + random.choice([-3, -2, -1, 1, 2, 3, 5, 10]))
    return _put(question, number.span(), new) if new not in held else ""


def _opposite(question: str, _: frozenset[str]) -> str:
    found = [word for word in words(question) if word.text.lower() in _OPPOSITES]
    if not found:
        return ""
    word = random.choice(found)
    return _put(question, (word.start, word.end), random.choice(_OPPOSITES[word.text.lower()]))


def _role(question: str, held: frozenset[str]) -> str:
    found = [word for word in words(question) if word.text.lower() in _ROLES]
    others = sorted(role for role in _ROLES if stem(role) not in held)
    if not found or not others:
        return ""
    word = random.choice(found)
    return _put(question, (word.start, word.end), random.choice(others))


def _negation(question: str, _: frozenset[str]) -> str:
    found = _AUXILIARY.search(question)
    return f"{question[: found.end()]} {random.choice(['not', 'never'])}{question[found.end() :]}" if found else ""
