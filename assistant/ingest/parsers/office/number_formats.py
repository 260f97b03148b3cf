"""Displays the values of a spreadsheet in their number formats: percent, thousands, dates, currencies."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

Scalar = str | int | float | bool | date | time | timedelta | None
"""What a cell can hold."""


def displayed(value: Scalar, code: str = "General") -> str:
    """``value`` in the number format ``code`` in the English locale; unformatted if the format is a rare one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        return _elapsed(value, code)
    if isinstance(value, date | time):
        return _moment(value, code)
    return _number(value, code)


# --- numbers --------------------------------------------------------------------------------------


class _Format(NamedTuple):
    before: str
    after: str
    decimals: int
    optional: int
    """Of the decimals, those that are shown only where they are not zero."""
    grouped: bool
    percent: bool
    scale: int
    """How many times the number is divided by a thousand."""
    width: int
    """Digits before the point at least."""


_SKIPPED = re.compile(r"\[(?!\$)[^\]]*\]|_.|\*.")
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+")


@lru_cache(maxsize=4096)
def _format(section: str) -> _Format | None:
    """A section of a number format; None if it is not for plain numbers."""
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[match.lastindex or 0] or "")
        return chr(0xE000 + len(literals) - 1)

    code = _SKIPPED.sub("", _LITERAL.sub(keep, _CURRENCY.sub(lambda match: f'"{match[1]}"', section)))
    match = _DIGITS.search(code)
    if match is None or "/" in code or "E+" in code.upper() or "E-" in code.upper():
        return None
    digits = match[0]
    whole, _, fraction = digits.rstrip(",").partition(".")

    def said(part: str) -> str:
        return "".join(literals[ord(mark) - 0xE000] if 0xE000 <= ord(mark) < 0xF000 else mark for mark in part)

    return _Format(
        said(code[: match.start()]),
        said(code[match.end() :]),
        len(fraction),
        fraction.count("#") + fraction.count("?"),
        "," in whole,
        "%" in code,
        len(digits) - len(digits.rstrip(",")),
        whole.count("0"),
    )


def _number(value: float, code: str) -> str:
    if code in ("General", "@", "GENERAL", "Standard", "") or value != value or value in (float("inf"), float("-inf")):
        return _plain(value)
    sections = code.split(";")
    negative = value < 0
    section = sections[1] if negative and len(sections) > 1 and sections[1] else sections[0]
    if value == 0 and len(sections) > 2 and sections[2]:
        section = sections[2]
    form = _format(section)
    if form is None:
        return (
            _plain(value) if re.search(r"[#0?@]|General", section) else _LITERAL.sub(r"\1\2", _SKIPPED.sub("", section))
        )
    shown = abs(value) * (100 if form.percent else 1) / 1000**form.scale
    text = (
        f"{shown + 1e-12 * shown:,.{form.decimals}f}" if form.grouped else f"{shown + 1e-12 * shown:.{form.decimals}f}"
    )
    whole, point, fraction = text.partition(".")
    keep = form.decimals - form.optional
    fraction = fraction[:keep] + fraction[keep:].rstrip("0")
    text = (whole.rjust(form.width, "0") if not form.grouped else whole) + (point + fraction if fraction else "")
    sign = "-" if negative and section is sections[0] else ""
    return f"{sign}{form.before}{text}{form.after}".strip()


def _plain(value: float) -> str:
    return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else f"{value:.11g}"


# --- dates and times ------------------------------------------------------------------------------

_DATE_TOKEN = re.compile(r"\[h+\]|\[m+\]|\[s+\]|y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p", re.IGNORECASE)


def _moment(value: date | time, code: str) -> str:
    """A date or a time in its format, or in ISO form if the format has no parts of dates."""
    plain = _SKIPPED_BUT_TIME.sub("", _CURRENCY.sub("", code.split(";")[0]))
    if not _DATE_TOKEN.search(plain):
        return _iso(value)
    tokens = [
        (match.start(), match.end(), match[0].lower()) for match in _DATE_TOKEN.finditer(_LITERAL.sub(_blank, plain))
    ]
    half = any(token in ("am/pm", "a/p") for _, _, token in tokens)
    done, at = "", 0
    for number, (start, end, token) in enumerate(tokens):
        before = tokens[number - 1][2] if number else ""
        after = tokens[number + 1][2] if number + 1 < len(tokens) else ""
        minutes = token[0] == "m" and len(token) < 3 and (before[:1] == "h" or after[:1] == "s" or before[:2] == "[h")
        done += _LITERAL.sub(r"\1\2", plain[at:start]) + _part(value, token, minutes, half)
        at = end
    done = (done + _LITERAL.sub(r"\1\2", plain[at:])).strip(" @")
    if isinstance(value, datetime) and value.time() == time():
        done = _MIDNIGHT.sub("", done)  # a day that was entered without a time
    return done or _iso(value)


_MIDNIGHT = re.compile(r"(?<=\d)[ T]+(?:0?0:00(?::00)?|12:00(?::00)? AM)$")
_SKIPPED_BUT_TIME = re.compile(r"\[(?!h+\]|m+\]|s+\]|\$)[^\]]*\]|_.|\*.", re.IGNORECASE)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _part(value: date | time, token: str, minutes: bool, half: bool) -> str:
    moment = _as_datetime(value)
    if token in ("am/pm", "a/p"):
        return f"{moment:%p}"
    kind, width = token.strip("[]")[0], len(token)
    if kind == "y":
        return f"{moment:%Y}" if width > 2 else f"{moment:%y}"
    if kind == "d":
        return (str(moment.day), f"{moment:%d}", f"{moment:%a}", f"{moment:%A}")[min(width, 4) - 1]
    if kind == "h":
        hour = (moment.hour % 12 or 12) if half else moment.hour
        return f"{hour:02}" if width > 1 else str(hour)
    if kind == "s":
        return f"{moment.second:02}" if width > 1 else str(moment.second)
    if minutes:
        return f"{moment.minute:02}" if width > 1 else str(moment.minute)
    return (str(moment.month), f"{moment:%m}", f"{moment:%b}", f"{moment:%B}")[min(width, 4) - 1]


def _as_datetime(value: date | time) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time()) if isinstance(value, date) else datetime.combine(date(1900, 1, 1), value)


def _iso(value: date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else value.isoformat("minutes")


def _elapsed(value: timedelta, code: str) -> str:
    seconds = round(value.total_seconds())
    minutes, hours = abs(seconds) // 60, abs(seconds) // 3600
    sign = "-" if seconds < 0 else ""
    if "[m" in code.lower():
        return f"{sign}{minutes}:{abs(seconds) % 60:02}"
    return f"{sign}{hours}:{minutes % 60:02}" + (f":{abs(seconds) % 60:02}" if "s" in code.lower() else "")
