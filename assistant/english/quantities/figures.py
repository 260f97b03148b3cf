"""Numbers in digits and in words: "1,200", "twenty-six", "3.5 million", "21st"."""

from __future__ import annotations

import re

from assistant.english.lexicon import ORDINALS, SCALES, SMALL_NUMBERS, TENS, any_of
from assistant.english.quantities.base import SPACE

ONE_TO_NINE = tuple(SMALL_NUMBERS)[1:10]
ONE_TO_TWELVE = tuple(SMALL_NUMBERS)[1:13]

_LONG_SCALE = any_of(scale for scale in SCALES if len(scale) > 2)
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d{1,3}(?:[\u00a0\u202f]\d{3})++(?!\d)|\d++)"
    r"(?:\.\d++)?+"
)
BELOW_100 = rf"(?:{any_of(TENS)}(?:[\s-]{any_of(ONE_TO_NINE)}\b)?|{any_of(SMALL_NUMBERS)})\b"
"""Pattern of a number below a hundred in words."""

_SCALED = rf"(?:[\s-]{_LONG_SCALE}\b)"
_AND_A_HALF = r"(?:[\s-]and[\s-]a[\s-]half\b)"
FIGURE = re.compile(
    rf"{_DIGITS}(?:{_AND_A_HALF}?{_SCALED}{{1,2}}+|\s?(?:k|mn|bn|tn)\b|{_AND_A_HALF})?"
    rf"|half{SPACE}an?{SPACE}{_LONG_SCALE}\b"
    rf"|(?:an?{SPACE}{_LONG_SCALE}\b|{BELOW_100}{_AND_A_HALF}?{_SCALED}){_SCALED}*+"
    rf"(?:[\s-](?:and\s)?{BELOW_100}{_SCALED}++)*+(?:(?:{SPACE}and{SPACE}|[\s-]){BELOW_100})?"
    rf"|{BELOW_100}{_AND_A_HALF}?",
    re.IGNORECASE,
)
"""A number in digits or words with its scale."""

_MILLIONS = re.compile(r"m\b", re.IGNORECASE)  # "m" is a scale of money alone; elsewhere it is metres
_PART = re.compile(r"\d[\d,\u00a0\u202f]*(?:\.\d+)?|[a-z]+")
_GROUPING = re.compile("[,\u00a0\u202f]")
_WORTH = {**SMALL_NUMBERS, **TENS, "half": 0.5}
_LAST_SCALE = re.compile(rf"{any_of(SCALES)}\Z")
ORDINAL = re.compile(rf"\d{{1,4}}(?:st|nd|rd|th)\b|{any_of(ORDINALS)}\b", re.IGNORECASE)


def number(text: str) -> float | None:
    """The value of a number in digits or English words (``1,200``, ``twenty-six``, ``3.5 million``), or None."""
    text = text.strip()
    return figure_value(text) if FIGURE.fullmatch(text) else None


def figure_end(text: str, at: int, *, money: bool = False) -> int | None:
    """The end of the figure at ``at``, including an "m" for million in an amount of money; None if there is no
    figure.
    """
    match = FIGURE.match(text, at)
    if not match:
        return None
    millions = _MILLIONS.match(text, match.end()) if money else None
    return millions.end() if millions else match.end()


def figure_value(figure: str) -> float:
    """The value of a text that ``figure_end`` delimits."""
    total, current = 0.0, None
    for token in _PART.findall(figure.lower()):
        if token[0].isdecimal():
            current = (current or 0.0) + float(_GROUPING.sub("", token))
        elif token in SCALES:
            if current is None and total:  # "2.5 lakh crore": a scale multiplies everything before it
                total, current = 0.0, total
            current = (1.0 if current is None else current) * SCALES[token]
            if SCALES[token] >= 1e3:
                total, current = total + current, None
        elif token in _WORTH:
            current = (current or 0.0) + _WORTH[token]
    return total + (current or 0.0)


def low_value(low: str, high: str) -> float:
    """The lower end of a range, in millions if only the upper end says so: "3 to 5 million"."""
    value, scale = figure_value(low), _LAST_SCALE.search(high.lower())
    if scale is None or _LAST_SCALE.search(low.lower()):
        return value
    factor = SCALES[scale[0]]
    return value * factor if value < figure_value(high) / factor else value


def ordinal_value(text: str) -> int:
    """The value of a text that ``ORDINAL`` matches."""
    return int(text[:-2]) if text[0].isdecimal() else ORDINALS[text.lower().replace(" ", "-")]
