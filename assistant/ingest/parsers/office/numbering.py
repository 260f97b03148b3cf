"""Numbers of list items in Word documents, counted and printed as Word does."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Number(NamedTuple):
    """The number before an item, empty for a bullet, and the item's depth from 1."""

    text: str
    depth: int


class _Level(NamedTuple):
    form: str
    pattern: str
    start: int


class Numbering:
    """The lists of a document with their counters."""

    def __init__(self, lists: dict[str, str], levels: dict[str, dict[int, _Level]], starts: dict[tuple[str, int], int]):
        self._lists = lists
        self._levels = levels
        self._starts = starts
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    @classmethod
    def of(cls, root: Any) -> Numbering:
        """The lists in the part ``numbering``; none if there is no such part."""
        lists: dict[str, str] = {}
        levels: dict[str, dict[int, _Level]] = {}
        starts: dict[tuple[str, int], int] = {}
        if root is not None:
            for kind in root.iter(f"{W}abstractNum"):
                levels[kind.get(f"{W}abstractNumId")] = _levels(kind)
            for each in root.iter(f"{W}num"):
                key = each.get(f"{W}numId")
                lists[key] = value_of(each.find(f"{W}abstractNumId"))
                for override in each.iter(f"{W}lvlOverride"):
                    start = value_of(override.find(f"{W}startOverride"))
                    if start.isdigit():
                        starts[key, int(override.get(f"{W}ilvl") or 0)] = int(start)
        return cls(lists, levels, starts)

    def next(self, key: str, depth: int) -> Number:
        """The number of the next item of the list ``key`` at ``depth`` (from 0)."""
        kind = self._lists.get(key, "")
        levels = self._levels.get(kind, {})
        level = levels.get(depth)
        if level is None or level.form in ("bullet", "none"):
            return Number("", depth + 1)
        counts = self._counts.setdefault(kind, {})
        if (key, depth) in self._starts and (key, depth) not in self._begun:
            counts[depth] = self._starts[key, depth]
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        self._begun.add((key, depth))
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]

        def count(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            form = levels[at].form if at in levels else "decimal"
            return spelled(counts.get(at, levels[at].start if at in levels else 1), form)

        return Number(re.sub(r"%(\d)", count, level.pattern).strip(), depth + 1)


def _levels(kind: Any) -> dict[int, _Level]:
    found = {}
    for level in kind.iter(f"{W}lvl"):
        start = value_of(level.find(f"{W}start"))
        found[int(level.get(f"{W}ilvl") or 0)] = _Level(
            value_of(level.find(f"{W}numFmt")) or "decimal",
            value_of(level.find(f"{W}lvlText")),
            int(start) if start.isdigit() else 1,
        )
    return found


def spelled(number: int, form: str) -> str:
    """``number`` as Word prints it in ``form``: "decimal", "lowerLetter", "upperRoman", ..."""
    if form == "decimalZero":
        return f"{number:02}"
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 8)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    return f"{number}{_ordinal(number)}" if form == "ordinal" else str(number)


_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def _roman(number: int) -> str:
    said = ""
    for value, sign in _ROMAN:
        said += sign * (number // value)
        number %= value
    return said


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def value_of(element: Any) -> str:
    """The value of an element such as ``<w:ilvl w:val="1"/>``; empty if there is no element."""
    return str(element.get(f"{W}val") or "") if element is not None else ""
