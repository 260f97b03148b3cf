"""Words of a question read as other words, with a note to the reader about each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from assistant.ports import CondensedQuestion


class Reading(NamedTuple):
    """The part of a question from ``start`` to ``end``, and what it is read as."""

    start: int
    end: int
    meant: str


def substituted(question: str, readings: Iterable[Reading]) -> CondensedQuestion:
    """``question`` with its parts as they are read, in their order, and a note about each different one."""
    read, notes, at = "", [], 0
    for start, end, meant in readings:
        read += question[at:start] + meant
        notes.append(f'read "{question[start:end]}" as "{meant}"')
        at = end
    return CondensedQuestion(read + question[at:], tuple(dict.fromkeys(notes)))
