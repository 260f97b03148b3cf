"""Answers in other words agree; answers that cannot both be true differ, however wide their spans are."""

import pytest

from assistant.query.parse import parse_question
from assistant.retrieval.agreement import THRESHOLD, AnswerSpan, differs

AGREE = [
    ("How long did the siege last?", "The siege lasted [eleven weeks].", "After [77 days] the siege was lifted."),
    ("How long was the strike?", "The strike went on for [a month].", "It was over after [31 days]."),
    ("How long did they talk?", "It took [a quarter of an hour].", "They talked for [fifteen minutes]."),
    ("How heavy was the stone?", "It weighed [2.4 kilograms].", "The scales showed [2,412 grams]."),
    ("When did the ship sink?", "She sank [shortly after 5 a.m.] on Monday.", "At [05:07] the ship was gone."),
    ("What time did it come down?", "[At 9.42 on Monday evening] it fell.", "It appeared [at 21:42] over the fell."),
    ("Who found them?", "[Capt. Lena Storrow] found them.", "It was [the captain, Storrow], who saw them first."),
    ("How many shots were fired?", "He fired [a single shot].", "Witnesses heard [one shot]."),
    ("Where did the fire start?", "It began [in the boiler room].", "It broke out [next to the boiler]."),
    ("How many died?", "[About 1,200 people] died.", "The register has [1,187 names]."),
]
DIFFER = [
    ("How many passengers were hurt?", "The crash hurt [12 passengers].", "In all [nineteen] were hurt."),
    ("How long did the fighting last?", "It lasted [four days].", "It was over in [forty minutes]."),
    ("How long was the blade?", "The blade was [20 centimetres] long.", "The blade measured [12 centimetres]."),
    ("How fast were the gusts?", "The gusts reached [215 km an hour].", "They reached [198 km an hour]."),
    ("When was it signed?", "It was signed [in November 2022].", "It was signed [in March 2023]."),
    ("On which day did he call?", "He called [on Tuesday].", "He called [on Thursday]."),
    ("How many fell?", "[Nine soldiers] fell, not four.", "[Four soldiers] fell."),
    ("Who found them?", "[Lena Storrow] found them.", "They were found by a trainee mate, [Nils Abery]."),
    ("How were they told?", "They were told [by letter], not by phone.", "They were told [by phone]."),
]


def said(marked: str, wider: int = 0) -> AnswerSpan:
    before, rest = marked.split("[")
    start, end = len(before), len(before) + rest.index("]")
    for _ in range(wider):
        start = max(0, before.rstrip().rfind(" ") + 1)
        before = before[:start]
    return AnswerSpan(marked.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize("wider", [0, 1])
@pytest.mark.parametrize(("question", "one", "other"), AGREE)
def test_one_answer_in_other_words_is_no_difference(question: str, one: str, other: str, wider: int) -> None:
    assert differs(parse_question(question), said(one, wider), said(other)) < 0.5


@pytest.mark.parametrize("wider", [0, 1])
@pytest.mark.parametrize(("question", "one", "other"), DIFFER)
def test_answers_that_cannot_both_be_true_differ(question: str, one: str, other: str, wider: int) -> None:
    assert differs(parse_question(question), said(one, wider), said(other)) >= THRESHOLD


@pytest.mark.parametrize(("question", "one", "other"), AGREE + DIFFER)
def test_the_order_of_the_two_is_of_no_account(question: str, one: str, other: str) -> None:
    parts = parse_question(question)
    assert differs(parts, said(one), said(other)) == differs(parts, said(other), said(one))


def test_a_figure_just_beside_a_short_span_belongs_to_the_answer() -> None:
    parts = parse_question("How many soldiers died?")
    assert differs(parts, said("Four [soldiers] died."), said("[Nine soldiers] died.")) >= THRESHOLD
    assert differs(parts, said("Four [soldiers] died."), said("[4 soldiers] died.")) < 0.5


def test_a_figure_that_the_question_names_is_not_the_answer() -> None:
    parts = parse_question("How many of the 15 drones were shot down?")
    assert differs(parts, said("Of [15 drones 12] were shot down."), said("[A dozen] were shot down.")) < 0.5


def test_a_date_that_was_moved_is_no_longer_the_answer() -> None:
    moved = said("The meeting was [moved from 23 October to 30 October].")
    assert differs(parse_question("When is the meeting?"), said("It meets [on 23 October]."), moved) >= THRESHOLD


def test_empty_answers_are_no_error() -> None:
    assert 0 <= differs(parse_question("Who?"), AnswerSpan("", 0, 0), AnswerSpan("A man.", 0, 0)) <= 1
