"""What a text compares things by: "the lightest", "cheaper", "least"; which way, and by which measure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from assistant.english.tokens import stem, stems

_SCALES = (
    ("weight", "heavy", "light"),
    ("height elevation altitude", "high tall", "low short"),
    ("length duration", "long", "short"),
    ("depth", "deep", "shallow"),
    ("width", "wide", "narrow"),
    ("size area population capacity", "large big great", "small"),
    ("speed", "fast", "slow"),
    ("temperature", "hot warm", "cold cool"),
    ("price cost fee rate rent fare charge", "dear expensive", "cheap"),
    ("age", "old", "young"),
    ("date year founded built opened born published", "late recent new young", "early old"),
)
"""Measures, each with the adjectives for much and for little of it."""

_DOUBLED = frozenset("big hot thin".split())
_MOST, _LEAST = frozenset("most maximum".split()), frozenset("least fewest minimum".split())
_MORE, _LESS = frozenset(["more"]), frozenset("less fewer".split())
_WORD = re.compile(r"(?<!at )(?<!at the )\b[a-z]+\b(?! of\b)")


class Scale(NamedTuple):
    """A measure, by the stems of words that name it, and which way it is compared: 1 for more of it, -1 for less."""

    measures: frozenset[str]
    sign: int


class Comparison(NamedTuple):
    """A comparison: which way, the scales that are possible, and whether it is for the one that has most or least.

    "The oldest" is the one of the highest age, or of the earliest date; ``sign`` is that of the first scale.
    """

    sign: int
    scales: tuple[Scale, ...]
    superlative: bool

    @property
    def is_price(self) -> bool:
        """Whether prices are compared."""
        return any(_PRICE in scale.measures for scale in self.scales)


_PRICE = stem("price")


@lru_cache(maxsize=256)
def comparison(text: str) -> Comparison | None:
    """What ``text`` compares; None where it compares nothing, or both ways."""
    found = {made for word in _WORD.findall(text.lower()) if (made := _GRADES.get(word))}
    if len({one.sign for one in found}) != 1:
        return None
    scales = tuple(dict.fromkeys(scale for one in found for scale in one.scales))
    plain = [scale for word in _WORD.findall(text.lower()) for scale in _PLAIN.get(word, ())]
    sign = next(iter(found)).sign
    graded = tuple(Scale(scale.measures, scale.sign * sign) for scale in plain)
    return Comparison(sign, scales or graded, any(one.superlative for one in found))


def _forms(adjective: str) -> tuple[str, str]:
    """The comparative and the superlative: "heavier", "heaviest"."""
    if adjective.endswith("y"):
        root = f"{adjective[:-1]}i"
    elif adjective.endswith("e"):
        root = adjective[:-1]
    else:
        root = adjective + adjective[-1] * (adjective in _DOUBLED)
    return f"{root}er", f"{root}est"


def _plain() -> dict[str, tuple[Scale, ...]]:
    """Each adjective with its scales: "recent", "expensive"."""
    found: dict[str, tuple[Scale, ...]] = {}
    for named, much, little in _SCALES:
        for sign, adjectives in ((1, much), (-1, little)):
            for adjective in adjectives.split():
                found[adjective] = (*found.get(adjective, ()), Scale(frozenset(stems(named)), sign))
    return found


def _grades() -> dict[str, Comparison]:
    """Each word that compares."""
    made = {
        form: Comparison(scales[0].sign, scales, superlative)
        for adjective, scales in _PLAIN.items()
        for form, superlative in zip(_forms(adjective), (False, True), strict=True)
    }
    for sign, most, more in ((1, _MOST, _MORE), (-1, _LEAST, _LESS)):
        made |= {word: Comparison(sign, (), superlative=True) for word in most}
        made |= {word: Comparison(sign, (), superlative=False) for word in more}
    return made


_PLAIN = _plain() | {"recently": _plain()["recent"]}
_GRADES = _grades()
