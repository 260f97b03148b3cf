"""Quantities that can be compared: converted to one unit, with the interval that their wording allows.

"2.4 kilograms" and "2,412 grams" are close, "nearly 50" may be 45, "shortly after 5 a.m." may be 05:07.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from assistant.english.lexicon import WEEKDAYS
from assistant.english.negation import excluded
from assistant.english.quantities.base import Quantity, is_vague, same_value
from assistant.english.quantities.measures import in_base_unit
from assistant.english.quantities.scan import quantities
from assistant.english.tokens import stem
from assistant.types import Span

Likeness = Literal["same", "near", "other"]
"""How two measurements compare: "near" where one of them is rounded, a bound or a range, and the other fits it."""

ROUNDING = 0.05
"""The largest share of a figure that is lost by rounding it or giving it in a larger unit."""

LOOSE = 0.1
"""The tolerance of "about"; bounds have twice as much on their side."""

_REACH = 28
"""Characters before a quantity in which a qualifying word may be."""

_ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|approximately|approaching|estimated|or so|circa)\W+(?:\w+\W+)?\Z", re.I
)
_UNDER = re.compile(
    r"\b(?:nearly|almost|under|below|up to|at most|less than|fewer than|not quite|no more than)\W+(?:an?\W+)?\Z", re.I
)
_OVER = re.compile(
    r"\b(?:more than|over|above|at least|no fewer than|no less than|exceed\w*|upwards of|a good)\W+(?:an?\W+)?\Z", re.I
)
_SOON_AFTER = re.compile(r"\b(?:shortly|just|soon|a little|minutes) (?:after|past)\W+(?:\w+\W+)?\Z", re.IGNORECASE)
_SOON_BEFORE = re.compile(
    r"\b(?:(?:shortly|just|a little|minutes) before|almost|nearly|towards?|by)\W+(?:\w+\W+)?\Z", re.I
)
_PART_BEFORE = re.compile(
    r"\b(?:of wh(?:om|ich)|among them|including|of them|another|a further|other)\W+(?:\w+\W+){0,2}\Z", re.I
)
_PART_AFTER = re.compile(
    r"\W+(?:others?|more|further|of (?:them|whom|which|the|these|those|its|their|his|her)\b)", re.I
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|or|and)\s*", re.IGNORECASE)
_CLOCK_STOP = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d(?:\Z|\s(?:hours|hrs)\Z)")
_AT = re.compile(r"\b(?:at|by|since|until|till|from|after|before|around|about|between|and|to|the)\s\Z", re.IGNORECASE)
_COUNT_WORD = re.compile(
    r"\b(?:(?P<one>one|single|sole|lone|once)|(?P<two>twice|both|pair|couple)"
    r"|(?P<none>none|nobody|no(?! (?:\w+er|more|less|doubt|one)\b)))\b",
    re.IGNORECASE,
)
_DATED = frozenset({"date", "weekday", "time"})


class Measurement(NamedTuple):
    """A quantity, what it measures, its value in the base unit, and the lowest and highest value it may mean.

    ``sort`` is the quantity's kind, "weekday", or a base unit such as "gram". ``excluded`` says that the text denies
    this quantity, ``part`` that it is given as a part of another one.
    """

    quantity: Quantity
    sort: str
    value: float
    low: float
    high: float
    excluded: bool = False
    part: bool = False


def measurements(text: str) -> list[Measurement]:
    """The quantities of ``text`` that can be compared, in order."""
    ruled_out = excluded(text)
    found = [_measurement(text, quantity, ruled_out) for quantity in quantities(text)]
    for at in range(len(found) - 1):
        one, two = found[at : at + 2]
        joined = text[one.quantity.end : two.quantity.start]
        if one.sort == two.sort and one.value < two.value and _RANGE.fullmatch(joined):
            found[at : at + 2] = [each._replace(low=one.low, high=two.high) for each in (one, two)]
    return [each for each in found if each.sort]


def count_in_words(text: str, start: int, end: int) -> Measurement | None:
    """A count in ``text[start:end]`` that is given without a number: "a single shot", "both", "nobody"."""
    match = _COUNT_WORD.search(text[start:end])
    if not match:
        return None
    value = 1.0 if match["one"] else 2.0 if match["two"] else 0.0
    quantity = Quantity(start + match.start(), start + match.end(), match[0], "number", value)
    return Measurement(quantity, "number", value, value, value)


def compare(a: Measurement, b: Measurement) -> Likeness | None:
    """How two measurements compare; None if they measure different things."""
    if a.sort != b.sort:
        return _compare_sorts(a, b)
    dated = a.sort in ("date", "time")
    if same_value(a.quantity, b.quantity) if dated else math.isclose(a.value, b.value, rel_tol=1e-6):
        return "same"
    if a.sort in ("date", "weekday"):
        return "other"
    if b.low <= a.value <= b.high or a.low <= b.value <= a.high:
        return "near"
    close = a.sort != "time" and abs(a.value - b.value) <= ROUNDING * max(a.value, b.value)
    return "near" if close and (_word_of(a) != _word_of(b) or _fineness(a) != _fineness(b)) else "other"


def _compare_sorts(a: Measurement, b: Measurement) -> Likeness | None:
    if {a.sort, b.sort} <= _DATED:  # a weekday may be that date, and an hour on it
        return "near"
    plain = next((each for each in (a, b) if each.sort == "number"), None)
    if {a.quantity.kind, b.quantity.kind} != {"number"} or plain is None or plain.quantity.unit:
        return None
    # One of them leaves out what it counts in.
    return "same" if a.quantity.value == b.quantity.value else "other"


def _measurement(text: str, quantity: Quantity, ruled_out: Sequence[Span]) -> Measurement:
    before = text[max(0, quantity.start - _REACH) : quantity.start]
    if _CLOCK_STOP.match(quantity.text) and _AT.search(before):  # "at 9.42", "at 19.12 hours"
        hour, minute = (int(part) for part in re.findall(r"\d+", quantity.text)[:2])
        quantity = quantity._replace(kind="time", value=60.0 * hour + minute, unit="12-hour" if 0 < hour <= 12 else "")
    sort, value = _sort(quantity)
    low = high = value
    if sort == "time":
        low -= 20 if _SOON_BEFORE.search(before) else 15 if _ABOUT.search(before) else 0
        high += 20 if _SOON_AFTER.search(before) else 15 if _ABOUT.search(before) else 0
    elif sort not in ("date", "weekday"):
        about = LOOSE if _ABOUT.search(before) else 0.0
        low -= value * (2 * LOOSE if _UNDER.search(before) else about)
        high += value * (2 * LOOSE if _OVER.search(before) else about)
    return Measurement(
        quantity,
        sort,
        value,
        low,
        high,
        excluded=any(start <= quantity.start < end for start, end in ruled_out),
        part=bool(_PART_BEFORE.search(before) or _PART_AFTER.match(text, quantity.end)),
    )


def _sort(quantity: Quantity) -> tuple[str, float]:
    """What a quantity measures, and its value in the base unit; an empty name if it cannot be compared."""
    if isinstance(quantity.value, tuple):
        if not is_vague(quantity):
            return "date", 0.0
        day = quantity.text.split()[0].lower().rstrip("s")
        return ("weekday", float(WEEKDAYS.index(day))) if day in WEEKDAYS else ("", 0.0)
    if quantity.kind == "number":
        return in_base_unit(quantity)
    return ("", 0.0) if quantity.kind == "ordinal" else (quantity.kind, quantity.value)


def _word_of(measurement: Measurement) -> str:
    """The unit in which a measure or a duration is given: "kilogram", "week"."""
    if measurement.sort in ("number", "percent", "money"):
        return ""
    duration = measurement.sort == "duration"
    said = measurement.quantity.text if duration else measurement.quantity.unit
    return stem(re.split(r"[\s-]", said)[-1 if duration else 0])


def _fineness(measurement: Measurement) -> int:
    """The precision of a figure: in hundreds (if it is at least a thousand), in whole numbers, or with a fraction."""
    value = measurement.quantity.value
    if not isinstance(value, float) or measurement.sort == "duration":
        return 0
    return -1 if value >= 1000 and value % 100 == 0 else int(value % 1 != 0)
