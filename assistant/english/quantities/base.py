"""The type ``Quantity``, and what all matchers of quantities share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from assistant.english.lexicon import YEARS_IN

Kind = Literal["number", "ordinal", "percent", "money", "date", "duration", "time"]
DateParts = tuple[int | None, int | None, int | None]
"""Year, month and day, with None for a part that is not given."""

VAGUE: DateParts = (None, None, None)


class Quantity(NamedTuple):
    """A quantity at ``text[start:end]``.

    ``value`` is a number (durations in days, times in minutes after midnight) or, for dates, ``(year, month, day)``
    with None for parts that are not given, all three for weekdays and relative dates (``is_vague``). ``unit`` is

    * the up to three words after a number or ordinal, in lower case;
    * the currency of money, and "day" for durations;
    * "decade" or "century" for dates that wide, whose year is their first;
    * the time zone of a time, or "12-hour" if neither "a.m." nor "p.m." is given.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: float | DateParts
    unit: str = ""


class Found(NamedTuple):
    """What a matcher found, and where the scan of the text continues."""

    end: int
    quantities: tuple[Quantity, ...] = ()


Matcher = Callable[[str, int], "Found | None"]
"""``matcher(text, start)``: the quantities that begin at ``start``, or None."""


class Measure(NamedTuple):
    """What the words after a figure make it: a quantity of that kind with ``value(figure)``, up to ``end``."""

    end: int
    kind: Kind
    value: Callable[[float], float | DateParts | None]
    unit: str = ""


def is_vague(quantity: Quantity) -> bool:
    """Whether this is a date that depends on another day: "Monday", "yesterday", "last month"."""
    return quantity.value == VAGUE


def same_value(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities can be the same: equal numbers, or dates or times that do not contradict each other."""
    if a.kind != b.kind:
        return False
    if isinstance(a.value, tuple) or isinstance(b.value, tuple):
        return a.value == b.value or _same_date(a, b)
    if a.kind == "time":
        if "12-hour" in (a.unit, b.unit):
            return a.value % 720 == b.value % 720
        return a.value == b.value or bool(a.unit and b.unit and a.unit != b.unit)
    return math.isclose(a.value, b.value, rel_tol=1e-6) and (a.kind != "money" or a.unit == b.unit)


def _same_date(a: Quantity, b: Quantity) -> bool:
    years = max(YEARS_IN.get(a.unit, 1), YEARS_IN.get(b.unit, 1))
    parts = []
    for quantity in (a, b):
        assert isinstance(quantity.value, tuple)  # noqa: S101  # both are dates
        year, month, day = quantity.value
        parts.append((None if year is None else year // years, month, day))
    return all(x is None or y is None or x == y for x, y in zip(*parts, strict=True))


def quantity(text: str, start: int, end: int, kind: Kind, value: float | DateParts, unit: str = "") -> Quantity:
    """The quantity at ``text[start:end]``."""
    return Quantity(start, end, text[start:end], kind, value, unit)


def date_at(text: str, start: int, end: int, value: DateParts = VAGUE, unit: str = "") -> Quantity:
    """The date at ``text[start:end]``."""
    return quantity(text, start, end, "date", value, unit)


def found(text: str, start: int, end: int, kind: Kind, value: float | DateParts, unit: str = "") -> Found:
    """Only the quantity at ``text[start:end]``."""
    return Found(end, (quantity(text, start, end, kind, value, unit),))


def found_date(text: str, start: int, end: int, value: DateParts = VAGUE, unit: str = "") -> Found:
    """Only the date at ``text[start:end]``."""
    return found(text, start, end, "date", value, unit)


# --- the words around a quantity ------------------------------------------------------------------

SPACE = r"[^\S\n]?\s"
"""Pattern of the space between two words. It may contain a line break, but not a paragraph end. Its length is bounded,
which keeps every match short and the scan linear."""

_WORD_BEFORE = re.compile(r"([^\W\d_]+)\.?[\s-]{0,2}\Z")
_WORD_AFTER = re.compile(rf"{SPACE}([^\W\d_]+)")
_UNIT = re.compile(rf"(?:{SPACE}|-)((?:[^\W\d_]++(?:['’]s)?(?:{SPACE}|-)){{0,2}}[^\W\d_]++)")


def word_before(text: str, start: int) -> str:
    """The word right before ``start`` in lower case, or nothing."""
    match = _WORD_BEFORE.search(text, max(0, start - 16), start)
    return match[1].lower() if match else ""


def word_after(text: str, end: int) -> str:
    """The word right after ``end``, or nothing."""
    match = _WORD_AFTER.match(text, end)
    return match[1] if match else ""


def unit_after(text: str, end: int) -> str:
    """The up to three words after ``end`` in lower case, which say what a number counts."""
    match = _UNIT.match(text, end)
    return " ".join(match[1].lower().split()) if match else ""
