"""Puts the statement that decides a comparison first: "Which is cheaper, plan A or plan B?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.english.lexicon import any_of
from assistant.english.quantities import quantities
from assistant.types import Quotation

_ENDS = r"(?:[a-z]?er|[a-z]?est)"
_MOST = re.compile(
    rf"\b(?:{any_of('high tall long large big deep heav heavi wide dear strong'.split())}{_ENDS}"
    r"|more expensive|most expensive|more|most)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(
    rf"\b(?:{any_of('low cheap small short light narrow shallow'.split())}{_ENDS}|less|least|fewer|fewest)\b",
    re.IGNORECASE,
)

_PRICE = re.compile(r"\b(?:cheap|dear|expensive)", re.IGNORECASE)


def deciding_first(question: str, quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """``quotations`` by what ``question`` compares, greatest or least first.

    As they are where it compares nothing, or where they do not all have one value of the same measure.
    """
    least = _LEAST.search(question) is not None
    if least == (_MOST.search(question) is not None):
        return tuple(quotations)
    values = [_values(quotation.best.shown) for quotation in quotations]
    shared = set[tuple[str, str]]().union(*values).intersection(*values)
    if _PRICE.search(question):
        shared = {measure for measure in shared if measure[0] == "money"}
    if len(shared) != 1:
        return tuple(quotations)
    (measure,) = shared
    order = sorted(range(len(values)), key=lambda n: values[n][measure] * (1 if least else -1))
    return tuple(quotations[n] for n in order)


def _values(text: str) -> dict[tuple[str, str], float]:
    """The values in a text by kind and unit; nothing for a measure that it has twice."""
    found: dict[tuple[str, str], list[float]] = {}
    for quantity in quantities(text):
        if quantity.kind in ("number", "money", "percent") and isinstance(quantity.value, int | float):
            found.setdefault((quantity.kind, quantity.unit.split(" ")[0]), []).append(float(quantity.value))
    return {measure: values[0] for measure, values in found.items() if len(values) == 1}
