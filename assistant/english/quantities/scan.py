"""The scan for quantities: each word that can start one is passed to the matchers for quantities of that kind."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.english.lexicon import (
    CURRENCY_CODES,
    CURRENCY_SIGNS,
    MONTHS,
    ORDINALS,
    SMALL_NUMBERS,
    TENS,
    WEEKDAYS,
)
from assistant.english.quantities import calendar, counts, durations, times
from assistant.english.quantities.base import Found, Matcher, Quantity, date_at, is_vague

_TOKEN = re.compile(rf"\d+|[^\W\d_]+|[{CURRENCY_SIGNS}\[]")


def quantities(text: str) -> list[Quantity]:
    """All quantities of ``text`` in order, none overlapping; linear in the text.

    Left out is what only looks like a quantity: list numbers, citation markers, "No. 4", page, phone and version
    numbers, names such as "F-16", and the pronoun "one".
    """
    found: list[Quantity] = []
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() >= end and (match := _match(text, token)):
            end = match.end
            found += match.quantities
    return found


@lru_cache(maxsize=20_000)
def dates_in(text: str) -> tuple[Quantity, ...]:
    """The dates of ``text`` that do not depend on another day, unlike "Monday" and "yesterday"."""
    return tuple(found for found in quantities(text) if found.kind == "date" and not is_vague(found))


def _match(text: str, token: re.Match[str]) -> Found | None:
    matcher = _matcher(token[0])
    return matcher(text, token.start()) if matcher else None


def _matcher(token: str) -> Matcher | None:
    return _match_digits if token[0].isdecimal() else _MATCHERS.get(token.lower())


def _first(*matchers: Matcher) -> Matcher:
    """The matcher that tries ``matchers`` in order."""

    def match(text: str, start: int) -> Found | None:
        return next((found for matcher in matchers if (found := matcher(text, start))), None)

    return match


# --- digits, and what only looks like a figure ----------------------------------------------------

_NUMBERED = re.compile(
    r"(?:\b(?:nos?\.|numbers?|pp?\.|pages?|chapters?|articles?|sections?|figs?\.|figures?|tables?|vols?\.|volumes?"
    r"|versions?|flight|route|highway|resolution|phase|chap\.|v\.?)\s?|#|\+|[^\W\d]|(?<!mid)(?<!pre)(?<!post)[^\W\d_]-|\d[.,:/]"
    r"|[./])\Z",
    re.IGNORECASE,
)
_RUN = re.compile(r"\d[\w.,:/\-–]*+|\w++")
_PHONE = re.compile(r"\d++(?:[ \-.()]{1,2}\d++)+")
_LIST_NUMBER = re.compile(r"\d{1,3}[.)]\s")
_CITATION = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*+\]")
_DIGITS = _first(
    calendar.match_numeric_date,
    times.match_clock,
    calendar.match_ordinal_date,
    counts.match_ordinal,
    calendar.match_year,
    counts.match_count,
)


def _match_digits(text: str, start: int) -> Found:
    """A quantity that starts with digits; if there is none, the characters to skip."""
    if text[start - 1 : start] == "+" and (phone := _PHONE.match(text, start)):
        return Found(phone.end())
    listed = _LIST_NUMBER.match(text, start) and _opens_line(text, start)
    numbered = listed or _NUMBERED.search(text, max(0, start - 12), start)
    if not numbered and (found := _DIGITS(text, start)):
        return found
    run = _RUN.match(text, start)
    return Found(run.end() if run else start + 1)


def _opens_line(text: str, start: int) -> bool:
    line = text[max(0, start - 8) : start].rpartition("\n")
    return (start <= 8 or bool(line[1])) and not line[2].strip(" \t(")


def _match_citation(text: str, start: int) -> Found | None:
    match = _CITATION.match(text, start)
    return Found(match.end()) if match else None


# --- what stands before a date --------------------------------------------------------------------


def _match_weekday(text: str, start: int) -> Found | None:
    """A weekday, with the date after it if there is one."""
    weekday = calendar.weekday_at(text, start)
    if weekday is None:
        return None
    alone, at = weekday
    return (_date_from(text, start, at, exact=True) if at else None) or Found(alone.end, (alone,))


def _match_modified(text: str, start: int) -> Found | None:
    """A date with "last", "late" and the like before it: "last Monday", "late April", "mid-1990s"."""
    if found := calendar.match_relative(text, start):
        return found
    at = calendar.modified_at(text, start)
    return _date_from(text, start, at) if at else None


def _date_from(text: str, start: int, at: int, *, exact: bool = False) -> Found | None:
    """The date that begins at ``at``, extended to start at ``start``; an ``exact`` one names the day."""
    token = _TOKEN.match(text, at)
    matcher = _matcher(token[0]) if token else None
    if (
        matcher is None
        or matcher in (_match_modified, calendar.match_relative)
        or (exact and matcher is _match_weekday)
    ):
        return None  # "late late late ..." must not nest
    found = matcher(text, at)
    first = found.quantities[0] if found and found.quantities else None
    if found is None or first is None or not isinstance(first.value, tuple) or (exact and first.value[2] is None):
        return None
    return Found(found.end, (date_at(text, start, first.end, first.value, first.unit), *found.quantities[1:]))


# --- by the word that begins them -----------------------------------------------------------------

_NUMBER_WORD = _first(
    times.match_spoken_time,
    calendar.match_ordinal_date,
    counts.match_ordinal,
    counts.match_fraction,
    counts.match_count,
)
_ARTICLE = _first(counts.match_fraction, counts.match_count, durations.match_while)
_MATCHERS: dict[str, Matcher] = {
    **dict.fromkeys([*SMALL_NUMBERS, *TENS, *(word for word in ORDINALS if "-" not in word)], _NUMBER_WORD),
    **dict.fromkeys(MONTHS, calendar.match_month),
    **dict.fromkeys([day + s for day in WEEKDAYS for s in ("", "s")], _match_weekday),
    **dict.fromkeys("yesterday today tomorrow tonight weekend".split(), calendar.match_relative),
    **dict.fromkeys("last next this past previous following same early late mid".split(), _match_modified),
    **dict.fromkeys([*CURRENCY_SIGNS, *CURRENCY_CODES], counts.match_money),
    **dict.fromkeys(("noon", "midday", "midnight"), times.match_noon),
    **dict.fromkeys(("a", "an"), _ARTICLE),
    "half": _first(times.match_spoken_time, counts.match_count, durations.match_half_while, counts.match_half),
    "quarter": times.match_spoken_time,
    "[": _match_citation,
}
