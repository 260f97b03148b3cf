"""What questions and statements name, in the forms that are compared."""

import pytest

from assistant.query.parse import is_words
from assistant.retrieval.mentions import (
    asks_price,
    explains,
    item_asked,
    item_number,
    meaning_asked,
    opens_with_term,
    role_asked,
)


@pytest.mark.parametrize(
    ("question", "number"),
    [("What is rule 4?", "4"), ("What is the third step?", "3"), ("What does clause no. 12 say?", "12"), ("Who?", "")],
)
def test_the_number_of_an_item(question: str, number: str) -> None:
    assert item_asked(question) == number


@pytest.mark.parametrize(("text", "number"), [("4. Dogs sleep outside.", "4"), ("(2) Pay.", "2"), ("4 dogs", "")])
def test_the_number_that_an_item_begins_with(text: str, number: str) -> None:
    assert item_number(text) == number


@pytest.mark.parametrize(
    ("question", "statement", "opens"),
    [
        ("What is Kelp?", "Kelp sorts log files.", True),
        ("What does kelp do?", "Kelp sorts log files.", True),
        ("What is Kelp?", "Run Kelp to sort a file.", False),
        ("What are the opening hours?", "Opening hours", False),
    ],
)
def test_a_definition_begins_with_its_term(question: str, statement: str, opens: bool) -> None:
    assert opens_with_term(question, statement) is opens


def test_the_term_whose_meaning_is_asked_for() -> None:
    assert meaning_asked("What does MTTR stand for?") == {"mttr"}
    assert meaning_asked("What does the name Selkie mean?") == {"selki"}
    assert meaning_asked("What does error E4 on the new machine mean?") == frozenset()


@pytest.mark.parametrize(
    ("question", "role"),
    [("Who is the treasurer of the club?", "treasur"), ("Who's the head coach?", "coach"), ("Who won?", "")],
)
def test_the_role_whose_holder_is_asked_for(question: str, role: str) -> None:
    assert role_asked(question) == role


def test_a_price_is_asked_for_by_its_name() -> None:
    assert asks_price("What is the annual membership fee of the club?")
    assert not asks_price("What is the gate for?")


@pytest.mark.parametrize(
    ("message", "words"), [("north pier", True), ("Who leads?", False), ("list the members", False)]
)
def test_words_are_no_question(message: str, words: bool) -> None:
    assert is_words(message) is words


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("The Harbour Safety Board (HSB) met twice.", True),
        ("The HSB (Harbour Safety Board) met twice.", True),
        ("The HSB met twice (in May and June).", False),
        ("The HSB (3) met twice.", False),
    ],
)
def test_explains_a_term_beside_parentheses(text: str, explained: bool) -> None:
    assert explains(meaning_asked("What does HSB stand for?"), text) is explained
