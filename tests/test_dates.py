"""Dates of a text are read against the day it was published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.dates import ANY, Period, bounds, days, told_in, year_of
from assistant.english.quantities import quantities

THURSDAY = date(2025, 5, 15)
MEANT = {
    "On 10 May": "2025-05-10",
    "On 20 December": "2024-12-20",
    "On Monday, 12 May 2025": "2025-05-12",
    "on 29 February": "2024-02-29",
    "in May": "2025-05-01 2025-05-31",
    "in December": "2024-12-01 2024-12-31",
    "last May": "2024-05-01 2024-05-31",
    "last April": "2025-04-01 2025-04-30",
    "next April": "2026-04-01 2026-04-30",
    "in late April": "2025-04-21 2025-04-30",
    "in mid-April 2024": "2024-04-11 2024-04-20",
    "early Monday": "2025-05-12",
    "today": "2025-05-15",
    "last night": "2025-05-14",
    "tomorrow": "2025-05-16",
    "on Thursday": "2025-05-15",
    "on Friday": "2025-05-09",
    "last Thursday": "2025-05-08",
    "next Monday": "2025-05-19",
    "this Friday": "2025-05-16",
    "at the weekend": "2025-05-10 2025-05-11",
    "last week": "2025-05-05 2025-05-11",
    "next week": "2025-05-19 2025-05-25",
    "in the past week": "2025-05-08 2025-05-15",
    "last month": "2025-04-01 2025-04-30",
    "last year": "2024-01-01 2024-12-31",
    "two days ago": "2025-05-13",
    "three months ago": "2025-02-01 2025-02-28",
    "a year ago": "2024-01-01 2024-12-31",
    "in 1947": "1947-01-01 1947-12-31",
    "in the 1990s": "1990-01-01 1999-12-31",
    "this decade": "2020-01-01 2029-12-31",
}
OPEN = ("on Mondays", "the next day", "last spring", "on 31 April 2025", "in 44 BC")
FAR = (
    *("this week", "next month", "next year", "next century", "a century ago", "99999999999999 years ago"),
    *("on 9999-12-31", "on 0000-12-31", "on 0001-01-01", "in the 99th century", "in 300 BC", "last December"),
    *("next January", "late on Sunday", "next Sunday", "at the weekend", "in the past decade", "12 days ago"),
)
WORDS = st.sampled_from([*MEANT, *OPEN, *FAR])
EDGES = st.one_of(st.dates(), st.dates(max_value=date(2, 1, 1)), st.dates(min_value=date(9998, 12, 1)))
"""Any day, with the first and the last of the calendar often among them."""


@pytest.mark.parametrize(("said", "meant"), MEANT.items(), ids=MEANT)
def test_days_that_a_date_means(said: str, meant: str) -> None:
    (quantity,) = quantities(said)
    first, *last = map(date.fromisoformat, meant.split())
    assert days(quantity, THURSDAY) == (first, *(last or [first]))


@pytest.mark.parametrize("said", OPEN)
def test_what_no_calendar_can_place_stays_open(said: str) -> None:
    assert [days(quantity, THURSDAY) for quantity in quantities(said)] == [None]


@pytest.mark.parametrize("said", ["On 10 May", "in May", "yesterday", "last month", "on Monday", "a year ago"])
def test_what_depends_on_publication_stays_open_without_it(said: str) -> None:
    assert days(quantities(said)[0], None) is None


@given(WORDS, EDGES)
def test_days_are_in_order_or_open_for_any_day_of_publication(said: str, published: date) -> None:
    for quantity in quantities(said):
        found = days(quantity, published)
        assert found is None or found[0] <= found[1]


@given(WORDS, WORDS, st.integers(-10_000, 20_000))
def test_bounds_are_in_order_or_open_for_any_year(one: str, other: str, year: int) -> None:
    found = bounds(_period(one, other), year)
    assert found is None or found[0] <= found[1]


@given(WORDS, WORDS, WORDS, st.none() | EDGES)
def test_told_in_gives_a_day_of_the_period_or_none(said: str, one: str, other: str, published: date | None) -> None:
    period = _period(one, other)
    day = told_in(f"It fell {said}.", published, period)
    asked = bounds(period, year_of(period) or day.year) if day else None
    assert day is None or (asked is not None and asked[0] <= day <= asked[1])


def _period(one: str, other: str) -> Period:
    first, last = (quantities(said)[0] for said in (one, other))
    return Period(first, last)


@pytest.mark.parametrize("month", ["this month", "December"])
def test_a_month_may_be_the_last_of_the_calendar(month: str) -> None:
    assert days(quantities(month)[0], date(9999, 12, 20)) == (date(9999, 12, 1), date.max)


@given(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.dates(date(1900, 1, 1), date(2090, 1, 1)))
def test_a_date_without_a_year_is_at_most_half_a_year_away(day: date, published: date) -> None:
    first, last = days(quantities(f"On {day.day} {day:%B}")[0], published) or (date.min, date.max)
    assert first == last
    assert (last.month, last.day) == (day.month, day.day)
    assert abs(last - published) <= timedelta(183) or (day.month, day.day) == (2, 29)


@given(EDGES.filter(lambda day: day >= date(1, 1, 7)), st.sampled_from(["Monday", "Friday", "Sunday"]))
def test_a_weekday_is_the_last_one_up_to_publication(published: date, weekday: str) -> None:
    first, last = days(quantities(f"on {weekday}")[0], published) or (date.max, date.max)
    assert f"{last:%A}" == weekday
    assert first == last <= published
    assert published - last < timedelta(7)


TOLD = [
    ("10 May 2025", "It fell on 10 May.", THURSDAY, date(2025, 5, 10)),
    ("10 May 2025", "It fell on 10 May.", None, date(2025, 5, 10)),
    ("10 May", "It fell on 10 May.", None, date(ANY, 5, 10)),
    ("10 May", "It fell on 10 May 1998.", THURSDAY, date(1998, 5, 10)),
    ("10 May 2025", "It fell on 10 May 1998.", THURSDAY, None),
    ("10 May 2025", "It fell in May.", THURSDAY, None),
    ("May 2025", "It fell on 10 May.", THURSDAY, date(2025, 5, 10)),
    ("2025", "It fell on 10 May.", None, None),
    ("April 2025", "It fell last month.", THURSDAY, date(2025, 4, 1)),
    ("April 2025", "It fell last month.", None, None),
    ("12 May 2025", "It fell on Monday.", THURSDAY, date(2025, 5, 12)),
    ("12 May 2025", "They will meet on Monday.", THURSDAY, None),
    ("12 May 2025", "It fell.", THURSDAY, None),
]


@pytest.mark.parametrize(("asked", "text", "published", "day"), TOLD)
def test_a_sentence_tells_of_the_days_asked_for(
    asked: str, text: str, published: date | None, day: date | None
) -> None:
    (quantity,) = quantities(asked)
    assert told_in(text, published, Period(quantity, quantity)) == day


def test_a_period_may_span_the_turn_of_the_year() -> None:
    first, last = quantities("from 28 December to 3 January 2025")
    assert bounds(Period(first, last), 2025) == (date(2024, 12, 28), date(2025, 1, 3))
