"""What a question names must be what a statement is about."""

from datetime import date

import pytest

from assistant.query.parse import parse_question
from assistant.retrieval.binding import Subject, asked, mismatches, order_mismatches
from assistant.retrieval.mentions import header_asked, tells_hours
from assistant.types import DocumentMetadata


def found(question: str, text: str, context: str = "", title: str = "Notes", published: date | None = None) -> bool:
    """Whether ``text`` is found to be about something else than ``question`` names."""
    metadata = DocumentMetadata(source="notes.md", title=title, published=published)
    (found_,) = mismatches(asked(parse_question(question)), [Subject(text, context, "", text, metadata)])
    return bool(found_)


@pytest.mark.parametrize(
    ("question", "fits", "other"),
    [
        ("What does plan B cost?", "Plan B costs 14 euro.", "Plan A costs 19 euro."),
        ("Who opened #682?", "Ticket #682 was opened by Ann.", "Ticket #628 was opened by Una."),
        ("Who is the president?", "The president is Jiri Malek.", "The vice president is Hana Dvorska."),
        ("Who is the Co-PI?", "Dele Oyelaran is the Co-PI.", "Maren Lindqvist is the PI."),
        ("Who is the PI?", "Maren Lindqvist is the PI.", "Dele Oyelaran is the Co-PI."),
        ("Which dam cost 4.5 million dollars?", "It cost 4,523,000 dollars.", "It cost 2,810,400 dollars."),
        ("How many books were lent in 2022?", "In 2022 it lent 18,400 books.", "In 2023 it lent 21,750 books."),
        ("What made prices rise in the north?", "In the north they rose.", "In the south they rose."),
        ("Who did not vote?", "Marsh did not vote.", "Penn voted for the plan."),
        ("Who won the prize for music?", "The prize for music went to Asta.", "The prize for poetry went to Bo."),
        ("When does the pool open?", "It opens at seven.", "It closes at nine."),
        ("Who teaches Spanish A2?", "Spanish A2: Julio Barr.", "Spanish A1: Pilar Etx."),
        ("How heavy is the NH-30?", "The NH-30 weighs 2 kg.", "The NH-20 weighs 2 kg."),
        ("What was added in 3.1.0?", "3.1.0 added search.", "3.2.0 added a dark mode."),
        ("How long is the weir other than the Heron weir?", "The weir is long.", "The Heron weir is long."),
        ("What is for lunch on Saturday?", "Saturday: pea soup.", "Friday: tomato soup."),
        ("How deep is the basin?", "The basin has a depth of 2 metres.", "The basin is 25 metres long."),
        ("What does MTTR stand for?", "MTTR stands for mean time to repair.", "RPO stands for recovery point."),
        ("What is the third rule?", "3. Breakfast is at seven.", "5. Pay before noon."),
        ("When was the claim paid?", "Paid on: 3 May", "Paid on:"),
        ("Who is the treasurer?", "Vera keeps the books as treasurer.", "Hana is the secretary."),
    ],
)
def test_a_statement_about_something_else_is_told_from_one_that_fits(question: str, fits: str, other: str) -> None:
    assert not found(question, fits)
    assert found(question, other)


def test_what_is_asked_with_yes_or_no_may_be_denied() -> None:
    assert not found("Is Tomas Ek the chair?", "The vice chair is Tomas Ek.")


def test_a_word_before_an_article_is_no_role() -> None:
    assert not found("What is the license of the tool?", "The tool is released under the MIT license.")


def test_the_other_one_is_another_than_the_one_that_is_named() -> None:
    assert found("How much is the Stone loaf?", "The Harvest loaf costs 2 euro.")
    assert not found("How much is the Stone loaf, and the other one?", "The Harvest loaf costs 2 euro.")


def test_a_figure_that_the_table_is_about_is_no_other_figure() -> None:
    assert not found("How many cups did the Leafs win since 67?", "Leafs · Cups: 13", context="Cups since 67")


def test_the_context_of_a_statement_counts() -> None:
    assert not found("How many were there in 2022?", "Guides: 11", context="Staff in 2022")
    assert found("How many were there in 2022?", "Guides: 11", context="Staff in 2021")


def test_the_date_of_the_document_counts_where_the_statement_tells_none() -> None:
    decided = "The board decided to close the canteen."
    assert not found("What was decided in June 2024?", decided, published=date(2024, 6, 3))
    assert found("What was decided in May 2024?", decided, published=date(2024, 6, 3))


def test_one_of_two_alternatives_is_enough() -> None:
    assert not found("Is plan A or plan B cheaper?", "Plan B costs 14 euro.")


def test_a_name_that_another_candidate_has_is_missed() -> None:
    metadata = DocumentMetadata(source="notes.md", title="Notes")
    texts = ("Asta Quill works in Lervik.", "The employee works in Tarn.")
    subjects = [Subject(text, "", "", text, metadata) for text in texts]
    first, second = mismatches(asked(parse_question("Where does Asta Quill work?")), subjects)
    assert not first
    assert sum(mismatch.weight for mismatch in second) == 1.0


@pytest.mark.parametrize(
    ("question", "later"),
    [
        ("What was decided at the last meeting?", [True, False]),
        ("What was decided at the first meeting?", [False, True]),
        ("What was decided?", [False, False]),
        ("What happened last year?", [False, False]),
    ],
)
def test_the_latest_and_the_earliest_document(question: str, later: list[bool]) -> None:
    assert order_mismatches(question, [date(2024, 1, 15), date(2024, 6, 3)]) == later


@pytest.mark.parametrize(
    ("question", "fits", "other"),
    [
        ("When is the Year 4 trip?", "On 12 June Year 4 visits the farm.", "On 3 May Year 5 visits the mill."),
        ("When does the term end?", "The term ends on 18 July.", "The term starts on 22 April."),
        (
            "When does the autumn term begin?",
            "The autumn term begins in September.",
            "The summer term begins in April.",
        ),
        ("Is it open on Wednesdays?", "It is open Tuesday to Thursday.", "It is open Thursday to Saturday."),
        ("When can they come?", "We can come on 12 June.", "Can you come on 5 June?"),
    ],
)
def test_times_and_terms_are_those_that_are_asked_for(question: str, fits: str, other: str) -> None:
    assert not found(question, fits)
    assert found(question, other)


def test_what_was_asked_is_told_by_a_question() -> None:
    assert not found("What did Dora ask?", "Can you come on 5 June?")


def test_a_sum_of_money_names_no_form() -> None:
    assert found("When is the Year 4 trip?", "The coach leaves at nine. Bring £4.", title="Year 5 trip")


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("Who wrote the e-mail about the gate?", "From: Ada Roe <ada@x.example>"),
        ("To whom did Ada write?", "To: Bo Lund <bo@x.example>"),
        ("Who was copied on it?", "Cc: Cy Roth <cy@x.example>"),
        ("What is the subject of Ada's e-mail?", "Subject: The gate"),
        ("What was Ada's message about?", "Subject: The gate"),
        ("When was the letter sent?", "Date: Tue, 4 Jun 2024"),
    ],
)
def test_the_head_of_a_mail_answers_who_wrote_what_to_whom(question: str, line: str) -> None:
    lines = ["From: A <a@x.example>", "To: B <b@x.example>", "Cc: C", "Subject: S", "Date: 4 Jun 2024"]
    assert header_asked(question, line)
    assert sum(header_asked(question, other) for other in lines) == 1


def test_hours_of_days_between_two_are_told() -> None:
    hours = "Surgery hours: Monday to Friday 8.30 to 18.30"
    assert tells_hours("Is the practice open on Wednesday?", hours)
    assert tells_hours("Is it open on Mondays?", "Mondays: closed")
    assert not tells_hours("Is the practice open on Sunday?", hours)
    assert not tells_hours("When is the practice open?", hours)
