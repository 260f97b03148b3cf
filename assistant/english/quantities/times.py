"""Times of day: "3.30 p.m.", "15:30 GMT", "two in the afternoon", "half past three", "noon"."""

from __future__ import annotations

import re

from assistant.english.lexicon import any_of
from assistant.english.quantities.base import SPACE, Found, Measure, quantity
from assistant.english.quantities.figures import BELOW_100, ONE_TO_TWELVE, figure_value

_HALF = r"\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)"
_IN_WORDS = r"\sin\sthe\s(?P<part>morning|afternoon|evening)\b"
_CLOCK = re.compile(
    r"(?:(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?!\d|:\d)|(?P<h2>\d\d?)\.(?P<m2>[0-5]\d)(?=\s?[ap]\.?\s?m\b)"
    r"|(?P<h3>[01]\d|2[0-3])(?P<m3>[0-5]\d)(?=\s(?:hours|hrs|GMT|UTC)\b)|(?P<h4>\d\d?)(?=\s?[ap](?:\.\s?m|m)\b))"
    rf"(?:{_HALF}|{_IN_WORDS})?(?:\s(?:hours|hrs)\b)?(?:\s(?P<zone>GMT|UTC|IST|PKT|BST|CET|CEST|EST|EDT|PST|PDT)\b)?",
    re.IGNORECASE,
)
_CLOCK_AFTER = re.compile(rf"{_HALF}|\s?o['’]clock\b(?:{_IN_WORDS})?", re.IGNORECASE)
_HOUR_BEFORE = re.compile(r"^$|\b(?:at|about|around|by|until|till|from|since|before|after|was|is)\s$", re.IGNORECASE)
_PART_AFTER = re.compile(_IN_WORDS, re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?:(?P<minutes>half|quarter|{BELOW_100})(?:{SPACE}minutes)?{SPACE}(?P<way>past)"
    rf"|(?P<minutes2>quarter|{BELOW_100}{SPACE}minutes){SPACE}(?P<way2>to)){SPACE}(?P<hour>{any_of(ONE_TO_TWELVE)})\b",
    re.IGNORECASE,
)
_NOON = re.compile(r"(?:noon|midday|midnight)\b", re.IGNORECASE)


def match_clock(text: str, start: int) -> Found | None:
    """A time in digits."""
    match = _CLOCK.match(text, start)
    if not match:
        return None
    said = next(h for h in (match["h"], match["h2"], match["h3"], match["h4"]) if h)
    hour, minute = int(said), int(match["m"] or match["m2"] or match["m3"] or 0)
    unit = (match["zone"] or "").lower()
    if half := _half(match):
        if hour > 24:
            return None
        hour = hour if match["part"] and hour > 12 else hour % 12 + (12 if half == "p" else 0)
    elif not unit and 0 < hour <= 12 and said[0] != "0" and not match["h3"]:
        unit = "12-hour"
    return Found(match.end(), (quantity(text, start, match.end(), "time", hour * 60.0 + minute, unit),))


def clock_after(text: str, start: int, end: int) -> Measure | None:
    """A figure followed by "p.m." or "o'clock" is a time, and so is one in "at two in the afternoon"."""
    match = _CLOCK_AFTER.match(text, end)
    if not match and _HOUR_BEFORE.search(text, max(0, start - 8), start):
        match = _PART_AFTER.match(text, end)
    if not match:
        return None
    half = _half(match)
    return Measure(match.end(), "time", lambda hour: _minutes(hour, half), "" if half else "12-hour")


def match_spoken_time(text: str, start: int) -> Found | None:
    """ "Half past three", "quarter to five", "ten past six"; whether a.m. or p.m. is not given."""
    match = _SPOKEN.match(text, start)
    if not match:
        return None
    said = (match["minutes"] or match["minutes2"]).lower()
    minutes = {"half": 30.0, "quarter": 15.0}.get(said) or figure_value(said)
    hour = figure_value(match["hour"])
    if not (1 <= hour <= 12 and minutes < 60):
        return None
    value = (hour * 60 + (minutes if match["way"] else -minutes)) % 1440
    return Found(match.end(), (quantity(text, start, match.end(), "time", value, "12-hour"),))


def match_noon(text: str, start: int) -> Found | None:
    """ "Noon" and "midnight"."""
    match = _NOON.match(text, start)
    if not match:
        return None
    value = 0.0 if match[0].lower() == "midnight" else 720.0
    return Found(match.end(), (quantity(text, start, match.end(), "time", value),))


def _half(match: re.Match[str]) -> str:
    """ "a" for the morning, "p" for what is after noon, empty where it is not said."""
    found = match.groupdict()
    if part := found.get("part"):
        return "a" if part.lower() == "morning" else "p"
    return (found.get("half") or "").lower()


def _minutes(hour: float, half: str) -> float | None:
    """Minutes after midnight of an hour such as 3 or 3.3 (half past three); ``half`` is "a", "p" or empty."""
    if not 0 <= hour <= 24:
        return None
    whole = int(hour)
    return (whole % 12 + (12 if half == "p" else 0) if half else whole) * 60.0 + round((hour - whole) * 100)
