"""The answerability of questions that the fitted models cannot judge: about lists and tables, or not in English."""

from __future__ import annotations

import math
from collections.abc import Iterable

from assistant.english.tokens import STOPWORDS, fold, stems, words
from assistant.ingest.statements import CELL_SEPARATOR
from assistant.ports import Hit
from assistant.query.parse import QuestionParts
from assistant.retrieval.features import IN_CONTEXT

STRUCTURAL, STRUCTURAL_NEARLY, NEARLY = 0.8, 0.5, 0.66
"""Probability that an item, row or field answers if it and its context name all of the question, or this share of it.
"""

FOREIGN, FOREIGN_SHARE = 0.5, 0.45
"""Probability that a statement in another language answers if it has this share of the question's words."""

_KEY = 4
_LATIN_ENDS = 0x24F
_FUNCTION_WORDS = frozenset(
    "de del la el los las un una unos unas que y en por para con su se es son quien cual cuando cuan donde cuanto como "
    "le les des du et est dans pour qui quel quell quand ou comb comm sur au aux une par der die das und ist sind ein "
    "eine im dem den von zu mit auf wer was wann wo wie waru welc il lo gli che di da per chi quan dove het een van o "
    "os as um uma do da no na quem onde как кто что где когд скол jaki kto co gdzi kied ile w z na je".split()
)
"""Words of other languages that carry no meaning, by their first letters."""

GENERAL = frozenset(
    stems(
        "work place use used mean meaning say give get have include contain need want find know take make list show "
        "name called there many much kind type which person people offer sure allow possible available really still"
    )
)
"""Words of questions that items, rows and fields rarely repeat."""


def structural_answerability(question: QuestionParts, hit: Hit, number: int) -> float:
    """The probability that an item, row or field answers; 0 for running text.

    The models are fitted to prose. An item, row or field says little by itself; it answers if it and its context
    name all or nearly all that the question names.
    """
    stored = hit.stored
    statement = stored.statements[number]
    said = statement.reading or stored.chunk.text[statement.start : statement.end]
    context = frozenset(stems(statement.context))
    wanted = question.content - GENERAL
    if not wanted or not (statement.context or statement.kind in IN_CONTEXT):
        return 0.0
    if statement.kind == "paragraph" and wanted.isdisjoint(context):
        return 0.0
    if question.answer_type == "number" and not _states_number(question, said, statement.kind == "row"):
        return 0.0
    around = context | frozenset(stems(f"{stored.metadata.title} {stored.about}"))
    named = len(wanted & (frozenset(stems(said)) | around)) / len(wanted)
    return STRUCTURAL if named == 1.0 else STRUCTURAL_NEARLY if named >= NEARLY and len(wanted) > 2 else 0.0


def foreign_answerability(question: QuestionParts, said: str, candidates: Iterable[str]) -> float:
    """The probability that ``said``, the best of ``candidates``, answers a question in another language than English.

    It is 0 for English questions. The models know only English. In other languages a statement answers if it has
    enough of the question's words, in any form; words that most candidates have count less.
    """
    if not is_foreign(question.text):
        return 0.0
    wanted = [key for key in _keys(question.text) if key not in _FUNCTION_WORDS]
    held = [frozenset(_keys(text)) for text in candidates]
    weights = {key: math.log(1 + (len(held) + 1) / (1 + sum(key in each for each in held))) for key in wanted}
    own = frozenset(_keys(said))
    total = sum(weights.values())
    return FOREIGN if total and sum(weights[key] for key in weights if key in own) >= FOREIGN_SHARE * total else 0.0


def is_foreign(text: str) -> bool:
    """Whether a text is in another language than English, judged by its script and its function words."""
    said = [word.text.lower() for word in words(text)]
    if not said:
        return False
    if any(ord(word[0]) > _LATIN_ENDS for word in said):
        return True
    english = sum(word in STOPWORDS for word in said)
    return sum(word in _FUNCTION_WORDS for word in said) > english


def _keys(text: str) -> list[str]:
    """The words of a text by their first letters, accents left out: one key for most forms of a word."""
    return [fold(word.text)[:_KEY] for word in words(text)]


def _states_number(question: QuestionParts, said: str, is_row: bool) -> bool:
    """Whether a statement has a figure; in a row, for "how many", one in a column that the question names."""
    if not is_row or not question.text.lower().lstrip().startswith("how many"):
        return any(sign.isdigit() for sign in said)
    cells = (cell.partition(":") for cell in said.split(CELL_SEPARATOR))
    return any(
        any(sign.isdigit() for sign in value) and not question.content.isdisjoint(stems(column))
        for column, _, value in cells
    )
