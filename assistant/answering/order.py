"""Puts the statement that decides a comparison first: "Which is cheaper, plan A or plan B?"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.english.comparison import comparison
from assistant.english.quantities import quantities
from assistant.retrieval.tables import by_measure, row_of
from assistant.types import Quotation


def deciding_first(question: str, quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """``quotations`` by what ``question`` compares, greatest or least first.

    As they are where it compares nothing, or where they do not all have one value of the same measure.
    """
    compared = comparison(question)
    if compared is None:
        return tuple(quotations)
    rows = [row for quotation in quotations if (row := row_of(quotation.best))]
    if len(rows) == len(quotations) and (order := by_measure(question, rows)):
        return tuple(quotations[n] for n in order)
    values = [_values(quotation.best.shown) for quotation in quotations]
    shared = set[tuple[str, str]]().union(*values).intersection(*values)
    if compared.is_price:
        shared = {measure for measure in shared if measure[0] == "money"}
    if len(shared) != 1:
        return tuple(quotations)
    (measure,) = shared
    order = sorted(range(len(values)), key=lambda n: values[n][measure] * -compared.sign)
    return tuple(quotations[n] for n in order)


def _values(text: str) -> dict[tuple[str, str], float]:
    """The values in a text by kind and unit; nothing for a measure that it has twice."""
    found: dict[tuple[str, str], list[float]] = {}
    for quantity in quantities(text):
        if quantity.kind in ("number", "money", "percent") and isinstance(quantity.value, int | float):
            found.setdefault((quantity.kind, quantity.unit.split(" ")[0]), []).append(float(quantity.value))
    return {measure: values[0] for measure, values in found.items() if len(values) == 1}
