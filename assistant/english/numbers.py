"""Numbers, dates, durations, times and amounts of money in a text, in a form that can be compared.

One scan over the words: a word that can begin a figure is handed to the reader for figures of that sort, which says
what it found and where the scan goes on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

Kind = Literal["number", "ordinal", "percent", "money", "date", "duration", "time"]
_Date = tuple[int | None, int | None, int | None]


class Quantity(NamedTuple):
    """A figure at ``text[start:end]``.

    ``value`` is a number (durations in days, times in minutes after midnight) or, for dates, ``(year, month, day)``
    with None for what is not said; all three are None for weekdays and relative dates (``is_vague``). ``unit`` is

    * the up to three words after a number or ordinal, in lower case;
    * the currency of money, and "day" for durations;
    * "decade" or "century" for dates that wide, whose year is their first;
    * the time zone of a time, or "12-hour" when the half of the day is not said.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: float | tuple[int | None, int | None, int | None]
    unit: str = ""


class _Read(NamedTuple):
    """What a reader found, and where the scan goes on."""

    end: int
    found: tuple[Quantity, ...] = ()


_Reader = Callable[[str, int], "_Read | None"]


def quantities(text: str) -> list[Quantity]:
    """All figures of ``text`` in order, none overlapping; linear in the text.

    Leaves out what only looks like a figure: list numbers, citation markers, "No. 4", page, phone and version
    numbers, names such as "F-16", and the pronoun "one".
    """
    found: list[Quantity] = []
    end = 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        if start < end:
            continue
        word = token.group()
        reader = _figure if word[0].isdecimal() else _READERS.get(word.lower())
        read = reader(text, start) if reader else None
        if read:
            end = read.end
            found += read.found
    return found


def number(text: str) -> float | None:
    """The value of a number in digits or English words (``1,200``, ``twenty-six``, ``3.5 million``), or None."""
    text = text.strip()
    return _value(text) if _FIGURE.fullmatch(text) else None


def ordinal(word: str) -> int | None:
    """The value of ``first`` to ``ninety-ninth``, ``1st`` and so on, or None."""
    word = word.lower()
    return _ORDINALS.get(word) if word.isalpha() or not _ORDINAL.fullmatch(word) else _ordinal_value(word)


def is_vague(quantity: Quantity) -> bool:
    """Whether this is a date that no calendar can place by itself: "Monday", "yesterday", "last month"."""
    return quantity.value == (None, None, None)


def same_value(a: Quantity, b: Quantity) -> bool:
    """Whether two figures can be the same: equal numbers, or dates or times that do not contradict each other."""
    if a.kind != b.kind:
        return False
    if isinstance(a.value, tuple) or isinstance(b.value, tuple):
        return a.value == b.value or _same_date(a, b)
    if a.kind == "time":
        if "12-hour" in (a.unit, b.unit):
            return a.value % 720 == b.value % 720
        return a.value == b.value or bool(a.unit and b.unit and a.unit != b.unit)
    return math.isclose(a.value, b.value, rel_tol=1e-6) and (a.kind != "money" or a.unit == b.unit)


def _same_date(a: Quantity, b: Quantity) -> bool:
    years = max(_YEARS_IN.get(a.unit, 1), _YEARS_IN.get(b.unit, 1))
    parts = []
    for quantity in (a, b):
        assert isinstance(quantity.value, tuple)  # noqa: S101  # both are dates
        year, month, day = quantity.value
        parts.append((None if year is None else year // years, month, day))
    return all(x is None or y is None or x == y for x, y in zip(*parts, strict=True))


# --- words ----------------------------------------------------------------------------------------


def _numbered(names: str, start: int = 1) -> dict[str, int]:
    return {name: n for n, name in enumerate(names.split(), start)}


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_SMALL = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    0,
)
_TENS = {word: 10 * n for word, n in _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2).items()}
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "crore": 1e7, "billion": 1e9,
    "trillion": 1e12, "k": 1e3, "mn": 1e6, "m": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
_FIRST_TEN = _numbered("first second third fourth fifth sixth seventh eighth ninth")
_ORDINALS = (
    _FIRST_TEN
    | _numbered(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 10
    )
    | {ten[:-1] + "ieth": n for ten, n in _TENS.items()}
    | {f"{ten}-{one}": n + m for ten, n in _TENS.items() for one, m in _FIRST_TEN.items()}
)
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
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
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_DAYS_IN = {
    "second": 1 / 86400, "sec": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24,
    "day": 1.0, "night": 1.0, "week": 7.0, "fortnight": 14.0, "month": 365 / 12, "year": 365.0, "decade": 3650.0,
    "century": 36500.0, "centurie": 36500.0,
}  # fmt: skip
_YEARS_IN = {"decade": 10, "century": 100}
_CURRENCIES = {
    "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "usd": "dollar", "eur": "euro", "gbp": "pound",
    "jpy": "yen", "cny": "yuan", "inr": "rupee", "pkr": "rupee", "rs": "rupee", "chf": "franc", "dollar": "dollar",
    "euro": "euro", "pound": "pound", "yen": "yen", "rupee": "rupee", "crown": "crown", "krona": "krona",
    "krone": "krone", "franc": "franc", "yuan": "yuan", "rouble": "rouble", "ruble": "rouble", "peso": "peso",
    "lira": "lira", "dirham": "dirham", "riyal": "riyal", "cent": "cent",
}  # fmt: skip
_SIGNS = "$€£¥₹"
_CODES = ("usd", "eur", "gbp", "jpy", "cny", "inr", "pkr", "rs", "chf")

# --- figures and what may stand around them. Whitespace is bounded: it keeps every match short. ----

_TOKEN = re.compile(rf"\d+|[^\W\d_]+|[{_SIGNS}\[]")
_S = r"[^\S\n]?\s"  # between words; a line may be wrapped there, but no paragraph ends
_LONG_SCALE = _any(scale for scale in _SCALES if len(scale) > 2)
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d{1,3}(?:[\u00a0\u202f]\d{3})++(?!\d)|\d++)"
    r"(?:\.\d++)?+"
)
_BELOW_100 = rf"(?:{_any(_TENS)}(?:[\s-]{_any(list(_SMALL)[1:10])}\b)?|{_any(_SMALL)})\b"
_SCALED = rf"(?:[\s-]{_LONG_SCALE}\b)"
_HALF = r"(?:[\s-]and[\s-]a[\s-]half\b)"
_FIGURE = re.compile(
    rf"{_DIGITS}(?:{_HALF}?{_SCALED}{{1,2}}+|\s?(?:k|mn|bn|tn)\b|{_HALF})?"
    rf"|half{_S}an?{_S}{_LONG_SCALE}\b"
    rf"|(?:an?{_S}{_LONG_SCALE}\b|{_BELOW_100}{_HALF}?{_SCALED}){_SCALED}*+"
    rf"(?:[\s-](?:and\s)?{_BELOW_100}{_SCALED}++)*+(?:(?:{_S}and{_S}|[\s-]){_BELOW_100})?"
    rf"|{_BELOW_100}{_HALF}?",
    re.IGNORECASE,
)
_MILLIONS = re.compile(r"m\b", re.IGNORECASE)  # "m" is a scale of money alone; elsewhere it is metres
_GLUED = re.compile(r"(?:km|m|cm|mm|kg|g|t|ft|mph|kph|kw|mw|gw|mb|gb|ha|ml|l)\b", re.IGNORECASE)
_TO = re.compile(rf"[-–—]|{_S}(?:to|or){_S}", re.IGNORECASE)
_AND = re.compile(rf"{_S}and{_S}", re.IGNORECASE)
_WHOLE_MONTHS = [name for name in _MONTHS if len(name) > 4 or name in ("may", "june", "july")]
_MONTH = rf"(?:{_any(_WHOLE_MONTHS)}|{_any(_MONTHS)}\.?)(?!\w)"
_GOES_ON = re.compile(  # "10 may" at the end of a clause is a date, "10 may have died" is not
    r"\s*+(?:$|[.,;:?!)\]”\"–]|\d{4}\b"
    r"|(?:and|at|in|on|when|as|after|before|by|until|or|to|with|was|is|were|from|for)\b)"
)
_NEXT_YEAR = rf"(?:,?{_S}(?P<y>1\d{{3}}|20\d\d)(?![,.]?\d|-\d))?"
_MONEY = rf"(?P<money>{_any(word for word in _CURRENCIES if word not in _SIGNS)})s?\b"
_SUFFIX = re.compile(
    rf"(?P<month>(?:st|nd|rd|th)?(?:{_S}(?:of\s)?|-)(?P<name>{_MONTH})(?:-(?P<y2>\d{{4}})\b|{_NEXT_YEAR}))"
    r"|(?P<percent>[\s-]?(?:%|per[\s-]?cent\b|percentage[\s-]points?\b))"
    rf"|(?P<currency>\s?(?P<sign>[{_SIGNS}])|{_S}(?:(?:[A-Z][a-z]+|U\.?S\.?){_S})??{_MONEY})"
    rf"|(?P<time>[\s-]{{1,2}}(?P<span>{_any(_DAYS_IN)})(?P<plural>s?)\b(?P<half>{_S}and{_S}a{_S}half\b)?)"
    r"(?P<old>[\s-]olds?\b)?(?P<ago>\sago\b)?"
    r"|(?P<clock>\s?(?P<half_day>[ap])(?:\.\s?m\b\.?|m\b)|\s?o['’]clock\b)",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"(?:{_S}|-)((?:[^\W\d_]++(?:['’]s)?(?:{_S}|-)){{0,2}}[^\W\d_]++)")
_BEFORE = re.compile(r"([^\W\d_]+)\.?[\s-]{0,2}\Z")
_AFTER = re.compile(rf"{_S}([^\W\d_]+)")

_FIGURE_PART = re.compile(r"\d[\d,\u00a0\u202f]*(?:\.\d+)?|[a-z]+")
_GROUPING = re.compile("[,\u00a0\u202f]")
_WORTH = {**_SMALL, **_TENS, "half": 0.5}
_LAST_SCALE = re.compile(rf"{_any(_SCALES)}\Z")
_SPAN = rf"(?P<span>{_any(_DAYS_IN)})s?\b"
_PLUS = re.compile(rf"(?:{_S}and{_S}|{_S})(?P<n>{_FIGURE.pattern})[\s-]{_SPAN}", re.IGNORECASE)
_MONTH_DAY = re.compile(
    rf"(?P<first>(?P<name>{_MONTH}){_S}(?:the\s)?(?P<d>\d\d?)(?:st|nd|rd|th)?\b)(?:\s?[-–—]\s?(?P<d2>\d\d?)(?:st|nd|rd|th)?\b)?"
    rf"(?![.:/-]\d|,\d\d\d(?!\d)|\s?%|{_S}per\s?cent\b){_NEXT_YEAR}",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"(?P<name>{_MONTH})(?:,?{_S}(?:of\s)?|-)(?P<y>1\d{{3}}|20\d\d)(?![,.]?\d|-\d)", re.IGNORECASE
)
_MONTH_ALONE = re.compile(_any(_WHOLE_MONTHS) + r"\b", re.IGNORECASE)
_IN_MONTH = frozenset("in since until till by during late early mid last next".split())
_OR_MONTH = frozenset("this of and to from through before after between for or every each".split()) | set(_MONTHS)
_PART_OF_DAY = r"(?:morning|afternoon|evening|night)"
_WEEKDAY = re.compile(rf"{_any(_WEEKDAYS)}s?\b(?:{_S}{_PART_OF_DAY}\b)?", re.IGNORECASE)
_DATE_GAP = re.compile(rf",?{_S}(?:the\s)?")
_RELATIVE = re.compile(
    rf"(?:yesterday|today|tomorrow)(?:{_S}{_PART_OF_DAY})?\b|tonight\b|weekend\b"
    rf"|(?:last|next|this|past|previous|following|same)[\s-](?:day|week|weekend|month|year|decade|century|spring|summer|autumn"
    rf"|fall|winter|{_PART_OF_DAY})\b(?!-)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?:(?:last|next|this|early|late|mid)[\s-])(?:the\s|in\s)?", re.IGNORECASE)
_DOLLARS = re.compile(r"(?<![^\W_])(?:US|A|AU|C|CA|HK|NZ|S)\Z")
_CODE = re.compile(rf"({_any(_CODES)})\.?[\s\u00a0]?(?=\d)", re.IGNORECASE)
_A_WHILE = re.compile(
    rf"an?{_S}{_SPAN}(?:(?P<half>{_S}and{_S}a{_S}half\b)|(?P<ago>{_S}ago\b))?"
    rf"(?P<length>(?<=half)|(?<=ago)|(?=(?:{_S}|-)(?:later|after|before|earlier|long)\b))?",
    re.IGNORECASE,
)
_LASTING = frozenset(
    "for in within lasted lasting lasts last took takes take taking after over about than only nearly almost just "
    "under around spent spend".split()
)
_FRACTION = re.compile(
    rf"(?:(?P<n>{_any(list(_SMALL)[2:10])})[\s-](?P<part>{_any(_PARTS)})s\b|(?:an?|one)[\s-](?P<part2>{_any(_PARTS)})(?=\sof\b))",
    re.IGNORECASE,
)
_HALF_WHILE = re.compile(rf"half[\s-](?:an?[\s-])?{_SPAN}", re.IGNORECASE)
_HALF_OF = re.compile(rf"half(?={_S}(?:of|the|its|their)\b)", re.IGNORECASE)
_HALVES = frozenset("first second other latter final last opening better northern southern eastern western".split())
_SPOKEN_TIME = re.compile(
    rf"(?:(?P<minutes>half|quarter|{_BELOW_100})(?:{_S}minutes)?{_S}(?P<way>past)"
    rf"|(?P<minutes2>quarter|{_BELOW_100}{_S}minutes){_S}(?P<way2>to)){_S}(?P<hour>{_any(list(_SMALL)[1:13])})\b",
    re.IGNORECASE,
)
_NOON = re.compile(r"(?:noon|midday|midnight)\b", re.IGNORECASE)

# --- what only looks like a figure ----------------------------------------------------------------

_NO_FIGURE = re.compile(
    r"\d+(?:[.\-]\d+){2,}|\d+(?:/\d+)+|0\d+(?:[ \-]\d+)+|\d{3}-0\d{3}\b"  # versions, phones, "24/7"
)
_NUMBERED = re.compile(
    r"(?:\b(?:nos?\.|numbers?|pp?\.|pages?|chapters?|articles?|sections?|figs?\.|figures?|tables?|vols?\.|volumes?"
    r"|versions?|flight|route|highway|resolution|phase|chap\.|v\.?)\s?|#|\+|[^\W\d]|(?<!mid)(?<!pre)(?<!post)[^\W\d_]-|\d[.,:/]"
    r"|[./])\Z",
    re.IGNORECASE,
)
_RUN = re.compile(r"\d[\w.,:/\-–]*+|\w++")
_PHONE = re.compile(r"\d++(?:[ \-.()]{1,2}\d++)+")
_LIST_NUMBER = re.compile(r"\d{1,3}[.)]\s")
_CITATION = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*+\]")
_PRONOUN_BEFORE = frozenset("the this that each every any which another no some only other a an old new last".split())
_PRONOUN_AFTER = frozenset(
    "of another can could must should would may might is was has had who which that by at".split()
)
_PLURAL = re.compile(
    r"(?!was\b|is\b|has\b|as\b|this\b|its\b|his\b|us\b|does\b|series\b)[a-z]{2,}[^s\W]s\b|(?:people|men|women|children|troops|police)\b"
)
_COUNTING = frozenset("some nearly almost than least most roughly approximately".split())
_DATING = frozenset(
    "the in since until till by during before after from between around late early mid its his her their this and to"
    " year spring summer autumn fall winter".split()
) | set(_MONTHS)  # fmt: skip


def _word_before(text: str, start: int) -> str:
    match = _BEFORE.search(text, max(0, start - 16), start)
    return match[1].lower() if match else ""


def _word_after(text: str, end: int) -> str:
    match = _AFTER.match(text, end)
    return match[1] if match else ""


def _opens_line(text: str, start: int) -> bool:
    line = text[max(0, start - 8) : start].rpartition("\n")
    return (start <= 8 or bool(line[1])) and not line[2].strip(" \t(")


def _quantity(text: str, start: int, end: int, kind: Kind, value: float | _Date, unit: str = "") -> Quantity:
    return Quantity(start, end, text[start:end], kind, value, unit)


# --- readers --------------------------------------------------------------------------------------


def _figure(text: str, start: int) -> _Read | None:
    """What begins with digits."""
    if text[start - 1 : start] == "+" and (phone := _PHONE.match(text, start)):
        return _Read(phone.end())
    listed = _LIST_NUMBER.match(text, start) and _opens_line(text, start)
    if not listed and not _NUMBERED.search(text, max(0, start - 12), start):
        for reader in (_numeric_date, _clock, _ordinal, _year, _counted):
            if read := reader(text, start):
                return read
    run = _RUN.match(text, start)
    return _Read(run.end() if run else start + 1)


_NUMERIC_DATE = re.compile(
    r"(?P<y>\d{4})([-/.])(?P<m>\d\d?)\2(?P<d>\d\d?)(?!\d|[-/.]\d)|(?P<a>\d\d?)([-/.])(?P<b>\d\d?)\6(?P<y2>(?:1\d|20)\d\d)(?!\d|[-/.]\d)"
)


def _numeric_date(text: str, start: int) -> _Read | None:
    match = _NUMERIC_DATE.match(text, start)
    if not match:
        none = _NO_FIGURE.match(text, start)
        return _Read(none.end()) if none else None
    if match["y"]:
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        value: _Date = (year, month, day)
    else:
        a, b = int(match["a"]), int(match["b"])
        month, day = (b, a) if a > 12 or match[6] == "." else (a, b)
        # "8/5/2025" is May in London and August in New York.
        open_order = a <= 12 and b <= 12 and a != b and match[6] != "."
        value = (int(match["y2"]), None, None) if open_order else (int(match["y2"]), month, day)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return _Read(match.end())
    return _Read(match.end(), (_quantity(text, start, match.end(), "date", value),))


_CLOCK = re.compile(
    r"(?:(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?!\d|:\d)|(?P<h2>\d\d?)\.(?P<m2>[0-5]\d)(?=\s?[ap]\.?\s?m\b)"
    r"|(?P<h3>[01]\d|2[0-3])(?P<m3>[0-5]\d)(?=\s(?:hours|hrs|GMT|UTC)\b)|(?P<h4>\d\d?)(?=\s?[ap](?:\.\s?m|m)\b))"
    r"(?:\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b))?(?:\s(?:hours|hrs)\b)?(?:\s(?P<zone>GMT|UTC|IST|PKT|BST|CET|CEST|EST|EDT|PST|PDT)\b)?",
    re.IGNORECASE,
)


def _clock(text: str, start: int) -> _Read | None:
    match = _CLOCK.match(text, start)
    if not match:
        return None
    said = next(h for h in (match["h"], match["h2"], match["h3"], match["h4"]) if h)
    hour, minute = int(said), int(match["m"] or match["m2"] or match["m3"] or 0)
    unit = (match["zone"] or "").lower()
    if match["half"]:
        if hour > 24:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    elif not unit and 0 < hour <= 12 and said[0] != "0" and not match["h3"]:
        unit = "12-hour"
    return _Read(match.end(), (_quantity(text, start, match.end(), "time", hour * 60.0 + minute, unit),))


_ORDINAL = re.compile(rf"\d{{1,4}}(?:st|nd|rd|th)\b|{_any(_ORDINALS)}\b", re.IGNORECASE)
_CENTURY = re.compile(r"[\s-]centur(?:y|ies)\b(?P<bc>\sB\.?C\b)?", re.IGNORECASE)
_OF_MONTH = re.compile(rf"{_S}(?:of\s)?(?P<name>{_MONTH}){_NEXT_YEAR}", re.IGNORECASE)


def _ordinal_value(text: str) -> int:
    return int(text[:-2]) if text[0].isdecimal() else _ORDINALS[text.lower().replace(" ", "-")]


def _ordinal(text: str, start: int) -> _Read | None:
    match = _ORDINAL.match(text, start)
    if not match:
        return None
    end, value = match.end(), _ordinal_value(match[0])
    if century := _CENTURY.match(text, end):
        first = -100 * value if century["bc"] else 100 * (value - 1)
        return _Read(century.end(), (_quantity(text, start, century.end(), "date", (first, None, None), "century"),))
    month = _OF_MONTH.match(text, end)
    if month and value <= 31 and (month["name"][0].isupper() or match[0][0].isdecimal()):
        date = (_int(month["y"]), _MONTHS[month["name"].lower().rstrip(".")], value)
        return _Read(month.end(), (_quantity(text, start, month.end(), "date", date),))
    unit = _unit(text, end)
    if match[0][0].isdecimal():
        return _Read(end, (_quantity(text, start, end, "ordinal", float(value), unit),))
    # A capital is part of a name ("Second World War"); "first" without an article is an adverb; "a third of" a part.
    adverb = value == 1 and _word_before(text, start) not in ("the", "its", "his", "her", "their", "s", "our", "a")
    if match[0][0].isupper() or adverb or not unit or unit.startswith("of "):
        return None
    return _Read(end, (_quantity(text, start, end, "ordinal", float(value), unit),))


_ANNO_DOMINI = re.compile(r"\d{1,3}(?![\w.,]\d|\w)")
_YEAR = re.compile(
    r"(?P<y>1\d{3}|20\d\d)(?:(?P<decade>['’]?s\b)|(?![,.]?\d|[^\W\d_])(?:[-–/](?P<short>\d\d)(?![-./,]?\d))?)(?P<bc>\sB\.?C\b\.?(?:E\b\.?)?)?"
    r"|(?P<ancient>\d{1,4})\s(?:(?P<era>B\.?C\b\.?(?:E\b\.?)?)|AD\b|A\.D\.|CE\b)"
)


def _year(text: str, start: int) -> _Read | None:
    match = _YEAR.match(text, start)
    if not match:
        anno = _ANNO_DOMINI.match(text, start) if text[max(0, start - 3) : start] == "AD " else None
        return _Read(anno.end(), (_date(text, start, anno.end(), (int(anno[0]), None, None)),)) if anno else None
    if match["ancient"] or match["bc"]:
        sign = -1 if match["era"] or match["bc"] else 1
        value: _Date = (sign * int(match["ancient"] or match["y"]), None, None)
        return _Read(match.end(), (_quantity(text, start, match.end(), "date", value),))
    year = int(match["y"])
    if match["decade"]:
        unit = "decade" if year % 100 else "century"
        return _Read(match.end(), (_quantity(text, start, match.end(), "date", (year, None, None), unit),))
    end = match.end("y")
    suffix = _SUFFIX.match(text, end)
    if suffix and not suffix["month"] and not suffix["clock"]:
        return None
    before, after = _word_before(text, start), _word_after(text, end)
    if after and (before in _COUNTING or (_PLURAL.match(after) and before not in _DATING)):
        return None
    found = [_quantity(text, start, end, "date", (year, None, None))]
    if match["short"] and int(match["short"]) > year % 100:
        last = (year - year % 100 + int(match["short"]), None, None)
        found.append(_quantity(text, match.start("short"), match.end(), "date", last))
        end = match.end()
    return _Read(end, tuple(found))


class _Measure(NamedTuple):
    """What the words after a figure make of it: ``value(n)`` of that kind, up to ``end``."""

    end: int
    kind: Kind
    value: Callable[[float], float | _Date | None]
    unit: str = ""


def _counted(text: str, start: int) -> _Read | None:
    """A figure in digits or words, or a range of two."""
    return _measured(text, start, start)


def _measured(text: str, start: int, at: int, currency: str = "") -> _Read | None:
    """The figure at ``at``, or a range of two that share what follows ("10-12 people", "3 to 5 p.m.").

    ``start`` lies before ``at`` where the sign of its ``currency`` stands first.
    """
    end = _figure_end(text, at, currency)
    if end is None:
        return None
    low_end, high = 0, at
    to = _TO.match(text, end) or (_AND.match(text, end) if _word_before(text, start) == "between" else None)
    further = _figure_end(text, to.end(), currency) if to else None
    if to and further:
        low_end, high, end = end, to.end(), further
    measure = _measure(text, high, end, currency)
    if measure is None or (measure.kind == "number" and not low_end and _is_pronoun(text, at, end)):
        return None
    value = measure.value(_value(text[high:end]))
    if value is None:
        return None
    if not low_end:
        return _Read(measure.end, (_quantity(text, start, measure.end, measure.kind, value, measure.unit),))
    last = _quantity(text, high, measure.end, measure.kind, value, measure.unit)
    low = measure.value(_low(text[at:low_end], text[high:end]))
    first = () if low is None else (_quantity(text, start, low_end, measure.kind, low, measure.unit),)
    return _Read(measure.end, (*first, last))


def _figure_end(text: str, at: int, currency: str) -> int | None:
    match = _FIGURE.match(text, at)
    if not match:
        return None
    millions = _MILLIONS.match(text, match.end()) if currency else None
    return millions.end() if millions else match.end()


def _measure(text: str, start: int, end: int, currency: str) -> _Measure | None:
    if currency:
        return _Measure(end, "money", float, currency)
    suffix = _SUFFIX.match(text, end)
    measure = _measure_said(text, start, suffix) if suffix else None
    if measure:
        return measure
    if glued := _GLUED.match(text, end):
        return _Measure(end, "number", float, glued[0].lower())
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return None
    return _Measure(end, "number", float, _unit(text, end))


def _measure_said(text: str, start: int, suffix: re.Match[str]) -> _Measure | None:
    end = suffix.end()
    if suffix["percent"]:
        return _Measure(end, "percent", float)
    if suffix["currency"]:
        return _Measure(end, "money", float, _CURRENCIES[(suffix["sign"] or suffix["money"]).lower()])
    if suffix["clock"]:
        half = (suffix["half_day"] or "").lower()
        return _Measure(end, "time", lambda n: _minutes(n, half), "" if half else "12-hour")
    if suffix["month"]:
        if not _is_month(text, suffix["name"], end):
            return None
        month, year = _month(suffix["name"]), _int(suffix["y"] or suffix["y2"])
        return _Measure(end, "date", lambda n: (year, month, int(n)) if n in range(1, 32) else None)
    if suffix["old"] or _is_ordinal_second(text, start, suffix):
        return None
    if suffix["ago"]:
        return _Measure(end, "date", lambda _: (None, None, None))
    days, more = _DAYS_IN[suffix["span"].lower()], 0.0
    if suffix["half"]:
        more = days / 2
    elif plus := _PLUS.match(text, end):  # "two hours and ten minutes"
        rest = _value(plus["n"]) * _DAYS_IN[plus["span"].lower()]
        if rest < days:
            end, more = plus.end(), rest
    return _Measure(end, "duration", lambda n: n * days + more, "day")


def _is_ordinal_second(text: str, start: int, suffix: re.Match[str]) -> bool:
    """Whether "second" is the ordinal: "two second chances", but "30-second" and "one second"."""
    singular = suffix["span"].lower() == "second" and not suffix["plural"]
    return singular and suffix["time"][0] != "-" and _value(text[start : suffix.start()]) != 1


def _is_pronoun(text: str, start: int, end: int) -> bool:
    if text[start:end].lower() != "one":
        return False
    after = _word_after(text, end).lower()
    return not after or after in _PRONOUN_AFTER or _word_before(text, start) in _PRONOUN_BEFORE


def _value(figure: str) -> float:
    """The value of a text that ``_FIGURE`` matches, with "m" for a million after it if there is a currency."""
    total, current = 0.0, None
    for token in _FIGURE_PART.findall(figure.lower()):
        if token[0].isdecimal():
            current = (current or 0.0) + float(_GROUPING.sub("", token))
        elif token in _SCALES:
            if current is None and total:  # "2.5 lakh crore": the scale is of all before it
                total, current = 0.0, total
            current = (1.0 if current is None else current) * _SCALES[token]
            if _SCALES[token] >= 1e3:
                total, current = total + current, None
        elif token in _WORTH:
            current = (current or 0.0) + _WORTH[token]
    return total + (current or 0.0)


def _low(low: str, high: str) -> float:
    """The lower end of a range, in millions if only the upper end says so: "3 to 5 million"."""
    value, scale = _value(low), _LAST_SCALE.search(high.lower())
    if scale is None or _LAST_SCALE.search(low.lower()):
        return value
    factor = _SCALES[scale[0]]
    return value * factor if value < _value(high) / factor else value


def _minutes(hour: float, half: str) -> float | None:
    """Minutes after midnight of an hour such as 3 or 3.3 (half past three); ``half`` is "a", "p" or not said."""
    if not 0 <= hour <= 24:
        return None
    whole = int(hour)
    return (whole % 12 + (12 if half == "p" else 0) if half else whole) * 60.0 + round((hour - whole) * 100)


def _unit(text: str, end: int) -> str:
    match = _UNIT.match(text, end)
    return " ".join(match[1].lower().split()) if match else ""


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _month(name: str) -> int:
    return _MONTHS[name.lower().rstrip(".")]


def _is_month(text: str, name: str, end: int) -> bool:
    """Whether "may" or "march" after a number, or before one, is the month and not the verb."""
    return name.rstrip(".") not in ("may", "march", "mar", "dec") or bool(_GOES_ON.match(text, end))


def _month_name(text: str, start: int) -> _Read | None:
    """What begins with the name of a month."""
    match = _MONTH_DAY.match(text, start)
    if match and _is_month(text, match["name"], match.end()):
        month, year = _month(match["name"]), _int(match["y"])
        alone = _word_before(text, start) in ("in", "since") and not year  # "in May 26 people died"
        if 1 <= int(match["d"]) <= 31 and not alone:
            if not match["d2"]:
                return _Read(match.end(), (_date(text, start, match.end(), (year, month, int(match["d"]))),))
            first = _date(text, start, match.end("first"), (year, month, int(match["d"])))
            last = _date(text, match.start("d2"), match.end(), (year, month, int(match["d2"])))
            return _Read(match.end(), (first, last))
    match = _MONTH_YEAR.match(text, start)
    if match:
        return _Read(match.end(), (_date(text, start, match.end(), (int(match["y"]), _month(match["name"]), None)),))
    match = _MONTH_ALONE.match(text, start)
    if match and _stands_for_month(text, match):
        return _Read(match.end(), (_date(text, start, match.end(), (None, _month(match[0]), None)),))
    return None


def _stands_for_month(text: str, match: re.Match[str]) -> bool:
    """Whether a month without day or year is one: "in May", not "it may", "Theresa May" or "June Carter"."""
    before = _word_before(text, match.start())
    if before in _IN_MONTH:
        return True
    if _word_after(text, match.end())[:1].isupper():
        return False
    ambiguous = match[0].lower() in ("may", "march", "august")
    return not ambiguous or (match[0][0].isupper() and before in _OR_MONTH)


def _date(text: str, start: int, end: int, value: _Date = (None, None, None), unit: str = "") -> Quantity:
    return _quantity(text, start, end, "date", value, unit)


def _weekday(text: str, start: int) -> _Read | None:
    """A weekday, with the date after it if there is one: "Monday evening", "Monday, 12 May"."""
    match = _WEEKDAY.match(text, start)
    if match is None:
        return None
    gap = _DATE_GAP.match(text, match.end())
    return (_date_at(text, start, gap.end(), exact=True) if gap else None) or _Read(
        match.end(), (_date(text, start, match.end()),)
    )


def _date_at(text: str, start: int, at: int, *, exact: bool = False) -> _Read | None:
    """The date that begins at ``at``, taken from ``start`` on; an ``exact`` one names the day."""
    token = _TOKEN.match(text, at)
    if not token:
        return None
    reader = _figure if token[0].isdecimal() else _READERS.get(token[0].lower())
    if reader in (_modified, _relative) or (exact and reader is _weekday):
        return None  # "late late late ..." must not nest
    read = reader(text, at) if reader else None
    if not read or not read.found or not isinstance(read.found[0].value, tuple):
        return None
    first = read.found[0]
    assert isinstance(first.value, tuple)  # noqa: S101  # a date, by the line above
    if exact and first.value[2] is None:
        return None
    return _Read(read.end, (_date(text, start, first.end, first.value, first.unit), *read.found[1:]))


def _relative(text: str, start: int) -> _Read | None:
    """Days as seen from another: "yesterday evening", "the weekend", "last month", "the next day"."""
    match = _RELATIVE.match(text, start)
    return _Read(match.end(), (_date(text, start, match.end()),)) if match else None


def _modified(text: str, start: int) -> _Read | None:
    """A date with "last", "late" and the like before it: "last Monday", "late April", "mid-1990s"."""
    if read := _relative(text, start):
        return read
    gap = _MODIFIER.match(text, start)
    return _date_at(text, start, gap.end()) if gap else None


def _money_sign(text: str, start: int) -> _Read | None:
    """ "$5", "US$3m", "-€20"."""
    if (at := _skip_blank(text, start + 1)) is None:
        return None
    prefix = _DOLLARS.search(text, max(0, start - 3), start)
    return _measured(text, prefix.start() if prefix else start, at, _CURRENCIES[text[start]])


def _money_code(text: str, start: int) -> _Read | None:
    """ "Rs 500", "EUR 20"."""
    match = _CODE.match(text, start)
    return _measured(text, start, match.end(), _CURRENCIES[match[1].lower()]) if match else None


def _skip_blank(text: str, at: int) -> int | None:
    if at < len(text) and text[at] in " \u00a0\u202f":
        at += 1
    return at if at < len(text) and text[at].isdecimal() else None


def _citation(text: str, start: int) -> _Read | None:
    match = _CITATION.match(text, start)
    return _Read(match.end()) if match else None


def _article(text: str, start: int) -> _Read | None:
    """ "a hundred people", "a third of", "a week" where it is a length and not a rate."""
    if read := _part(text, start) or _counted(text, start):
        return read
    match = _A_WHILE.match(text, start)
    if not match:
        return None
    days = _DAYS_IN[match["span"].lower()]
    if match["ago"]:
        return _Read(match.end(), (_date(text, start, match.end()),))
    if match["length"] is None is None and _word_before(text, start) not in _LASTING:
        return None
    end = match.end("half") if match["half"] else match.end("span")
    return _Read(end, (_quantity(text, start, end, "duration", days * (1.5 if match["half"] else 1), "day"),))


def _part(text: str, start: int) -> _Read | None:
    """A fraction in words: "two-thirds", "a quarter of", "half of"."""
    match = _FRACTION.match(text, start)
    if not match:
        return None
    parts = _SMALL[(match["n"] or "one").lower()] / _PARTS[(match["part"] or match["part2"]).lower()]
    return _Read(match.end(), (_quantity(text, start, match.end(), "number", parts, _unit(text, match.end())),))


def _half(text: str, start: int) -> _Read | None:
    """ "half an hour", "half a million", "half past three", "half of them"."""
    if read := _spoken_time(text, start) or _counted(text, start):
        return read
    match = _HALF_WHILE.match(text, start)
    if match:
        days = _DAYS_IN[match["span"].lower()] / 2
        return _Read(match.end(), (_quantity(text, start, match.end(), "duration", days, "day"),))
    of = _HALF_OF.match(text, start)
    if of and _word_before(text, start) not in _HALVES:
        return _Read(of.end(), (_quantity(text, start, of.end(), "number", 0.5, _unit(text, of.end())),))
    return None


def _spoken_time(text: str, start: int) -> _Read | None:
    """ "half past three", "quarter to five", "ten past six"; the half of the day is not said."""
    match = _SPOKEN_TIME.match(text, start)
    if not match:
        return None
    said = (match["minutes"] or match["minutes2"]).lower()
    minutes = {"half": 30.0, "quarter": 15.0}.get(said) or _value(said)
    hour = _value(match["hour"])
    if not (1 <= hour <= 12 and minutes < 60):
        return None
    value = (hour * 60 + (minutes if match["way"] else -minutes)) % 1440
    return _Read(match.end(), (_quantity(text, start, match.end(), "time", value, "12-hour"),))


def _noon(text: str, start: int) -> _Read | None:
    match = _NOON.match(text, start)
    if not match:
        return None
    value = 0.0 if match[0].lower() == "midnight" else 720.0
    return _Read(match.end(), (_quantity(text, start, match.end(), "time", value),))


def _number_word(text: str, start: int) -> _Read | None:
    """What begins with a number in words."""
    for reader in (_spoken_time, _ordinal, _part, _counted):
        if read := reader(text, start):
            return read
    return None


_READERS: dict[str, _Reader] = {
    **dict.fromkeys([*_SMALL, *_TENS, *(word for word in _ORDINALS if "-" not in word)], _number_word),
    **dict.fromkeys(_MONTHS, _month_name),
    **dict.fromkeys([day + s for day in _WEEKDAYS for s in ("", "s")], _weekday),
    **dict.fromkeys("yesterday today tomorrow tonight weekend".split(), _relative),
    **dict.fromkeys("last next this past previous following same early late mid".split(), _modified),
    **dict.fromkeys(_SIGNS, _money_sign),
    **dict.fromkeys(_CODES, _money_code),
    **dict.fromkeys(("noon", "midday", "midnight"), _noon),
    "a": _article,
    "an": _article,
    "half": _half,
    "quarter": _spoken_time,
    "[": _citation,
}
