"""Forms that hold one record each: whose field answers, and the same field of other forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.english.names import names
from assistant.query.parse import QuestionParts
from assistant.types import Sentence

MOST_RECORDS = 8
"""Forms that are shown at most for one question."""

_WHICH = re.compile(r"\bwhich\b", re.IGNORECASE)
_NAME = re.compile(r"(?:[\w-]+ )?(?:name|title)\s*:", re.IGNORECASE)


def records(question: QuestionParts, best: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """For "who" and "which" and a field that names nobody: of each form with such a field, what names it and the field.

    Empty where the question or the field is another, or where the forms have no names.
    """
    asks = question.answer_type == "person" or _WHICH.search(question.text)
    if best.kind != "field" or not asks or names(_value(best)):
        return []
    same = [best, *(s for s in sentences if s.source != best.source and _says(s) == _says(best))]
    distinct = list({field.source: field for field in reversed(same)}.values())[::-1]
    return [each for field in distinct[:MOST_RECORDS] for each in (*_naming(field, sentences), field)]


def _naming(field: Sentence, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The field that names a form."""
    fields = sorted((s for s in sentences if s.source == field.source and s.kind == "field"), key=lambda s: s.start)
    named = [each for each in fields if _NAME.match(each.text)] or [each for each in fields[:1] if names(_value(each))]
    yield from (each for each in named[:1] if each != field)


def _value(field: Sentence) -> str:
    return field.text.partition(":")[2]


def _says(sentence: Sentence) -> str:
    return " ".join(sentence.text.casefold().split())
