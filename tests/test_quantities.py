"""Figures are read as a reader reads them, at exact places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.quantities import is_vague, number, quantities, same_value

VAGUE = (None, None, None)


def read(text: str) -> list[tuple[object, ...]]:
    return [(q.text, q.kind, q.value) for q in quantities(text)]


NUMBERS = {
    "digits": ("26 died", [("26", 26)]),
    "words": ("Twenty-six died", [("Twenty-six", 26)]),
    "article": ("a hundred men", [("a hundred", 100)]),
    "thousands": ("1,200 and 10,000,000 men", [("1,200", 1200), ("10,000,000", 1e7)]),
    "lakhs": ("1,50,000 men or 2.5 lakh women", [("1,50,000", 150000), ("2.5 lakh", 250000)]),
    "narrow spaces": ("10\u202f000 men", [("10\u202f000", 10000)]),
    "scales": ("3.5 million or 1.2bn or 5k", [("3.5 million", 3.5e6), ("1.2bn", 1.2e9), ("5k", 5000)]),
    "long words": (
        "two hundred and fifty thousand three hundred",
        [("two hundred and fifty thousand three hundred", 250300)],
    ),
    "halves": (
        "half a million and two and a half million",
        [("half a million", 5e5), ("two and a half million", 2.5e6)],
    ),
    "rounding": ("some 300, about 40", [("300", 300), ("40", 40)]),
    "fractions": ("two-thirds of them, a quarter of us", [("two-thirds", 2 / 3), ("a quarter", 1 / 4)]),
    "half": ("half of the men in the other half of the game", [("half", 0.5)]),
    "range": ("10-12 people", [("10", 10), ("12", 12)]),
    "range in words": ("two or three men", [("two", 2), ("three", 3)]),
    "range of millions": ("3 to 5 million", [("3", 3e6), ("5 million", 5e6)]),
    "between": ("between 3 and 5 men", [("3", 3), ("5", 5)]),
    "score": ("it won 4-2", [("4", 4), ("2", 2)]),
    "glued measure": ("120km and 3.5m", [("120", 120), ("3.5", 3.5)]),
    "age": ("a 26-year-old man, two years old", [("26", 26), ("two", 2)]),
    "count like a year": ("some 1500 soldiers", [("1500", 1500)]),
    "one": ("one civilian died", [("one", 1)]),
    "zero": ("0 million", [("0 million", 0)]),
}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers(text: str, expected: list[tuple[str, float]]) -> None:
    assert read(text) == [(said, "number", pytest.approx(value)) for said, value in expected]


UNITS = {
    "three words": ("26 Pakistani civilians died today", "pakistani civilians died"),
    "comma": ("26 civilians, and more", "civilians"),
    "none": ("It was 26.", ""),
    "wrapped": ("26\ncivilians died", "civilians died"),
    "paragraph": ("26\n\ncivilians died", ""),
    "range": ("10 people and 3", "people and"),
}


@pytest.mark.parametrize(("text", "unit"), UNITS.values(), ids=UNITS)
def test_unit(text: str, unit: str) -> None:
    assert quantities(text)[0].unit == unit


MEASURES = {
    "percent": ("3.5%, 4 per cent, five percent, a 10-percent cut", "percent", [3.5, 4, 5, 10]),
    "points": ("two percentage points", "percent", [2]),
    "percent range": ("3-5%", "percent", [3, 5]),
    "money before": ("$5, US$3m, Rs 500, EUR 20, €1.2bn, £ 7, Rs.10", "money", [5, 3e6, 500, 20, 1.2e9, 7, 10]),
    "money after": ("20 euros, 500 Pakistani rupees, 3 million US dollars, 20€", "money", [20, 500, 3e6, 20]),
    "money range": ("$5-10 million", "money", [5e6, 1e7]),
    "durations": ("four days, a two-day truce, 72 hours", "duration", [4, 2, 3]),
    "article": ("It took a week. It came a month after. He paid once a year.", "duration", [7, 365 / 12]),
    "halves": ("half an hour, two and a half years", "duration", [1 / 48, 912.5]),
    "sum": ("two hours and 30 minutes", "duration", [2.5 / 24]),
    "duration range": ("two or three days", "duration", [2, 3]),
    "seconds": ("one second, a 30-second clip, 5 seconds", "duration", [1 / 86400, 30 / 86400, 5 / 86400]),
    "clock": ("3.30 p.m., 15:30, 3 pm, 12 a.m., 1530 hours", "time", [930, 930, 900, 0, 930]),
    "hours in words": ("half past three, quarter to five, ten past six", "time", [210, 285, 370]),
    "named hours": ("noon and midnight, five o'clock", "time", [720, 0, 300]),
    "clock range": ("3 to 5 p.m.", "time", [900, 1020]),
    "part of the day": (
        "At two in the afternoon. It was 7.40 in the morning, 8:15 in the evening, five o'clock in the morning",
        "time",
        [840, 460, 1215, 300],
    ),
    "ordinals": ("the second time, the 5th attack, its first flight", "ordinal", [2, 5, 1]),
}


@pytest.mark.parametrize(("text", "kind", "values"), MEASURES.values(), ids=MEASURES)
def test_measures(text: str, kind: str, values: list[float]) -> None:
    found = quantities(text)
    assert {q.kind for q in found} == {kind}
    assert [q.value for q in found] == pytest.approx(values)


DATES = {
    "day first": ("8 May 2025", (2025, 5, 8)),
    "month first": ("May 8, 2025", (2025, 5, 8)),
    "of": ("8th of May, 2025", (2025, 5, 8)),
    "ordinal": ("May 8th", (None, 5, 8)),
    "short month": ("Sept. 11, 2001", (2001, 9, 11)),
    "hyphens": ("8-May-2025", (2025, 5, 8)),
    "weekday": ("Monday, 12 May 2025", (2025, 5, 12)),
    "iso": ("2025-05-08", (2025, 5, 8)),
    "dots": ("08.05.2025", (2025, 5, 8)),
    "slashes": ("13/5/2025", (2025, 5, 13)),
    "open order": ("8/5/2025", (2025, None, None)),
    "month and year": ("May 2025", (2025, 5, None)),
    "modified": ("late April", (None, 4, None)),
    "mid": ("mid-May", (None, 5, None)),
    "month": ("April", (None, 4, None)),
    "year": ("1947", (1947, None, None)),
    "decade": ("1990s", (1990, None, None)),
    "century": ("19th century", (1800, None, None)),
    "century in words": ("twentieth-century", (1900, None, None)),
    "before christ": ("44 BC", (-44, None, None)),
    "weekday alone": ("Monday evening", VAGUE),
    "last": ("last month", VAGUE),
    "yesterday": ("yesterday", VAGUE),
    "ago": ("four days ago", VAGUE),
}


@pytest.mark.parametrize(("text", "value"), DATES.values(), ids=DATES)
def test_dates(text: str, value: tuple[int | None, int | None, int | None]) -> None:
    assert read(text) == [(text, "date", value)]
    assert read(f"It was on {text}, they say.") == [(text, "date", value)]
    assert is_vague(quantities(text)[0]) is (value == VAGUE)


SEVERAL_DATES = {
    "weekend": ("over the weekend", [VAGUE]),
    "in May": ("in May", [(None, 5, None)]),
    "in May, people": ("In May 26 people fled", [(None, 5, None)]),
    "between": ("between 14 May and 18 May", [(None, 5, 14), (None, 5, 18)]),
    "shared month": ("14-18 May 2025", [(2025, 5, 14), (2025, 5, 18)]),
    "month before range": ("May 14-18, 2025", [(2025, 5, 14), (2025, 5, 18)]),
    "years": ("1947-1999", [(1947, None, None), (1999, None, None)]),
    "short year": ("2003-05, then", [(2003, None, None), (2005, None, None)]),
    "year of a thing": ("the 2019 elections", [(2019, None, None)]),
    "after AD": ("in AD 79", [(79, None, None)]),
    "verb may": ("It may rain. May I go? 10 may have died.", []),
    "verb march": ("They march on. March on!", []),
    "surname": ("Theresa May spoke to June Carter.", []),
}


@pytest.mark.parametrize(("text", "values"), SEVERAL_DATES.values(), ids=SEVERAL_DATES)
def test_dates_in_context(text: str, values: list[object]) -> None:
    assert [q.value for q in quantities(text) if q.kind == "date"] == values


NOTHING = [
    "1. First item",
    "text\n  2) another line",
    "Call 555-0134 or +44 20 7946 0958",
    "No. 4 of page 12, pp. 3-5, Article 370, Fig. 2",
    "version 2.5.1, or 192.168.0.1",
    "An F-16, a G20, COVID-19 and 24/7",
    "one of them, no one, this one, one must, one.",
    "as said [3] and [1, 2] and [4–6]",
    "hundreds of people and several million more",
    "secondly, at first",
    "the Second World War",
    "once a year",
    "",
]


@pytest.mark.parametrize("text", NOTHING)
def test_not_a_figure(text: str) -> None:
    assert quantities(text) == []


SAME = {
    "spelling": ("26 men", "twenty-six men", True),
    "other number": ("26 men", "27 men", False),
    "rounding": ("about 300 men", "300 men", True),
    "not rounded": ("about 300 men", "301 men", False),
    "hours and days": ("72 hours", "three days", True),
    "months and years": ("18 months", "a year and a half after", True),
    "twelve months": ("12 months", "one year", True),
    "other length": ("four days", "five days", False),
    "currency": ("$5", "€5", False),
    "scale": ("$3m", "3 million dollars", True),
    "year unsaid": ("8 May", "8 May 2025", True),
    "other day": ("8 May", "9 May 2025", False),
    "month alone": ("in May", "9 May 2025", True),
    "weekday": ("Monday", "9 May 2025", True),
    "decade": ("the 1990s", "1994", True),
    "other decade": ("the 1990s", "2004", False),
    "century": ("the 19th century", "1845", True),
    "clock": ("15:30", "3.30 p.m.", True),
    "half of the day unsaid": ("half past three", "15:30", True),
    "other time": ("15:30", "4 p.m.", False),
    "part of the day": ("at two in the afternoon", "2 p.m.", True),
    "other part of the day": ("7.40 in the morning", "7:40 p.m.", False),
    "time zones": ("17:00 IST", "11:30 GMT", True),
    "ordinal and number": ("5th man", "5 men", False),
    "percent and number": ("5%", "5 men", False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME)
def test_same_value(one: str, other: str, same: bool) -> None:
    a, b = quantities(one)[0], quantities(other)[0]
    assert same_value(a, b) is same is same_value(b, a)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200),
        ("twenty-six", 26),
        ("3.5 million", 3.5e6),
        ("a dozen", 12),
        ("and", None),
        ("about 5", None),
        ("", None),
    ],
)
def test_number(text: str, value: float | None) -> None:
    assert number(text) == value


_PIECES = (
    "one two a half hundred million 5 1,200 3.5 2003 - – to and or May may Monday , . % $ € Rs p.m. : [ ] days hours "
    "ago second 5th 19th century late last mid BC AD No. + / o'clock past \n 0 12 of the noon US$ -"
).split(" ")


@given(st.text() | st.lists(st.sampled_from(_PIECES)).map(" ".join) | st.lists(st.sampled_from(_PIECES)).map("".join))
def test_quantities_stand_where_they_say_in_order(text: str) -> None:
    found = quantities(text)
    assert all(text[q.start : q.end] == q.text != "" for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(same_value(q, q) for q in found)


@given(st.integers(0, 10**12))
def test_digits_mean_what_they_say(n: int) -> None:
    assert number(f"{n}") == number(f"{n:,}") == n
