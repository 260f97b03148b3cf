"""Whether a question is answered where the fitted models cannot tell: by a list, a table, a field or a heading."""

from __future__ import annotations

from assistant.english.tokens import stems
from assistant.ports import Hit
from assistant.query.parse import QuestionParts
from assistant.retrieval.features import IN_CONTEXT

STRUCTURAL, STRUCTURAL_NEARLY, NEARLY = 0.8, 0.5, 0.66
"""Probability that an item, row or field answers which, with its context, names all of a question, or this share."""

GENERAL = frozenset(
    stems(
        "work place use used mean meaning say give get have include contain need want find know take make list show "
        "name called there many much kind type which person people offer sure allow possible available really still"
    )
)
"""Words of a question that an item, row or field rarely repeats."""


def structural_answerability(question: QuestionParts, hit: Hit, number: int) -> float:
    """How likely a statement answers whose place in the document says what it is about; 0 for running text.

    The models are fitted to prose. An item, a row or a field states little by itself; it answers when it and what
    introduces it name all or nearly all that the question names.
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


def _states_number(question: QuestionParts, said: str, is_row: bool) -> bool:
    """Whether a statement has a figure; a row that is asked "how many" has it in a column that the question names."""
    if not is_row or not question.text.lower().lstrip().startswith("how many"):
        return any(sign.isdigit() for sign in said)
    cells = (cell.partition(":") for cell in said.split(" · "))
    return any(
        any(sign.isdigit() for sign in value) and not question.content.isdisjoint(stems(column))
        for column, _, value in cells
    )
