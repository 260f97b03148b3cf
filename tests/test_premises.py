"""What a question takes for granted must be what a statement says."""

import pytest

from assistant.query.parse import parse_question
from assistant.retrieval.mentions import weekdays
from assistant.retrieval.premises import other_actor, unmet_premises


def weight(question: str, text: str, passage: str = "", around: str = "") -> float:
    """What it weighs that ``text`` does not say what ``question`` takes for granted."""
    return sum(each.weight for each in unmet_premises(parse_question(question), text, around, passage or text))


MILL = "The army stored grain there. In 1952 the parish bought the mill."


@pytest.mark.parametrize(
    ("question", "fits", "other"),
    [
        ("When did the parish buy the mill?", "In 1952 the parish bought the mill.", "In 1960 the army bought it."),
        ("Does the Tarn Light have a porch?", "The Tarn Light has a porch.", "The Basecamp XL has a porch."),
        ("Which languages does Dr Thorn speak?", "Dr Thorn speaks Dutch.", "Dr Amara Osei, director, speaks French."),
        ("Who built the weir?", "The weir was constructed by Rudd.", "The weir was opened by Hugh Lamb."),
        ("Who built the weir?", "Rudd finished it in 1951.", "The weir was finished in 1951."),
        ("When was the weir destroyed?", "It burned down in 1980.", "The weir was finished in 1951."),
        ("Who stole the mower?", "The mower was stolen by Bo Lund.", "The mower was stolen in June."),
        ("How much garlic is in it?", "2 cloves of garlic", "Serves 6."),
        ("Do you ship to Finland?", "We do not ship to Finland.", "We ship to Sweden and Denmark."),
    ],
)
def test_a_statement_with_another_premise_is_told_from_one_that_fits(question: str, fits: str, other: str) -> None:
    assert weight(question, fits) == 0
    assert weight(question, other) > 0


def test_a_rival_that_the_passage_names_weighs_more_than_another_word() -> None:
    bought = "In 1952 the parish bought the mill."
    assert weight("When did the army buy the mill?", bought, MILL) == 0.5
    assert weight("When did the council buy the mill?", bought, MILL) == 0.4


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("When did the army buy the mill?", "In 1952 it bought the mill.", id="pronoun"),
        pytest.param("When did Anna Kern resign?", "The mayor resigned in May.", id="name-and-role"),
        pytest.param("How many lives did it cost?", "Two died.", id="number"),
        pytest.param("How much time is it closed?", "It is closed for a fortnight.", id="time"),
        pytest.param("When does the Red Maud ripen, and the other one?", "The Green Tansy ripens late.", id="other"),
        pytest.param("Who built the mill?", "The mill was built in 1784 by the brothers Kell.", id="by"),
    ],
)
def test_other_words_for_the_same_are_no_other_premise(question: str, text: str) -> None:
    assert weight(question, text) == 0


def test_what_stands_around_a_statement_counts() -> None:
    assert weight("When did the Ostrey mill close?", "The wheel stopped in 1931.", around="The Ostrey mill") == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("Monday to Thursday", 4), ("Saturday – Monday", 3), ("on Mondays and Fridays", 2), ("open daily", 7), ("now", 0)],
)
def test_the_weekdays_of_a_text(text: str, count: int) -> None:
    assert len(weekdays(text)) == count


def test_a_statement_that_only_restates_what_is_asked_gives_no_reason() -> None:
    assert weight("Why is Kit on holiday?", "Kit is on holiday on Monday and Tuesday.") == 1.0
    assert weight("Why is Kit on holiday?", "Kit is on holiday to visit an aunt.") == 0
    told = "Kit is on holiday on Monday. This is because of a wedding."
    assert weight("Why is Kit on holiday?", "Kit is on holiday on Monday.", told) == 0


ENERGY = "The pool used less gas. Electricity use rose because of the sauna. Energy cost the town 214,000 euro."


@pytest.mark.parametrize(
    ("question", "text", "refuted"),
    [
        ("Why did gas use rise?", "Electricity use rose because of the sauna.", True),
        ("Why did electricity use rise?", "Electricity use rose because of the sauna.", False),
        ("How much did the sauna cost?", "Energy cost the town 214,000 euro.", True),
        ("How much did energy cost?", "Energy cost the town 214,000 euro.", False),
        ("How much did energy cost?", "It cost the town 214,000 euro.", False),
    ],
)
def test_a_statement_that_somebody_else_did_it_refutes_a_question(question: str, text: str, refuted: bool) -> None:
    assert (weight(question, text, ENERGY) > 0) == refuted
    assert other_actor(parse_question(question), text, "") == refuted
