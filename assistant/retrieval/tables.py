"""Tables: the rows that a question asks for by a cell and a column, by the most or the least, or by comparing two.

The fitted models read a row as if it were prose. Here it is read by its cells. Questions that name no cell, or no
column, are left to the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.english.comparison import Comparison, comparison
from assistant.english.negation import denies
from assistant.english.quantities import number, quantities
from assistant.english.tokens import STOPWORDS, stems
from assistant.ingest.statements import CELL_SEPARATOR, statements
from assistant.query.parse import QuestionParts
from assistant.retrieval.mentions import GENERAL
from assistant.retrieval.rank import MISMATCH_FACTOR, Ranked
from assistant.types import FindDocument, Sentence

FOUND = 0.8
"""Probability that a row answers which holds a cell and a column that the question names, or has the most or least."""

UNHELD = 1
"""Words of a question at most that neither the row nor its columns have, as a verb ("sell")."""

MOST_NAMED, MOST_TIED = 4, 3
"""Rows that a question names at most, and rows that have the most or the least together."""

_HOW_MANY = re.compile(r"how many\b", re.IGNORECASE)
_COST = re.compile(r"\bcosts?\b|\bprices?\b|\bhow (?:much (?:is|are|was|were)|expensive)\b", re.IGNORECASE)
_CENTS = re.compile(r"[.,]\d\d\Z")
_COUNTS = frozenset(stems("quantity number count amount stock units pieces"))
_PRICES = frozenset(stems("price prices cost costs fee fees rate rent fare charge amount total sum"))
_GRAND = frozenset(stems("grand overall whole"))
_HOURS = frozenset(stems("open opening close closing shut hours"))
_POLAR = {"yes": "yes", "y": "yes", "✓": "yes", "x": "yes", "no": "no", "n": "no", "–": "no", "-": "no"}
_TOTALS = frozenset(stems("total totals sum subtotal average mean all overall"))


class Cell(NamedTuple):
    """A value of a row, and the name of its column."""

    column: str
    value: str


class Row(NamedTuple):
    """A row by its cells."""

    sentence: Sentence
    cells: tuple[Cell, ...]

    @property
    def values(self) -> frozenset[str]:
        """Stems of its values."""
        return frozenset(stems(" ".join(cell.value for cell in self.cells)))

    @property
    def columns(self) -> frozenset[str]:
        """Stems of its columns that have a value."""
        return frozenset(stems(" ".join(cell.column for cell in self.cells)))

    @property
    def key(self) -> frozenset[str]:
        """Stems of what its first cell names it by."""
        return frozenset(stems(self.cells[0].value)) - STOPWORDS

    @property
    def is_total(self) -> bool:
        """Whether it sums up other rows."""
        return not _TOTALS.isdisjoint(self.key)


def read_tables(question: QuestionParts, ranked: Ranked, document: FindDocument) -> Ranked:
    """``ranked`` with the rows first that a table holds for ``question``; as it is where no row is named or decides.

    Where the best sentence is no row, the best table is looked up alone.
    """
    best = next(filter(None, map(row_of, ranked.sentences)), None)
    if best is None:
        return ranked
    rows = [row for sentence in ranked.sentences if _beside(best, sentence) and (row := row_of(sentence))]
    if best.sentence != ranked.sentences[0]:
        named = [row for row in rows if row.key <= question.all_stems]
        found = _looked_up(question, rows) if len(named) == 1 and not question.wants_list else []
        return _led_by(found, ranked) if found and found == named else ranked
    if said := of_polarity(question, [row.sentence for row in rows]):
        return _led_by([row for row in rows if row.sentence in said], ranked)
    if question.wants_list:
        return ranked
    compared = comparison(question.text)
    if compared and compared.superlative:
        chosen = _extreme(question, compared, _whole(best, document))
    else:
        chosen = _compared(question, compared, rows) or _looked_up(question, rows)
    if chosen:
        return _led_by(chosen, ranked)
    lacking = _lacks(question, best) or _is_empty(question, rows) or _names_none(question, rows)
    return ranked._replace(answerability=ranked.answerability * (MISMATCH_FACTOR if lacking else 1.0))


def row_of(sentence: Sentence) -> Row | None:
    """A sentence as a row with named columns; None where it is none."""
    if sentence.kind != "row":
        return None
    cells = [cell.partition(": ") for cell in sentence.reading.split(CELL_SEPARATOR)]
    made = tuple(Cell(column, value) if found else Cell("", column) for column, found, value in cells)
    return Row(sentence, made) if sum(bool(cell.column) for cell in made) > 1 else None


def of_polarity(question: QuestionParts, items: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Of rows that have "yes" or "no" in the one column that a question names, those that say what it asks for.

    Nothing for yes or no questions.
    """
    rows = [row for item in items if (row := row_of(item))]
    if question.answer_type == "yes-no" or not rows:
        return ()
    said = [
        (cell.column, row.sentence, _POLAR[cell.value.lower()])
        for row in rows
        for cell in row.cells
        if cell.value.lower() in _POLAR and not question.content.isdisjoint(stems(cell.column))
    ]
    if len({column for column, *_ in said}) != 1 or 2 * len(said) <= len(rows):
        return ()
    wanted = "no" if denies(question.text) else "yes"
    return tuple(sentence for _, sentence, value in said if value == wanted)


def by_measure(question: str, rows: Sequence[Row]) -> list[int] | None:
    """The numbers of ``rows`` by what ``question`` compares, the deciding one first; None where nothing decides."""
    compared = comparison(question)
    found = _measured(frozenset(stems(question)), compared, rows) if compared else None
    if not found or len(found.values) < len(rows):
        return None
    return sorted(found.values, key=lambda at: -found.sign * found.values[at])


def _beside(best: Row, sentence: Sentence) -> bool:
    return (sentence.source, sentence.kind, sentence.context) == (
        best.sentence.source,
        best.sentence.kind,
        best.sentence.context,
    )


def _whole(best: Row, document: FindDocument) -> list[Row]:
    """All rows of a table, the best one as it was ranked."""
    found = document(best.sentence.source)
    if found is None:
        return []
    like = best.sentence
    made = [
        like.model_copy(
            update={
                "start": each.start,
                "end": each.end,
                "text": found.text[each.start : each.end],
                "reading": each.reading,
                "answer": "",
            }
        )
        for each in statements(found)
        if (each.kind, each.context) == (like.kind, like.context)
    ]
    return [row for sentence in made if (row := row_of(sentence))]


# --- which rows -----------------------------------------------------------------------------------


class _Measured(NamedTuple):
    """Which way rows are compared, and the value of each, by its number."""

    sign: int
    values: dict[int, float]


def _extreme(question: QuestionParts, compared: Comparison, rows: Sequence[Row]) -> list[Row]:
    """The rows that have the most or the least of what is asked, among those that the question names by a value."""
    columns = frozenset[str]().union(*(row.columns for row in rows))
    wanted = question.content - columns - GENERAL
    named = frozenset[str]().union(*(row.values & wanted for row in rows))
    if not question.names <= named | columns | frozenset(stems(_around(rows))):
        return []
    some = [row for row in rows if named <= row.values and not row.is_total]
    measured = _measured(question.all_stems, compared, some)
    if not measured or len(measured.values) < 2:  # one value is not the most of any
        return []
    most = max(measured.sign * value for value in measured.values.values())
    first = [some[at] for at, value in measured.values.items() if measured.sign * value == most]
    return first if len(first) <= MOST_TIED else []


def _compared(question: QuestionParts, compared: Comparison | None, rows: Sequence[Row]) -> list[Row]:
    """The rows that a question names by their first cells, if it compares several."""
    named = [row for row in rows if row.key and row.key <= question.all_stems and not row.is_total]
    if not (compared or question.options) or not 1 < len(named) <= MOST_NAMED:
        return []
    order = by_measure(question.text, named)
    return [named[at] for at in order] if order else named


def _looked_up(question: QuestionParts, rows: Sequence[Row]) -> list[Row]:
    """The row that the question names by a value, if it names another column of it as well; or the rows that have all
    that it names, if that is a whole cell.
    """
    wanted = question.content - GENERAL - (_GRAND if _TOTALS & question.content else frozenset())
    most = max((len(wanted & row.values) for row in rows), default=0)
    best = [row for row in rows if most and len(wanted & row.values) == most]
    if not best or question.names - best[0].values - best[0].columns - frozenset(stems(_around(best))):
        return []
    own = wanted & best[0].values
    around = frozenset(stems(_around(best)))
    unheld = wanted - own - best[0].columns - around - (_HOURS if _HOURS & around else frozenset())
    if len(best) == 1:
        return best if _has_column(wanted, own, best[0], rows) and len(unheld) <= UNHELD else []
    whole = all(any(frozenset(stems(cell.value)) == own for cell in row.cells) for row in best)
    return best if whole and not unheld and len(best) <= MOST_NAMED else []


def _has_column(wanted: frozenset[str], own: frozenset[str], row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row has a value in the column that ``wanted`` names, besides that of what names the row; of a total,
    in any.
    """
    if row.is_total:
        return not wanted.isdisjoint(row.columns)
    there = {cell.column for cell in row.cells if own.isdisjoint(stems(cell.value))}
    return not there.isdisjoint(_columns_named(wanted - own, rows))


def _columns_named(wanted: frozenset[str], rows: Sequence[Row]) -> list[str]:
    """The columns that have most of the ``wanted`` stems; none where none has any."""
    shares = {column: len(wanted & frozenset(stems(column))) for column in _columns(rows)}
    return [column for column, share in shares.items() if share and share == max(shares.values())]


def _lacks(question: QuestionParts, row: Row) -> bool:
    """Whether a question asks for a price, or how many there are, and no cell of a row holds such a figure."""
    counts = _HOW_MANY.match(question.text) is not None
    if not (counts or _COST.search(question.text)) or (counts and row.key <= question.all_stems):
        return False
    wanted = question.content | (_COUNTS if counts else _PRICES)
    for column, value in row.cells:
        if _value(value) is not None and not wanted.isdisjoint(stems(column)):
            return False
        if not counts and any(q.kind == "money" or _CENTS.search(q.text) for q in quantities(value)):
            return False
    return True


def _is_empty(question: QuestionParts, rows: Sequence[Row]) -> bool:
    """Whether the one row that a question names has no value in the columns that it names."""
    named = [row for row in rows if row.key and row.key <= question.all_stems]
    if len(named) != 1 or named[0].is_total:
        return False
    columns = _columns_named(question.content - named[0].key, rows)
    return (
        bool(columns)
        and named[0].values.isdisjoint(question.content - named[0].key)
        and not any(cell.column in columns for cell in named[0].cells)
    )


def _names_none(question: QuestionParts, rows: Sequence[Row]) -> bool:
    """Whether a question names a column of several rows, and instead of one of them what the table does not have."""
    columns = frozenset[str]().union(*(row.columns for row in rows))
    values = frozenset[str]().union(*(row.values for row in rows))
    wanted = question.content - GENERAL
    if len(rows) < 2 or wanted.isdisjoint(columns) or not wanted.isdisjoint(values):
        return False
    missing = wanted - columns - frozenset(stems(_around(rows)))
    of_one = question.answer_type not in ("yes-no", "other")
    return not question.wants_list and bool(missing if of_one else missing & question.names)


def _around(rows: Sequence[Row]) -> str:
    return " ".join(dict.fromkeys(f"{row.sentence.context} {row.sentence.source}" for row in rows))


# --- by which measure -----------------------------------------------------------------------------


def _measured(asked: frozenset[str], compared: Comparison, rows: Sequence[Row]) -> _Measured | None:
    """The values of the column that the question names, or that its adjective measures; None where none is clear."""
    if column := _most_shared(asked, rows):
        return _Measured(_sign(compared, column), _values(column, rows))
    for scale in compared.scales:
        if column := _most_shared(scale.measures, rows):
            return _Measured(scale.sign, _values(column, rows))
    sums = [column for column in _columns(rows) if compared.is_price and _is_money(column, rows)]
    return _Measured(compared.sign, _values(sums[0], rows)) if len(sums) == 1 else None


def _sign(compared: Comparison, column: str) -> int:
    named = frozenset(stems(column))
    return next((scale.sign for scale in compared.scales if not scale.measures.isdisjoint(named)), compared.sign)


def _most_shared(wanted: frozenset[str], rows: Sequence[Row]) -> str:
    """The column with values in most rows that has most of the ``wanted`` stems; empty where none has, or several."""
    shares = {
        column: len(wanted & frozenset(stems(column)) - STOPWORDS)
        for column in _columns(rows)
        if len(_values(column, rows)) > len(rows) / 3
    }
    most = max(shares.values(), default=0)
    best = [column for column, share in shares.items() if share == most]
    return best[0] if most and len(best) == 1 else ""


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(cell.column for row in rows for cell in row.cells))


def _is_money(column: str, rows: Sequence[Row]) -> bool:
    """Whether a column holds amounts of money."""
    return any(q.kind == "money" for row in rows for c in row.cells if c.column == column for q in quantities(c.value))


def _values(column: str, rows: Sequence[Row]) -> dict[int, float]:
    """The value of each row in a column, by the row's number, where it has one."""
    found = {}
    for at, row in enumerate(rows):
        value = next((_value(cell.value) for cell in row.cells if cell.column == column), None)
        if value is not None:
            found[at] = value
    return found


def _value(said: str) -> float | None:
    """A cell as one value that can be compared; None for words and for several values."""
    first = next(iter(quantities(said)), None)
    if first is None or said[: first.start].strip(" €$£<>~"):
        return None
    if isinstance(first.value, tuple) and first.text == said.strip():
        year, month, day = first.value
        return float((year or 0) * 10_000 + (month or 0) * 100 + (day or 0))
    value = number(first.text) if isinstance(first.value, tuple) else first.value  # "2000 mm" is no year
    sign = -1.0 if said.lstrip().startswith(("-", "−")) else 1.0
    return None if value is None else sign * float(value)


def _led_by(chosen: Iterable[Row], ranked: Ranked) -> Ranked:
    """``ranked`` with the chosen rows first, and the other sentences unlikely."""
    known = {(s.source, s.start): s for s in ranked.sentences}
    top = max(FOUND, ranked.sentences[0].probability)
    score = ranked.sentences[0].score
    first = [
        known.get((row.sentence.source, row.sentence.start), row.sentence).model_copy(
            update={"probability": top, "score": score}
        )
        for row in chosen
    ]
    places = {(s.source, s.start) for s in first}
    others = [
        s.model_copy(update={"probability": s.probability * MISMATCH_FACTOR})
        for s in ranked.sentences
        if (s.source, s.start) not in places
    ]
    return ranked._replace(sentences=(*first, *others), answerability=max(FOUND, ranked.answerability))
