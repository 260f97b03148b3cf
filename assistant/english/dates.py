"""The days that a date in a text means, given the day on which the text was published."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from assistant.english.lexicon import DAYS_IN, WEEKDAYS, YEARS_IN
from assistant.english.quantities import Quantity, is_vague, number, quantities

Days = tuple[date, date]
"""The first and the last day, both inclusive."""


class Period(NamedTuple):
    """The days that a question names: from the date ``first`` to the date ``last``, which are often the same."""

    first: Quantity
    last: Quantity


def days(quantity: Quantity, published: date | None) -> Days | None:
    """The days that a date means in a text published on ``published``; None if they cannot be determined.

    A month or a year means all its days; "early", "mid" and "late" mean a third of them. A date without a year is the
    one nearest to publication; a weekday is the last one up to it. Without ``published``, nothing that depends on it
    can be determined. Neither can seasons, dates relative to another day ("the next day", "the same week"), and days
    before the year 1 or after 9999.
    """
    if quantity.kind != "date" or not isinstance(quantity.value, tuple):
        return None
    said = " ".join(quantity.text.lower().split())
    year, month, day = quantity.value
    try:
        if is_vague(quantity):
            return _relative(said.replace("-", " "), published) if published else None
        if year is not None:
            return _part(said, _calendar(year, month, day, quantity.unit))
        return _part(said, _nearest(said, month, day, published)) if published else None
    except (ValueError, OverflowError):  # 31 April, before the year 1, after 9999
        return None


def bounds(period: Period, year: int) -> Days | None:
    """The first and last day of ``period``, in ``year`` if it names none; None if such days do not exist."""
    last = days(_in(period.last, year), None)
    first = days(_in(period.first, last[1].year), None) if last else None
    if first and last and first > last and _year(period.first) is None:  # "28 December to 3 January 2025"
        first = days(_in(period.first, last[1].year - 1), None)
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def year_of(period: Period) -> int | None:
    """The year in which ``period`` ends, or None if it names no year."""
    return _year(period.last) or _year(period.first)


def told_in(text: str, published: date | None, period: Period) -> date | None:
    """The first day of ``period`` that a sentence published on ``published`` is about, or None.

    All days of a date must lie within the period: "in May" says nothing about 10 May. "10 May" in an undated text is
    the one of any year; if the question names no year either, it is returned as a day of the year ANY.
    """
    ahead = bool(_AHEAD.search(text))
    found = (
        _within(quantity, published, period)
        for quantity in quantities(text)
        if quantity.kind == "date" and not (ahead and _WEEKDAY.match(quantity.text))
    )
    return min((day for day in found if day), default=None)


ANY = 2000
"""Stands for an unknown year. It is a leap year, so that it has all days."""

_AHEAD = re.compile(r"\b(?:will|shall|is due|are due|scheduled|is set to|are set to)\b")
_WEEKDAY = re.compile(rf"(?:(?P<which>last|this|next|early|late|mid) )?(?P<day>{'|'.join(WEEKDAYS)})(?!s)", re.I)
_DAY_WORDS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_PART = re.compile(r"(?P<which>last|past|this) (?:morning|afternoon|evening|night)")
_SPAN = re.compile(r"(?:(?P<which>last|this|next|past) )?(?P<unit>week|weekend|month|year|decade|century)")
_AGO = re.compile(r"(?P<n>.+) (?P<unit>day|night|week|month|year|decade)s? ago")
_THIRDS = {"early": 0, "mid": 1, "late": 2}
_STEPS = {"last": -1, "this": 0, "next": 1}
_LEAPS = 8
"""How many years before and after are searched for the nearest date: around 1900, 29 February may be that far away."""


def _within(quantity: Quantity, published: date | None, period: Period) -> date | None:
    year = year_of(period)
    told = days(quantity, published)
    if told is None and _year(quantity) is None and _month(quantity) and _month(period.first):
        told = days(_in(quantity, year or ANY), None)
    asked = bounds(period, year or told[0].year) if told else None
    return told[0] if told and asked and asked[0] <= told[0] and told[1] <= asked[1] else None


def _year(quantity: Quantity) -> int | None:
    return quantity.value[0] if isinstance(quantity.value, tuple) else None


def _month(quantity: Quantity) -> int | None:
    return quantity.value[1] if isinstance(quantity.value, tuple) else None


def _in(quantity: Quantity, year: int) -> Quantity:
    """The date, with ``year`` if it has no year of its own."""
    if not isinstance(quantity.value, tuple) or is_vague(quantity) or quantity.value[0] is not None:
        return quantity
    return quantity._replace(value=(year, *quantity.value[1:]))


def _calendar(year: int, month: int | None, day: int | None, unit: str = "year") -> Days:
    if month is None:
        last = year + YEARS_IN.get(unit, 1) - 1
        return date(max(year, 1) if unit == "century" else year, 1, 1), date(last, 12, 31)
    return (date(year, month, day), date(year, month, day)) if day else _month_days(year, month)


def _month_days(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return first, date(year, month, monthrange(year, month)[1])


def _part(said: str, whole: Days) -> Days:
    """The third of ``whole`` that "early", "mid" or "late" means; one or two days are not divided."""
    third = _THIRDS.get(re.split(r"[ -]", said, maxsplit=1)[0])
    length = (whole[1] - whole[0]).days + 1
    if third is None or length < len(_THIRDS):
        return whole
    start, end = length * third // 3, length * (third + 1) // 3 - 1
    return whole[0] + timedelta(start), whole[0] + timedelta(end)


def _nearest(said: str, month: int | None, day: int | None, published: date) -> Days:
    """The date in the year in which it is nearest to publication; of two equally near ones, the earlier."""
    possible: list[Days] = []
    for year in range(max(1, published.year - _LEAPS), min(9999, published.year + _LEAPS) + 1):
        try:
            possible.append(_calendar(year, month, day))
        except (ValueError, OverflowError):
            continue  # 29 February
    if said.startswith("last "):
        possible = [found for found in possible if found[1] < published]
    elif said.startswith("next "):
        possible = [found for found in possible if found[0] > published]
    return min(possible, key=lambda found: max(found[0] - published, published - found[1], timedelta(0)))


def _relative(said: str, published: date) -> Days | None:
    if (word := said.split()[0]) in _DAY_WORDS:
        return _shifted(published, _DAY_WORDS[word])
    if part := _PART.fullmatch(said):
        return _shifted(published, 0 if part["which"] == "this" else -1)
    if weekday := _WEEKDAY.match(said):
        return _shifted(published, _days_to(WEEKDAYS.index(weekday["day"]), weekday["which"], published))
    if ago := _AGO.fullmatch(said):
        count = 1.0 if ago["n"] in ("a", "an") else number(ago["n"])
        if count is None or count % 1:
            return None
        unit = ago["unit"]
        return _shifted(published, -int(count)) if unit in ("day", "night") else _span(unit, published, -int(count))
    span = _SPAN.fullmatch(said)
    if span is None:
        return None
    unit, which = span["unit"], span["which"]
    if which == "past":
        return (published - timedelta(int(DAYS_IN[unit])), published) if unit in DAYS_IN else None
    if which is None:  # "at the weekend"
        which = "this" if published.weekday() >= WEEKDAYS.index("saturday") else "last"
    return _span(unit, published, _STEPS[which])


def _shifted(day: date, by: int) -> Days:
    shifted = day + timedelta(by)
    return shifted, shifted


def _days_to(weekday: int, which: str | None, published: date) -> int:
    since = (published.weekday() - weekday) % 7
    if which == "next":
        return 7 - since
    if which == "this":
        return weekday - published.weekday()
    return -(since or 7) if which == "last" else -since


def _span(unit: str, day: date, steps: int) -> Days:
    """The week, month, ... in which ``day`` lies, or the one a number of them later."""
    if unit in ("week", "weekend"):
        monday = day + timedelta(7 * steps - day.weekday())
        return monday + timedelta(5 if unit == "weekend" else 0), monday + timedelta(6)
    if unit == "month":
        months = day.year * 12 + day.month - 1 + steps
        return _month_days(months // 12, months % 12 + 1)
    years = YEARS_IN[unit]
    first_year = day.year - day.year % years + years * steps
    return date(max(first_year, 1) if steps == 0 else first_year, 1, 1), date(first_year + years - 1, 12, 31)
