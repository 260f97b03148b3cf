"""Understands a question: cleans it, makes it self-contained, and splits it into the things it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.errors import BackendError, QuestionError
from assistant.ports import CondensedQuestion, QuestionCondenser
from assistant.query.condense import condense_question
from assistant.query.courtesy import without_courtesies
from assistant.query.split import add_topic, split_questions
from assistant.types import Turn

MAX_QUESTION = 4000
"""The most characters of a question."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Query(NamedTuple):
    """A question as it is searched: ``question`` and each of its ``parts``, the things it asks, stand alone.

    ``notes`` say how it was understood, if not as it was typed.
    """

    question: str
    parts: tuple[str, ...]
    notes: tuple[str, ...] = ()


def clean_question(question: str) -> str:
    """``question`` without control characters and surrounding space.

    Raises QuestionError if nothing is left or it is longer than MAX_QUESTION characters.
    """
    text = _CONTROL.sub(" ", question).strip()
    if not text:
        raise QuestionError(f'The question {question[:40]!r} is empty. Ask one: `assistant ask "Who agreed to what?"`')
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question {text[:40] + '...'!r} has {len(text):,} characters, at most {MAX_QUESTION:,} are taken. "
            "Index a long text as a document and ask about it: `assistant index build FOLDER`"
        )
    return text


def understand(question: str, history: Sequence[Turn] = (), condenser: QuestionCondenser | None = None) -> Query:
    """The query that ``question``, which ``clean_question`` has cleaned, asks after ``history``.

    ``condenser``, if given, makes follow-ups self-contained.
    """
    condensed = _condensed(question, history, condenser)
    return split_query(condensed.question, condensed.notes)


def split_query(question: str, notes: tuple[str, ...] = ()) -> Query:
    """The query for a question that stands alone, split into the things it asks."""
    parts: list[str] = []
    topic = ""
    for part in split_questions(question):
        made = add_topic(part, topic)
        if made == part:
            topic = made = condense_question(part, [Turn(role="user", text=text) for text in parts])
        parts.append(without_courtesies(made))
    return Query(question, tuple(parts), notes)


def _condensed(question: str, history: Sequence[Turn], condenser: QuestionCondenser | None) -> CondensedQuestion:
    """The question made self-contained, by the model if there is one, else by code."""
    notes: tuple[str, ...] = ()
    if history and condenser is not None:
        try:
            if proposed := condenser.condense(question, history):
                return proposed
        except BackendError as error:
            notes = (f"condensed by code: {error}",)
    return CondensedQuestion(condense_question(question, history), notes)
