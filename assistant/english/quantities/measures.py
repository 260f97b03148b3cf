"""Percentages, and units of measure."""

from __future__ import annotations

import re

from assistant.english.lexicon import DAYS_IN, UNITS, any_of
from assistant.english.quantities.base import Measure, Quantity

PERCENT_AFTER = re.compile(r"[\s-]?(?:%|per[\s-]?cent\b|percentage[\s-]points?\b)", re.IGNORECASE)
_GLUED = re.compile(r"(?:km|m|cm|mm|kg|g|t|ft|mph|kph|kw|mw|gw|mb|gb|ha|ml|l)\b", re.IGNORECASE)
_SYMBOL = 3  # letters of a unit that has no plural: "kg", while "has" and "is" are none
_AN_HOUR = re.compile(r"\w+ (?:an|per|a) hour\b")
_OF_A_SPAN = re.compile(rf"of an? (?P<span>{any_of(DAYS_IN)})\b")


def percent_after(text: str, _start: int, end: int) -> Measure | None:
    """A figure followed by "%" or "per cent", which is a percentage."""
    match = PERCENT_AFTER.match(text, end)
    return Measure(match.end(), "percent", float) if match else None


def glued_unit_after(text: str, _start: int, end: int) -> Measure | None:
    """A figure written together with its unit: "120km". The quantity ends before the unit."""
    match = _GLUED.match(text, end)
    return Measure(end, "number", float, match[0].lower()) if match else None


def in_base_unit(number: Quantity) -> tuple[str, float]:
    """The base unit of a number, and its value in that unit.

    ``("gram", 2400.0)`` for "2.4 kilograms", ``("duration", 1 / 96)`` for "a quarter of an hour", ``("number", 26.0)``
    for "26 men". ``number`` is of the kind "number".
    """
    assert not isinstance(number.value, tuple)  # noqa: S101  # no date
    if part := _OF_A_SPAN.match(number.unit):
        return "duration", number.value * DAYS_IN[part["span"]]
    unit = number.unit.partition(" ")[0]
    singular = unit.removesuffix("s") if len(unit) > _SYMBOL else unit
    base, worth = UNITS.get(singular, ("number", 1.0))
    speed = base == "metre" and _AN_HOUR.match(number.unit)
    return ("metre/hour" if speed else base), number.value * worth
