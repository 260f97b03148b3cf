"""Amounts of money: "$5", "US$3m", "Rs 500", "20 euros"."""

from __future__ import annotations

import re

from assistant.english.lexicon import CURRENCIES, CURRENCY_CODES, CURRENCY_SIGNS, any_of
from assistant.english.quantities.base import SPACE, Measure

_NAME = rf"(?P<name>{any_of(word for word in CURRENCIES if word not in CURRENCY_SIGNS)})s?\b"
CURRENCY_AFTER = re.compile(
    rf"\s?(?P<sign>[{CURRENCY_SIGNS}])|{SPACE}(?:(?:[A-Z][a-z]+|U\.?S\.?){SPACE})??{_NAME}", re.IGNORECASE
)
_DOLLARS = re.compile(r"(?<![^\W_])(?:US|A|AU|C|CA|HK|NZ|S)\Z")
_CODE = re.compile(rf"({any_of(CURRENCY_CODES)})\.?[\s\u00a0]?(?=\d)", re.IGNORECASE)


def money_after(text: str, _start: int, end: int) -> Measure | None:
    """A figure followed by a currency, which is an amount of money."""
    match = CURRENCY_AFTER.match(text, end)
    return Measure(match.end(), "money", float, CURRENCIES[(match["sign"] or match["name"]).lower()]) if match else None


def currency_before(text: str, start: int) -> tuple[int, int, str] | None:
    """The start of an amount with its currency before it, the start of its figure, and the currency; or None."""
    if text[start] in CURRENCY_SIGNS:
        at = start + 1
        at += text[at : at + 1] in (" ", "\u00a0", "\u202f")
        prefix = _DOLLARS.search(text, max(0, start - 3), start)
        figure = text[at : at + 1].isdecimal()
        return (prefix.start() if prefix else start, at, CURRENCIES[text[start]]) if figure else None
    match = _CODE.match(text, start)
    return (start, match.end(), CURRENCIES[match[1].lower()]) if match else None
