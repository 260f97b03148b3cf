"""Figures of different sources are compared when they count the same thing, and only then."""

from collections.abc import Sequence

import pytest

from assistant.answering.conflict import find_conflicts
from assistant.answering.thresholds import Thresholds
from assistant.query.parse import QuestionParts, parse_question
from assistant.types import ConflictCandidate, Sentence


def conflicts(question: QuestionParts, sentences: Sequence[Sentence]) -> tuple[ConflictCandidate, ...]:
    return find_conflicts(question, sentences, Thresholds())


def said(*pairs: tuple[str, str]) -> list[Sentence]:
    return [
        Sentence(
            source=source,
            start=100 * i,
            end=100 * i + len(text),
            text=text,
            passage=1,
            score=-float(i),
            probability=0.9,
        )
        for i, (source, text) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("question", "one", "other", "values"),
    [
        pytest.param(
            "How many passengers were hurt?",
            "The collision hurt 12 passengers at the pier.",
            "The collision at the pier hurt nineteen passengers.",
            ("12", "nineteen"),
            id="number",
        ),
        pytest.param(
            "How long did the fighting last?",
            "The fighting along the border lasted four days.",
            "The fighting lasted two days along the border.",
            ("four days", "two days"),
            id="duration",
        ),
        pytest.param(
            "When did the bridge open?",
            "The bridge opened to traffic on 3 May 2021.",
            "The bridge opened to traffic on 5 May 2021.",
            ("3 May 2021", "5 May 2021"),
            id="date",
        ),
    ],
)
def test_different_values_for_one_thing_are_a_contrast(
    question: str, one: str, other: str, values: tuple[str, ...]
) -> None:
    (conflict_candidate,) = conflicts(parse_question(question), said(("a", one), ("b", other)))
    assert conflict_candidate.values == values
    assert [s.source for s in conflict_candidate.sentences] == ["a", "b"]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param(
            "How many passengers were hurt?",
            "The collision hurt 12 passengers at the pier.",
            "The collision at the pier hurt twelve passengers.",
            id="same-value-in-words",
        ),
        pytest.param(
            "How many were hurt?",
            "The collision hurt 12 passengers at the pier.",
            "The collision at the pier broke 3 windows.",
            id="counts-something-else",
        ),
        pytest.param(
            "How long did it last?",
            "The fighting lasted four days along the border.",
            "The festival in Graven lasted two days.",
            id="another-event",
        ),
        pytest.param(
            "How long was the strike?",
            "The tram strike lasted 3 days in Mereford.",
            "The tram strike in Mereford lasted 72 hours.",
            id="other-unit",
        ),
    ],
)
def test_what_merely_looks_different_is_none(question: str, one: str, other: str) -> None:
    assert conflicts(parse_question(question), said(("a", one), ("b", other))) == ()


def test_one_source_does_not_contradict_itself() -> None:
    text = ("a", "The collision hurt 12 passengers."), ("a", "The collision hurt 19 passengers.")
    assert conflicts(parse_question("How many passengers were hurt in the collision?"), said(*text)) == ()


def test_a_figure_the_question_names_is_not_what_differs() -> None:
    texts = ("a", "The 2003 agreement held for 20 years."), ("b", "The 2005 agreement held for 20 years.")
    assert conflicts(parse_question("Did the 2003 agreement hold for 20 years?"), said(*texts)) == ()


def test_three_sources_make_one_contrast_with_three_sides() -> None:
    texts = [(name, f"The collision hurt {n} passengers.") for name, n in (("a", 12), ("b", 19), ("c", 14))]
    (conflict_candidate,) = conflicts(parse_question("How many passengers were hurt in the collision?"), said(*texts))
    assert conflict_candidate.values == ("12", "19", "14")


def read(*answers: tuple[str, str, str]) -> list[Sentence]:
    """Sentences that the cross-encoder has read, with the answer it found in each."""
    plain = said(*((source, text) for source, text, _ in answers))
    return [s.model_copy(update={"answer": a}) for s, (*_, a) in zip(plain, answers, strict=True)]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param(
            "Who was steering the Lady Ansa?",
            ("Captain Lena Storrow was at the wheel of the Lady Ansa.", "Captain Lena Storrow"),
            ("A trainee, Nils Abery, was steering the Lady Ansa.", "Nils Abery"),
            id="who",
        ),
        pytest.param(
            "Where did the fire start?",
            ("The fire began in the drying room.", "the drying room"),
            ("The blaze began in the solvent store.", "the solvent store"),
            id="where",
        ),
        pytest.param(
            "Did a trainee steer the ferry?",
            ("A trainee steered the ferry that day.", "A trainee steered the ferry"),
            ("Holm Line denied that a trainee had steered the ferry.", "denied that a trainee had steered the ferry"),
            id="denial",
        ),
    ],
)
def test_answers_that_a_reader_found_can_disagree(question: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    (conflict_candidate,) = conflicts(parse_question(question), read(("a", *one), ("b", *other)))
    assert [s.source for s in conflict_candidate.sentences] == ["a", "b"]


def test_two_wordings_of_one_answer_agree() -> None:
    one = ("a", "Captain Lena Storrow was at the wheel.", "Captain Lena Storrow")
    other = ("b", "The ferry was steered by Capt. Storrow.", "Capt. Storrow")
    assert conflicts(parse_question("Who steered the ferry?"), read(one, other)) == ()


def test_a_rounded_figure_agrees_with_the_exact_one() -> None:
    one = ("a", "The union counted 297 strikers at the gate.", "297")
    other = ("b", "About 300 strikers stood at the gate.", "About 300")
    assert conflicts(parse_question("How many strikers were there?"), read(one, other)) == ()


def test_what_the_reader_does_not_take_for_an_answer_contradicts_nothing() -> None:
    sure, unsure = read(
        ("a", "Captain Lena Storrow was at the wheel.", "Captain Lena Storrow"),
        ("b", "Nils Abery sells bread.", "Nils Abery"),
    )
    sentences = [sure, unsure.model_copy(update={"probability": 0.1})]
    assert conflicts(parse_question("Who was at the wheel?"), sentences) == ()


def test_a_source_that_gives_two_figures_hides_no_other_source() -> None:
    sentences = said(
        ("a", "The collision hurt 12 passengers at the pier."),
        ("a", "Later the collision at the pier was said to have hurt 19 passengers."),
        ("b", "The collision at the pier hurt 19 passengers."),
    )
    (conflict_candidate,) = conflicts(parse_question("How many passengers did the collision hurt?"), sentences)
    assert [s.source for s in conflict_candidate.sentences] == ["a", "b"]


def test_a_denial_before_the_answer_counts() -> None:
    one, other = said(
        ("a", "The ministry has confirmed the strike on the harbour."),
        ("b", "The ministry has not confirmed the strike on the harbour."),
    )
    sentences = [s.model_copy(update={"answer": "confirmed the strike"}) for s in (one, other)]
    (conflict_candidate,) = conflicts(
        parse_question("Has the ministry confirmed the strike on the harbour?"), sentences
    )
    assert [s.source for s in conflict_candidate.sentences] == ["a", "b"]
