"""Lengths of time: "four days", "half an hour", "two hours and ten minutes"."""

from __future__ import annotations

import re

from assistant.english.lexicon import DAYS_IN, any_of
from assistant.english.quantities.base import SPACE, VAGUE, Found, Measure, found, found_date, word_before
from assistant.english.quantities.figures import FIGURE, figure_value

SPAN = rf"(?P<span>{any_of(DAYS_IN)})s?\b"
SPAN_AFTER = re.compile(
    rf"[\s-]{{1,2}}(?P<span>{any_of(DAYS_IN)})(?P<plural>s?)\b(?P<half>{SPACE}and{SPACE}a{SPACE}half\b)?"
    r"(?P<old>[\s-]olds?\b)?(?P<ago>\sago\b)?",
    re.IGNORECASE,
)
_PLUS = re.compile(rf"(?:{SPACE}and{SPACE}|{SPACE})(?P<n>{FIGURE.pattern})[\s-]{SPAN}", re.IGNORECASE)
_A_WHILE = re.compile(
    rf"an?{SPACE}{SPAN}(?:(?P<half>{SPACE}and{SPACE}a{SPACE}half\b)|(?P<ago>{SPACE}ago\b))?"
    rf"(?P<length>(?<=half)|(?<=ago)|(?=(?:{SPACE}|-)(?:later|after|before|earlier|long)\b))?",
    re.IGNORECASE,
)
_LASTING = frozenset(
    "for in within lasted lasting lasts last took takes take taking after over about than only nearly almost just "
    "under around spent spend".split()
)
_HALF_WHILE = re.compile(rf"half[\s-](?:an?[\s-])?{SPAN}", re.IGNORECASE)


def duration_after(text: str, start: int, end: int) -> Measure | None:
    """A figure at ``text[start:end]`` followed by a unit of time, which is a duration; "four days ago" is a vague
    date.
    """
    match = SPAN_AFTER.match(text, end)
    if match is None or match["old"] or _is_ordinal_second(text, start, match):
        return None
    end = match.end()
    if match["ago"]:
        return Measure(end, "date", lambda _: VAGUE)
    days, more = DAYS_IN[match["span"].lower()], 0.0
    if match["half"]:
        more = days / 2
    elif plus := _PLUS.match(text, end):  # "two hours and ten minutes"
        rest = figure_value(plus["n"]) * DAYS_IN[plus["span"].lower()]
        if rest < days:
            end, more = plus.end(), rest
    return Measure(end, "duration", lambda n: n * days + more, "day")


def match_while(text: str, start: int) -> Found | None:
    """ "A week" if it is a duration and not a rate, and "a week ago"."""
    match = _A_WHILE.match(text, start)
    if not match:
        return None
    days = DAYS_IN[match["span"].lower()]
    if match["ago"]:
        return found_date(text, start, match.end())
    if match["length"] is None and word_before(text, start) not in _LASTING:
        return None
    end = match.end("half") if match["half"] else match.end("span")
    return found(text, start, end, "duration", days * (1.5 if match["half"] else 1), "day")


def match_half_while(text: str, start: int) -> Found | None:
    """ "Half an hour"."""
    match = _HALF_WHILE.match(text, start)
    if not match:
        return None
    days = DAYS_IN[match["span"].lower()] / 2
    return found(text, start, match.end(), "duration", days, "day")


def _is_ordinal_second(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether "second" is the ordinal: "two second chances", but "30-second" and "one second"."""
    singular = match["span"].lower() == "second" and not match["plural"]
    return singular and match[0][0] != "-" and figure_value(text[start : match.start()]) != 1
