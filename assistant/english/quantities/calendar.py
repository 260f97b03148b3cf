"""Dates: "8 May 2025", "May 14-18", "2025-05-08", "1947", "the 1990s", "19th century", "last month"."""

from __future__ import annotations

import re

from assistant.english.lexicon import MONTHS, WEEKDAYS, any_of
from assistant.english.quantities.base import (
    SPACE,
    DateParts,
    Found,
    Measure,
    Quantity,
    date_at,
    found_date,
    word_after,
    word_before,
)
from assistant.english.quantities.durations import SPAN_AFTER
from assistant.english.quantities.figures import ORDINAL, ordinal_value
from assistant.english.quantities.measures import PERCENT_AFTER
from assistant.english.quantities.money import CURRENCY_AFTER

_WHOLE_MONTHS = [name for name in MONTHS if len(name) > 4 or name in ("may", "june", "july")]
_MONTH = rf"(?:{any_of(_WHOLE_MONTHS)}|{any_of(MONTHS)}\.?)(?!\w)"
_GOES_ON = re.compile(  # "10 may" at the end of a clause is a date, "10 may have died" is not
    r"\s*+(?:$|[.,;:?!)\]”\"–]|\d{4}\b"
    r"|(?:and|at|in|on|when|as|after|before|by|until|or|to|with|was|is|were|from|for)\b)"
)
_YEAR_AFTER = rf"(?:,?{SPACE}(?P<y>1\d{{3}}|20\d\d)(?![,.]?\d|-\d))?"

# --- in digits ------------------------------------------------------------------------------------

_NUMERIC = re.compile(
    r"(?P<y>\d{4})([-/.])(?P<m>\d\d?)\2(?P<d>\d\d?)(?!\d|[-/.]\d)|(?P<a>\d\d?)([-/.])(?P<b>\d\d?)\6(?P<y2>(?:1\d|20)\d\d)(?!\d|[-/.]\d)"
)
_NO_FIGURE = re.compile(
    r"\d+(?:[.\-]\d+){2,}|\d+(?:/\d+)+|0\d+(?:[ \-]\d+)+|\d{3}-0\d{3}\b"  # versions, phones, "24/7"
)


def match_numeric_date(text: str, start: int) -> Found | None:
    """A date in digits; None for versions, phone numbers and the like."""
    match = _NUMERIC.match(text, start)
    if not match:
        none = _NO_FIGURE.match(text, start)
        return Found(none.end()) if none else None
    if match["y"]:
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        value: DateParts = (year, month, day)
    else:
        a, b = int(match["a"]), int(match["b"])
        month, day = (b, a) if a > 12 or match[6] == "." else (a, b)
        # "8/5/2025" is May in London and August in New York.
        open_order = a <= 12 and b <= 12 and a != b and match[6] != "."
        value = (int(match["y2"]), None, None) if open_order else (int(match["y2"]), month, day)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return Found(match.end())
    return found_date(text, start, match.end(), value)


# --- years ----------------------------------------------------------------------------------------

_ANNO_DOMINI = re.compile(r"\d{1,3}(?![\w.,]\d|\w)")
_YEAR = re.compile(
    r"(?P<y>1\d{3}|20\d\d)(?:(?P<decade>['’]?s\b)|(?![,.]?\d|[^\W\d_])(?:[-–/](?P<short>\d\d)(?![-./,]?\d))?)(?P<bc>\sB\.?C\b\.?(?:E\b\.?)?)?"
    r"|(?P<ancient>\d{1,4})\s(?:(?P<era>B\.?C\b\.?(?:E\b\.?)?)|AD\b|A\.D\.|CE\b)"
)
_PLURAL = re.compile(
    r"(?!was\b|is\b|has\b|as\b|this\b|its\b|his\b|us\b|does\b|series\b)[a-z]{2,}[^s\W]s\b|(?:people|men|women|children|troops|police)\b"
)
_COUNTING = frozenset("some nearly almost than least most roughly approximately".split())
_DATING = frozenset(
    "the in since until till by during before after from between around late early mid its his her their this and to"
    " year spring summer autumn fall winter".split()
) | set(MONTHS)  # fmt: skip


def match_year(text: str, start: int) -> Found | None:
    """A year, a range of years, a decade, or a year before Christ."""
    match = _YEAR.match(text, start)
    if not match:
        anno = _ANNO_DOMINI.match(text, start) if text[max(0, start - 3) : start] == "AD " else None
        return found_date(text, start, anno.end(), (int(anno[0]), None, None)) if anno else None
    if match["ancient"] or match["bc"]:
        sign = -1 if match["era"] or match["bc"] else 1
        value: DateParts = (sign * int(match["ancient"] or match["y"]), None, None)
        return found_date(text, start, match.end(), value)
    year = int(match["y"])
    if match["decade"]:
        unit = "decade" if year % 100 else "century"
        return found_date(text, start, match.end(), (year, None, None), unit)
    end = match.end("y")
    if any(counted.match(text, end) for counted in (PERCENT_AFTER, CURRENCY_AFTER, SPAN_AFTER)):
        return None
    before, after = word_before(text, start), word_after(text, end)
    if after and (before in _COUNTING or (_PLURAL.match(after) and before not in _DATING)):
        return None
    years = [date_at(text, start, end, (year, None, None))]
    if match["short"] and int(match["short"]) > year % 100:
        last = (year - year % 100 + int(match["short"]), None, None)
        years.append(date_at(text, match.start("short"), match.end(), last))
        end = match.end()
    return Found(end, tuple(years))


# --- months ---------------------------------------------------------------------------------------

_MONTH_AFTER = re.compile(
    rf"(?:st|nd|rd|th)?(?:{SPACE}(?:of\s)?|-)(?P<name>{_MONTH})(?:-(?P<y2>\d{{4}})\b|{_YEAR_AFTER})", re.IGNORECASE
)
_MONTH_DAY = re.compile(
    rf"(?P<first>(?P<name>{_MONTH}){SPACE}(?:the\s)?(?P<d>\d\d?)(?:st|nd|rd|th)?\b)(?:\s?[-–—]\s?(?P<d2>\d\d?)(?:st|nd|rd|th)?\b)?"
    rf"(?![.:/-]\d|,\d\d\d(?!\d)|\s?%|{SPACE}per\s?cent\b){_YEAR_AFTER}",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"(?P<name>{_MONTH})(?:,?{SPACE}(?:of\s)?|-)(?P<y>1\d{{3}}|20\d\d)(?![,.]?\d|-\d)", re.IGNORECASE
)
_MONTH_ALONE = re.compile(any_of(_WHOLE_MONTHS) + r"\b", re.IGNORECASE)
_IN_MONTH = frozenset("in since until till by during late early mid last next".split())
_OR_MONTH = frozenset("this of and to from through before after between for or every each".split()) | set(MONTHS)


def month_after(text: str, _start: int, end: int) -> Measure | None:
    """A figure followed by a month, which is a date: "8 May 2025"."""
    match = _MONTH_AFTER.match(text, end)
    if not match or not _is_month(text, match["name"], match.end()):
        return None
    month, year = _month(match["name"]), _int(match["y"] or match["y2"])
    return Measure(match.end(), "date", lambda n: (year, month, int(n)) if n in range(1, 32) else None)


def match_month(text: str, start: int) -> Found | None:
    """A date that begins with the name of a month: "May 8, 2025", "May 2025", "in May"."""
    match = _MONTH_DAY.match(text, start)
    if match and _is_month(text, match["name"], match.end()):
        month, year = _month(match["name"]), _int(match["y"])
        alone = word_before(text, start) in ("in", "since") and not year  # "in May 26 people died"
        if 1 <= int(match["d"]) <= 31 and not alone:
            if not match["d2"]:
                return found_date(text, start, match.end(), (year, month, int(match["d"])))
            first = date_at(text, start, match.end("first"), (year, month, int(match["d"])))
            last = date_at(text, match.start("d2"), match.end(), (year, month, int(match["d2"])))
            return Found(match.end(), (first, last))
    match = _MONTH_YEAR.match(text, start)
    if match:
        value = (int(match["y"]), _month(match["name"]), None)
        return found_date(text, start, match.end(), value)
    match = _MONTH_ALONE.match(text, start)
    if match and _stands_for_month(text, match):
        return found_date(text, start, match.end(), (None, _month(match[0]), None))
    return None


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _month(name: str) -> int:
    return MONTHS[name.lower().rstrip(".")]


def _is_month(text: str, name: str, end: int) -> bool:
    """Whether "may" or "march" before or after a number is the month, not the verb."""
    return name.rstrip(".") not in ("may", "march", "mar", "dec") or bool(_GOES_ON.match(text, end))


def _stands_for_month(text: str, match: re.Match[str]) -> bool:
    """Whether a word without day or year is a month: "in May", but not "it may", "Theresa May" or "June Carter"."""
    before = word_before(text, match.start())
    if before in _IN_MONTH:
        return True
    if word_after(text, match.end())[:1].isupper():
        return False
    ambiguous = match[0].lower() in ("may", "march", "august")
    return not ambiguous or (match[0][0].isupper() and before in _OR_MONTH)


# --- ordinals -------------------------------------------------------------------------------------

_CENTURY = re.compile(r"[\s-]centur(?:y|ies)\b(?P<bc>\sB\.?C\b)?", re.IGNORECASE)
_OF_MONTH = re.compile(rf"{SPACE}(?:of\s)?(?P<name>{_MONTH}){_YEAR_AFTER}", re.IGNORECASE)


def match_ordinal_date(text: str, start: int) -> Found | None:
    """ "19th century", "8th of May", "twentieth-century"."""
    match = ORDINAL.match(text, start)
    if not match:
        return None
    value = ordinal_value(match[0])
    if century := _CENTURY.match(text, match.end()):
        first = -100 * value if century["bc"] else 100 * (value - 1)
        return found_date(text, start, century.end(), (first, None, None), "century")
    month = _OF_MONTH.match(text, match.end())
    if month and value <= 31 and (month["name"][0].isupper() or match[0][0].isdecimal()):
        date = (_int(month["y"]), _month(month["name"]), value)
        return found_date(text, start, month.end(), date)
    return None


# --- days as seen from another day ----------------------------------------------------------------

_PART_OF_DAY = r"(?:morning|afternoon|evening|night)"
_WEEKDAY = re.compile(rf"{any_of(WEEKDAYS)}s?\b(?:{SPACE}{_PART_OF_DAY}\b)?", re.IGNORECASE)
_DATE_GAP = re.compile(rf",?{SPACE}(?:the\s)?")
_RELATIVE = re.compile(
    rf"(?:yesterday|today|tomorrow)(?:{SPACE}{_PART_OF_DAY})?\b|tonight\b|weekend\b"
    rf"|(?:last|next|this|past|previous|following|same)[\s-](?:day|week|weekend|month|year|decade|century|spring|summer|autumn"
    rf"|fall|winter|{_PART_OF_DAY})\b(?!-)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?:(?:last|next|this|early|late|mid)[\s-])(?:the\s|in\s)?", re.IGNORECASE)


def match_relative(text: str, start: int) -> Found | None:
    """ "Yesterday evening", "the weekend", "last month", "the next day"."""
    match = _RELATIVE.match(text, start)
    return found_date(text, start, match.end()) if match else None


def weekday_at(text: str, start: int) -> tuple[Quantity, int | None] | None:
    """A weekday, and the place where a date after it would start: "Monday evening", "Monday, 12 May"."""
    match = _WEEKDAY.match(text, start)
    if match is None:
        return None
    gap = _DATE_GAP.match(text, match.end())
    return date_at(text, start, match.end()), gap.end() if gap else None


def modified_at(text: str, start: int) -> int | None:
    """Where a date would start after "last", "late" and the like at ``start``."""
    match = _MODIFIER.match(text, start)
    return match.end() if match else None
