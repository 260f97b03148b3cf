"""Numbers, dates, durations, times and amounts of money in a text, in a form that can be compared."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["number", "percent", "money", "date", "duration", "time"]


class Quantity(NamedTuple):
    """A figure at ``text[start:end]``.

    ``value`` is a number (durations in days, times in minutes after midnight) or, for dates, ``(year, month, day)``
    with None for what is not said. ``unit`` is the currency of money, or the up to three words after a plain number.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: float | tuple[int | None, int | None, int | None]
    unit: str = ""


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_ORDINALS = {
    word: n
    for n, word in enumerate(
        "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
    )
}
_MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS_IN = {
    "second": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "day": 1.0, "night": 1.0,
    "week": 7.0, "fortnight": 14.0, "month": 30.0, "year": 365.0, "decade": 3650.0, "century": 36500.0,
    "centurie": 36500.0,
}  # fmt: skip
_CURRENCIES = {
    "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "dollar": "dollar", "euro": "euro",
    "pound": "pound", "yen": "yen", "rupee": "rupee", "crown": "crown", "usd": "dollar", "eur": "euro", "gbp": "pound",
}  # fmt: skip

_MONTH = r"(?:" + "|".join(sorted((m for m in _MONTHS), key=len, reverse=True)) + r")\b\.?"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ONE_WORD = "|".join(sorted([*_SMALL, *_SCALES], key=len, reverse=True))
_SPELLED = rf"(?:an?\s+(?:hundred|thousand|million|billion|dozen)|(?:{_ONE_WORD}))(?:[\s-]+(?:and\s+)?(?:{_ONE_WORD}))*"
_FIGURE = rf"(?:{_DIGITS})(?:\s+(?:hundred|thousand|million|billion|trillion|dozen))?|\b{_SPELLED}\b"
_UNIT_OF_TIME = r"(?:second|minute|min|hour|hr|day|night|week|fortnight|month|year|decade|century|centurie)s?"

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("date", r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b"),
        ("date", rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon>{_MONTH})(?:,?\s+(?P<y>\d{{4}})\b)?"),
        ("date", rf"\b(?P<mon>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:%|percent))(?:,?\s+(?P<y>\d{{4}})\b)?"),
        ("date", rf"\b(?P<mon>{_MONTH})(?:,?\s+(?:of\s+)?(?P<y>\d{{4}})\b)"),
        ("time", r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d{2}))?\s*(?P<half>[ap])\.?\s?m\b\.?"),
        ("time", r"\b(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)\b"),
        ("percent", rf"(?P<n>{_FIGURE})\s*(?:%|per\s?cent\b|percent\b|percentage\s+points?\b)"),
        ("money", rf"(?P<cur>[$€£¥₹])\s?(?P<n>{_FIGURE})|(?P<n2>{_FIGURE})\s+(?P<cur2>dollar|euro|pound|yen|rupee|crown|usd|eur|gbp)s?\b"),
        ("duration", rf"(?P<n>{_FIGURE})[\s-]+(?P<unit>{_UNIT_OF_TIME})\b(?!\s+(?:ago|earlier|later|before|after|old)\b)"),
        ("date", r"\b(?P<y>1[0-9]{3}|20[0-9]{2})(?:s\b)?(?![\d,.]*\d)(?!\s*(?:%|percent|people|men|women|metres|meters|km|miles))"),
        ("number", rf"(?<![\w.,])(?P<n>{_FIGURE})(?:st|nd|rd|th)?(?![\w])"),
    )
)  # fmt: skip
_COUNTED = re.compile(r"[\s-]+((?:[^\W\d_]+[\s-]+){0,2}[^\W\d_]+)")


def quantities(text: str) -> list[Quantity]:
    """All figures of ``text`` in order; each character belongs to one figure at most, dates and money first."""
    found: list[Quantity] = []
    taken = bytearray(len(text))
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            quantity = _quantity(kind, match)
            if quantity:
                found.append(quantity)
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    return sorted(found)


def number(text: str) -> float | None:
    """The value of a number in digits or English words (``1,200``, ``twenty-six``, ``3.5 million``), or None."""
    total, current, seen = 0.0, 0.0, False
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", text.lower()):
        if token[0].isdigit():
            current, seen = current + float(token.replace(",", "")), True
        elif token in _SMALL:
            current, seen = current + _SMALL[token], True
        elif token in _SCALES:
            scale = _SCALES[token]
            current, seen = (current or 1.0) * scale, True
            if scale >= 1e3:
                total, current = total + current, 0.0
        elif token not in ("and", "a", "an"):
            return None
    return total + current if seen else None


def ordinal(word: str) -> int | None:
    """The value of ``first`` to ``twelfth``, or None."""
    return _ORDINALS.get(word.lower())


def _quantity(kind: Kind, match: re.Match[str]) -> Quantity | None:
    groups = match.groupdict()
    place = (match.start(), match.end(), match.group())
    if kind == "date":
        return _date(place, groups)
    if kind == "time":
        hour = int(groups["h"])
        if groups.get("half"):
            hour = hour % 12 + (12 if groups["half"].lower() == "p" else 0)
        return Quantity(*place, "time", hour * 60.0 + int(groups["min"] or 0))
    value = number(groups.get("n") or groups.get("n2") or "")
    if value is None:
        return None
    if kind == "duration":
        return Quantity(*place, "duration", value * _DAYS_IN[groups["unit"].lower().removesuffix("s")], "day")
    if kind == "money":
        return Quantity(*place, "money", value, _CURRENCIES[(groups["cur"] or groups["cur2"]).lower()])
    if kind == "percent":
        return Quantity(*place, "percent", value)
    counted = _COUNTED.match(match.string, match.end())
    return Quantity(*place, "number", value, counted.group(1).lower() if counted else "")


def _date(place: tuple[int, int, str], groups: dict[str, str | None]) -> Quantity | None:
    year, day = groups.get("y"), groups.get("d")
    name = (groups.get("mon") or "").lower().rstrip(".")
    month = _MONTHS.get(name) if name else int(groups["m"] or 0) if groups.get("m") else None
    if (day and not 1 <= int(day) <= 31) or (month is not None and not 1 <= month <= 12):
        return None
    return Quantity(*place, "date", (int(year) if year else None, month, int(day) if day else None))


def same_value(a: Quantity, b: Quantity) -> bool:
    """Whether two figures can be the same: equal numbers, or dates that do not contradict each other."""
    if isinstance(a.value, tuple) and isinstance(b.value, tuple):
        return all(x is None or y is None or x == y for x, y in zip(a.value, b.value, strict=True))
    return a.kind == b.kind and a.value == b.value and (a.kind != "money" or a.unit == b.unit)
