"""Whether two sentences that answer a question answer it differently, or only in other words.

Each pair is measured by a few readable signs, and a logistic regression fitted by ``benchmarks/fit_agreement.py`` says
how likely the answers cannot both be true. Questions of yes or no are not meant: they turn on denial alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from assistant.english.names import names
from assistant.english.quantities import Quantity, is_vague, quantities, same_value
from assistant.english.tokens import content_stems, stem, stems
from assistant.query.parse import AnswerType, QuestionParts


class AnswerSpan(NamedTuple):
    """A sentence and its short answer ``text[start:end]``, which may be a word or two too long or too short."""

    text: str
    start: int
    end: int


def answer_in(text: str, answer: str) -> AnswerSpan | None:
    """A sentence with its short answer where it holds that; None where it has none."""
    start = text.find(answer) if answer else -1
    return AnswerSpan(text, start, start + len(answer)) if start >= 0 else None


class Signs(NamedTuple):
    """What is known of two answers, each from 0 to 1; none depends on which of them comes first.

    Figures are compared first; signs of words are 0 where figures could be compared. "New" words are those that the
    question does not have.
    """

    always: float
    same_figure: float  # equal, in whatever unit
    near_figure: float  # not equal, but one of them is "about", a bound, a range or rounded, and the other fits it
    other_figure: float  # neither, where the question asks for a figure
    other_figure_unasked: float  # neither, where it asks for something else
    words_shared: float  # new words that the answers share, of all
    words_there_too: float  # new words of one answer that the other's sentence has, at best
    name_shared: float  # a part of a name
    other_names: float  # both are names that share no part, and little else
    denied: float  # one says the other's answer after "not" or "rather than"
    one_denies: float  # one of the answers denies, the other does not
    other_occasion: float  # each names a date beside its answer, and they differ


THRESHOLD = 0.6
"""From where answers count as different. On practice questions that the weights were not fitted on, 80 of 100 pairs
that differ reach it, and 25 of 100 that agree; from 0.7 on, 47 and 8. Answers that merely have no word in common lie
at 0.64.
"""

WEIGHTS = Signs(
    always=0.58,
    same_figure=-4.07,
    near_figure=-2.01,
    other_figure=1.08,
    other_figure_unasked=0.89,
    words_shared=-3.65,
    words_there_too=-0.72,
    name_shared=-1.42,
    other_names=0.77,
    denied=0.53,
    one_denies=0.73,
    other_occasion=-0.16,
)


def differs(question: QuestionParts, one: AnswerSpan, other: AnswerSpan) -> float:
    """How likely the two answers to ``question`` cannot both be true, from 0 to 1."""
    score = sum(weight * sign for weight, sign in zip(WEIGHTS, signs(question, one, other), strict=True))
    return 1 / (1 + math.exp(-score))


def denies(text: str) -> bool:
    """Whether a sentence, or its answer, says that something is not so."""
    return bool(_DENIAL.search(text))


def signs(question: QuestionParts, one: AnswerSpan, other: AnswerSpan) -> Signs:
    """The signs by which ``differs`` judges."""
    a, b = _read(one), _read(other)
    x, y, compared = _compared(question, a, b)
    asks_figure = question.answer_type in ASKED
    found = {
        "always": 1.0,
        "one_denies": a.denies != b.denies,
        "other_occasion": _other_occasion(a, b),
    }
    if compared and x and y:
        differ = compared == "other"
        found |= {
            "same_figure": compared == "same",
            "near_figure": compared == "near",
            "other_figure": differ and asks_figure,
            "other_figure_unasked": differ and not asks_figure,
            "denied": _denies_figure(a, y) or _denies_figure(b, x),
        }
    else:
        found |= _word_signs(question, _wording(one), _wording(other))
    return Signs(**{name: float(found.get(name, 0.0)) for name in Signs._fields})


# --- figures --------------------------------------------------------------------------------------

ASKED: dict[AnswerType, frozenset[str]] = {
    "date": frozenset({"date", "time", "weekday"}),
    "duration": frozenset({"duration"}),
    "number": frozenset({"number", "percent", "money", "gram", "metre", "litre", "metre/hour", "square metre"}),
}
"""What a figure may count in that answers a question of each type."""

_MEASURES = {
    "gram": "g gram gramme", "metre": "m metre meter", "litre": "l litre liter", "metre/hour": "kph",
    "square metre": "ha hectare acre",
}  # fmt: skip
_WORTH: dict[str, tuple[str, float]] = {
    **{name: (base, 1.0) for base, listed in _MEASURES.items() for name in listed.split()},
    "milligram": ("gram", 1e-3), "kg": ("gram", 1e3), "kilo": ("gram", 1e3), "kilogram": ("gram", 1e3),
    "kilogramme": ("gram", 1e3), "t": ("gram", 1e6), "tonne": ("gram", 1e6), "ton": ("gram", 1e6),
    "ounce": ("gram", 28.35), "cm": ("metre", 1e-2), "centimetre": ("metre", 1e-2), "centimeter": ("metre", 1e-2),
    "mm": ("metre", 1e-3), "millimetre": ("metre", 1e-3), "millimeter": ("metre", 1e-3), "km": ("metre", 1e3),
    "kilometre": ("metre", 1e3), "kilometer": ("metre", 1e3), "mile": ("metre", 1609.3), "yard": ("metre", 0.9144),
    "foot": ("metre", 0.3048), "feet": ("metre", 0.3048), "ft": ("metre", 0.3048), "inch": ("metre", 0.0254),
    "inche": ("metre", 0.0254), "ml": ("litre", 1e-3), "millilitre": ("litre", 1e-3), "gallon": ("litre", 4.2),
    "kph": ("metre/hour", 1e3), "mph": ("metre/hour", 1609.3), "ha": ("square metre", 1e4),
    "hectare": ("square metre", 1e4), "acre": ("square metre", 4047.0),
}  # fmt: skip
_SYMBOL = 3  # letters of a unit that has no plural: "kg", while "has" and "is" are none
_AN_HOUR = re.compile(r"\w+ (?:an|per|a) hour\b")
_WEEKDAYS = {day: n for n, day in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
_COUNT_WORD = re.compile(
    r"\b(?:(?P<one>one|single|sole|lone|once)|(?P<two>twice|both|pair|couple)"
    r"|(?P<none>none|nobody|no(?! (?:\w+er|more|less|doubt|one)\b)))\b",
    re.IGNORECASE,
)
_CLOCK_STOP = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d(?:\Z|\s(?:hours|hrs)\Z)")
_AT = re.compile(r"\b(?:at|by|since|until|till|from|after|before|around|about|between|and|to|the)\s\Z", re.IGNORECASE)
_OF_A_SPAN = re.compile(r"of an? (?P<span>hour|day|week|month|year|century)\b")
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365 / 12, "year": 365.0, "century": 36500.0}
_BEFORE = 28
"""Characters before a figure in which a word that qualifies it may stand."""

_ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|approximately|approaching|estimated|or so|circa)\W+(?:\w+\W+)?\Z", re.I
)
_UNDER = re.compile(
    r"\b(?:nearly|almost|under|below|up to|at most|less than|fewer than|not quite|no more than)\W+(?:an?\W+)?\Z", re.I
)
_OVER = re.compile(
    r"\b(?:more than|over|above|at least|no fewer than|no less than|exceed\w*|upwards of|a good)\W+(?:an?\W+)?\Z", re.I
)
_SOON_AFTER = re.compile(r"\b(?:shortly|just|soon|a little|minutes) (?:after|past)\W+(?:\w+\W+)?\Z", re.IGNORECASE)
_SOON_BEFORE = re.compile(
    r"\b(?:(?:shortly|just|a little|minutes) before|almost|nearly|towards?|by)\W+(?:\w+\W+)?\Z", re.I
)
_PART_BEFORE = re.compile(
    r"\b(?:of wh(?:om|ich)|among them|including|of them|another|a further|other)\W+(?:\w+\W+){0,2}\Z", re.I
)
_PART_AFTER = re.compile(
    r"\W+(?:others?|more|further|of (?:them|whom|which|the|these|those|its|their|his|her)\b)", re.I
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|or|and)\s*", re.IGNORECASE)
_NOT = re.compile(
    r"(?:\b(?:not(?! only\b)|nor|never|rather than|instead of|no longer|neither)\b|n['’]t\b)"
    r"(?P<what>(?:[ \-][\w'’]+){1,5})"
    r"|\b(?:moved|postponed|put off|brought forward|changed|raised|lowered|cut|corrected|revised|shifted) from"
    r"(?P<from>(?: \w+){1,4}?)(?= to\b)",
    re.IGNORECASE,
)
_TIMES = frozenset({"date", "weekday", "time"})
_ROUNDING = 0.05
"""The share of a figure that rounding it, or giving it in a larger unit, may hide."""

_BESIDE = 12
"""Characters from an answer that is too short to the figure that belongs to it."""

_LOOSE = 0.1
"""What "about" allows for; bounds allow for twice as much on their side."""


class _Figure(NamedTuple):
    """A figure: what it counts in, its value in that, and from where to where another may be the same."""

    quantity: Quantity
    sort: str
    value: float
    low: float
    high: float
    denied: bool = False
    part: bool = False


def _figures(text: str) -> list[_Figure]:
    denied = [match.span(match.lastgroup or 0) for match in _NOT.finditer(text)]
    found = [_figure(text, quantity, denied) for quantity in quantities(text)]
    for at in range(len(found) - 1):
        one, two = found[at : at + 2]
        joined = text[one.quantity.end : two.quantity.start]
        if one.sort == two.sort and one.value < two.value and _RANGE.fullmatch(joined):
            found[at : at + 2] = [figure._replace(low=one.low, high=two.high) for figure in (one, two)]
    return [figure for figure in found if figure.sort]


def _figure(text: str, quantity: Quantity, denied: list[tuple[int, int]]) -> _Figure:
    before = text[max(0, quantity.start - _BEFORE) : quantity.start]
    if _CLOCK_STOP.match(quantity.text) and _AT.search(before):  # "at 9.42", "at 19.12 hours"
        hour, minute = (int(part) for part in re.findall(r"\d+", quantity.text)[:2])
        quantity = quantity._replace(kind="time", value=60.0 * hour + minute, unit="12-hour" if 0 < hour <= 12 else "")
    sort, value = _measured(quantity)
    low = high = value
    if sort == "time":
        low -= 20 if _SOON_BEFORE.search(before) else 15 if _ABOUT.search(before) else 0
        high += 20 if _SOON_AFTER.search(before) else 15 if _ABOUT.search(before) else 0
    elif sort not in ("date", "weekday"):
        about = _LOOSE if _ABOUT.search(before) else 0.0
        low -= value * (2 * _LOOSE if _UNDER.search(before) else about)
        high += value * (2 * _LOOSE if _OVER.search(before) else about)
    return _Figure(
        quantity,
        sort,
        value,
        low,
        high,
        any(start <= quantity.start < end for start, end in denied),
        bool(_PART_BEFORE.search(before) or _PART_AFTER.match(text, quantity.end)),
    )


def _measured(quantity: Quantity) -> tuple[str, float]:
    """What a figure counts in, and its value in that; "" for what cannot be compared."""
    if isinstance(quantity.value, tuple):
        if not is_vague(quantity):
            return "date", 0.0
        day = quantity.text.split()[0].lower().rstrip("s")
        return ("weekday", float(_WEEKDAYS[day])) if day in _WEEKDAYS else ("", 0.0)
    if quantity.kind != "number":
        return ("", 0.0) if quantity.kind == "ordinal" else (quantity.kind, quantity.value)
    if part := _OF_A_SPAN.match(quantity.unit):
        return "duration", quantity.value * _DAYS[part["span"]]
    unit = quantity.unit.partition(" ")[0]
    singular = unit.removesuffix("s") if len(unit) > _SYMBOL else unit
    base, worth = _WORTH.get(singular, ("number", 1.0))
    speed = base == "metre" and _AN_HOUR.match(quantity.unit)
    return ("metre/hour" if speed else base), quantity.value * worth


def _compared(question: QuestionParts, a: _Side, b: _Side) -> tuple[_Figure | None, _Figure | None, str | None]:
    """The figures that two sentences answer with, and how they compare."""
    asked = ASKED.get(question.answer_type)
    for kinds in (asked, None) if asked else (None,):  # "How long is the ship?" asks for no duration
        x, y = _answering(question, a, kinds), _answering(question, b, kinds)
        if x and y and (compared := _compare(x, y)):
            return x, y, compared
    return None, None, None


def _answering(question: QuestionParts, side: _Side, kinds: frozenset[str] | None) -> _Figure | None:
    """The figure a sentence answers with: in its answer or beside it, of these kinds, and not the question's own."""
    given = _given(question.text)
    fit = [
        f
        for f in side.figures
        if (not kinds or f.sort in kinds) and not f.denied and not any(_compare(f, g) == "same" for g in given)
    ]
    start, end = side.place
    inside = [f for f in fit if f.quantity.start < end and f.quantity.end > start]
    if inside:
        counted = [f for f in inside if len(inside) > 1 and question.content & set(content_stems(f.quantity.unit))]
        # "12 died, three of them on the spot": the whole before its part.
        return min(counted or inside, key=lambda f: f.part)
    if kinds and question.answer_type == "number" and side.bare_count:
        return side.bare_count
    beside = [
        f for f in fit if -_BESIDE <= f.quantity.start - end <= _BESIDE or -_BESIDE <= f.quantity.end - start <= 0
    ]
    if kinds and (beside or len(fit) == 1):
        return (beside or fit)[0]
    return None


@lru_cache(maxsize=64)
def _given(text: str) -> list[_Figure]:
    return _figures(text)


def _compare(one: _Figure, other: _Figure) -> str | None:
    """Whether they are "same", "near" or "other"; None where the two count different things."""
    a, b = one, other
    if a.sort != b.sort:
        if {a.sort, b.sort} <= _TIMES:  # a weekday may be that date, and an hour on it
            return "near"
        plain = next((f for f in (a, b) if f.sort == "number"), None)
        if {a.quantity.kind, b.quantity.kind} != {"number"} or plain is None or plain.quantity.unit:
            return None
        # One of them leaves out what it counts in.
        return "same" if a.quantity.value == b.quantity.value else "other"
    if a.sort in ("date", "time"):
        same = same_value(a.quantity, b.quantity)
    else:
        same = math.isclose(a.value, b.value, rel_tol=1e-6)
    if same:
        return "same"
    if a.sort in ("date", "weekday"):
        return "other"
    if b.low <= a.value <= b.high or a.low <= b.value <= a.high:
        return "near"
    close = a.sort != "time" and abs(a.value - b.value) <= _ROUNDING * max(a.value, b.value)
    return "near" if close and (_word_of(a) != _word_of(b) or _fineness(a) != _fineness(b)) else "other"


def _word_of(figure: _Figure) -> str:
    """What a measure or a span is given in: "kilogram", "week"."""
    said = figure.quantity.text if figure.sort == "duration" else figure.quantity.unit
    return (
        ""
        if figure.sort in ("number", "percent", "money")
        else stem(re.split(r"[\s-]", said)[-1 if figure.sort == "duration" else 0])
    )


def _fineness(figure: _Figure) -> int:
    """How finely a figure is given: in hundreds (of thousands at least), in whole ones, or with a fraction."""
    value = figure.quantity.value
    if not isinstance(value, float) or figure.sort == "duration":
        return 0
    return -1 if value >= 1000 and value % 100 == 0 else int(value % 1 != 0)


def _denies_figure(side: _Side, figure: _Figure) -> bool:
    return any(f.denied and _compare(f, figure) == "same" for f in side.figures)


# --- words ----------------------------------------------------------------------------------------

_DENIAL = re.compile(
    r"\b(?:no|not(?! only\b)|never|none|neither|nor|without|nobody|nothing|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?"
    r"|dismiss(?:es|ed)|refut(?:e|es|ed)|rule[sd]? out|false|untrue|fail(?:s|ed)|refus(?:e|es|ed)|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
_TITLES = frozenset(
    stem(word)
    for word in (
        "mr mrs ms miss dr sir lady lord captain capt colonel col general gen major maj lieutenant lt sergeant sgt "
        "admiral adm president minister prime judge justice professor prof governor gov mayor senator sen "
        "inspector chief the"
    ).split()
)
_SHORT_FOR = {
    stem(short): stem(word)
    for short, word in (
        ("capt", "captain"), ("col", "colonel"), ("gen", "general"), ("maj", "major"), ("lt", "lieutenant"),
        ("sgt", "sergeant"), ("adm", "admiral"), ("prof", "professor"), ("dr", "doctor"), ("gov", "governor"),
        ("sen", "senator"), ("rep", "representative"), ("pm", "minister"),
    )
}  # fmt: skip
_ROOT = 6
"""Letters by which words of one root are known: "Tasmarra" and "Tasmarran"."""


class _Side(NamedTuple):
    """One sentence and its answer, as the signs of figures look at them."""

    place: tuple[int, int]
    figures: list[_Figure]
    bare_count: _Figure | None
    denies: bool


class _Wording(NamedTuple):
    """The same, as the signs of words do; by roots."""

    answer: frozenset[str]
    sentence: frozenset[str]
    denied: frozenset[str]
    names: frozenset[str]


@lru_cache(maxsize=256)
def _read(said: AnswerSpan) -> _Side:
    text, start, end = said
    answer = text[start:end]
    return _Side((start, end), _figures(text), _count(answer, start), denies(answer))


@lru_cache(maxsize=256)
def _wording(said: AnswerSpan) -> _Wording:
    text, start, end = said
    behind_not = " ".join(match[match.lastgroup or 0] for match in _NOT.finditer(text))
    named = (name.text for name in names(text) if name.start < end and name.end > start)
    return _Wording(
        answer=_roots(content_stems(text[start:end])),
        sentence=_roots(content_stems(text)),
        denied=_roots(stems(behind_not)),
        names=_roots(part for name in named for part in stems(name) if part not in _TITLES),
    )


def _count(answer: str, start: int) -> _Figure | None:
    """A count that is said without a figure: "a single shot", "both", "nobody"."""
    match = _COUNT_WORD.search(answer)
    if not match:
        return None
    value = 1.0 if match["one"] else 2.0 if match["two"] else 0.0
    quantity = Quantity(start + match.start(), start + match.end(), match[0], "number", value)
    return _Figure(quantity, "number", value, value, value)


def _roots(found: Iterable[str]) -> frozenset[str]:
    return frozenset(_SHORT_FOR.get(one, one)[:_ROOT] for one in found)


@lru_cache(maxsize=64)
def _asked_roots(every: frozenset[str]) -> frozenset[str]:
    return _roots(every)


def _word_signs(question: QuestionParts, a: _Wording, b: _Wording) -> dict[str, float]:
    asked = _asked_roots(question.all_stems)
    one, other = a.answer - asked, b.answer - asked
    one, other = one - a.denied or one, other - b.denied or other
    there = max(_share(one & b.sentence - b.denied, one), _share(other & a.sentence - a.denied, other))
    names_a, names_b = a.names - asked, b.names - asked
    return {
        "words_shared": _share(one & other, one | other),
        "words_there_too": there,
        "other_names": there < 0.5 and bool(names_a) and bool(names_b) and not names_a & names_b,
        "name_shared": bool(names_a & names_b),
        "denied": max(_share(one & b.denied - other, one), _share(other & a.denied - one, other)) >= 0.5,
    }


def _other_occasion(a: _Side, b: _Side) -> bool:
    one, other = _dates_beside(a), _dates_beside(b)
    return bool(one and other) and not any(same_value(x, y) for x in one for y in other)


def _dates_beside(side: _Side) -> list[Quantity]:
    start, end = side.place
    found = [f.quantity for f in side.figures if f.sort == "date"]
    return [q for q in found if q.end <= start or q.start >= end]


def _share(some: frozenset[str], every: frozenset[str]) -> float:
    return len(some) / len(every) if every else 0.0
