"""Figures with what follows them: "26 men", "3-5%", "half of them", "the second time"."""

from __future__ import annotations

import re

from assistant.english.lexicon import FRACTIONS, SMALL_NUMBERS, any_of
from assistant.english.quantities.base import (
    SPACE,
    Found,
    Measure,
    found,
    quantity,
    unit_after,
    word_after,
    word_before,
)
from assistant.english.quantities.calendar import month_after
from assistant.english.quantities.durations import duration_after
from assistant.english.quantities.figures import (
    ONE_TO_NINE,
    ORDINAL,
    figure_end,
    figure_value,
    low_value,
    ordinal_value,
)
from assistant.english.quantities.measures import glued_unit_after, percent_after
from assistant.english.quantities.money import currency_before, money_after
from assistant.english.quantities.times import clock_after

_AFTER = (month_after, percent_after, money_after, duration_after, clock_after, glued_unit_after)
_TO = re.compile(rf"[-–—]|{SPACE}(?:to|or){SPACE}", re.IGNORECASE)
_AND = re.compile(rf"{SPACE}and{SPACE}", re.IGNORECASE)
_PRONOUN_BEFORE = frozenset("the this that each every any which another no some only other a an old new last".split())
_PRONOUN_AFTER = frozenset(
    "of another can could must should would may might is was has had who which that by at".split()
)
_FRACTION = re.compile(
    rf"(?:(?P<n>{any_of(ONE_TO_NINE[1:])})[\s-](?P<part>{any_of(FRACTIONS)})s\b"
    rf"|(?:an?|one)[\s-](?P<part2>{any_of(FRACTIONS)})(?=\sof\b))",
    re.IGNORECASE,
)
_HALF_OF = re.compile(rf"half(?={SPACE}(?:of|the|its|their)\b)", re.IGNORECASE)
_HALVES = frozenset("first second other latter final last opening better northern southern eastern western".split())


def match_count(text: str, start: int) -> Found | None:
    """A figure in digits or words, or a range of two."""
    return _range(text, start, start)


def match_money(text: str, start: int) -> Found | None:
    """An amount of money with its currency before it."""
    amount = currency_before(text, start)
    return _range(text, *amount) if amount else None


def match_fraction(text: str, start: int) -> Found | None:
    """A fraction in words: "two-thirds", "a quarter of"."""
    match = _FRACTION.match(text, start)
    if not match:
        return None
    value = SMALL_NUMBERS[(match["n"] or "one").lower()] / FRACTIONS[(match["part"] or match["part2"]).lower()]
    unit = unit_after(text, match.end())
    return found(text, start, match.end(), "number", value, unit)


def match_half(text: str, start: int) -> Found | None:
    """ "Half of them", but not "the second half of the game"."""
    match = _HALF_OF.match(text, start)
    if not match or word_before(text, start) in _HALVES:
        return None
    return found(text, start, match.end(), "number", 0.5, unit_after(text, match.end()))


def match_ordinal(text: str, start: int) -> Found | None:
    """ "The second time", "the 5th attack"; None for a part of a name and for an adverb."""
    match = ORDINAL.match(text, start)
    if not match:
        return None
    value, unit = ordinal_value(match[0]), unit_after(text, match.end())
    if not match[0][0].isdecimal():
        # A capital is part of a name ("Second World War"), "first" without an article is an adverb.
        articles = ("the", "its", "his", "her", "their", "s", "our", "a")
        adverb = value == 1 and word_before(text, start) not in articles
        if match[0][0].isupper() or adverb or not unit or unit.startswith("of "):
            return None
    return found(text, start, match.end(), "ordinal", float(value), unit)


def _range(text: str, start: int, at: int, currency: str = "") -> Found | None:
    """The figure at ``at``, or a range of two that share what follows ("10-12 people", "3 to 5 p.m.").

    ``start`` is before ``at`` if the sign of its ``currency`` comes first.
    """
    money = bool(currency)
    end = figure_end(text, at, money=money)
    if end is None:
        return None
    low_end, high = 0, at
    to = _TO.match(text, end) or (_AND.match(text, end) if word_before(text, start) == "between" else None)
    further = figure_end(text, to.end(), money=money) if to else None
    if to and further:
        low_end, high, end = end, to.end(), further
    measure = Measure(end, "money", float, currency) if currency else _measure(text, high, end)
    if measure is None or (measure.kind == "number" and not low_end and _is_pronoun(text, at, end)):
        return None
    value = measure.value(figure_value(text[high:end]))
    if value is None:
        return None
    if not low_end:
        return found(text, start, measure.end, measure.kind, value, measure.unit)
    last = quantity(text, high, measure.end, measure.kind, value, measure.unit)
    low = measure.value(low_value(text[at:low_end], text[high:end]))
    first = () if low is None else (quantity(text, start, low_end, measure.kind, low, measure.unit),)
    return Found(measure.end, (*first, last))


def _measure(text: str, start: int, end: int) -> Measure | None:
    """What the text after the figure at ``text[start:end]`` makes it; None if the figure is part of a word."""
    for after in _AFTER:
        if measure := after(text, start, end):
            return measure
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return None
    return Measure(end, "number", float, unit_after(text, end))


def _is_pronoun(text: str, start: int, end: int) -> bool:
    """Whether "one" is a pronoun and not a number: "this one", "one of them"."""
    if text[start:end].lower() != "one":
        return False
    after = word_after(text, end).lower()
    return not after or after in _PRONOUN_AFTER or word_before(text, start) in _PRONOUN_BEFORE
