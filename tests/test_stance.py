"""Two answers to a yes-or-no question: whether one says yes and the other no."""

import pytest

from assistant.text.stance import differs, stance


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param("Was a ransom paid?", "A ransom was paid.", "No ransom was paid.", id="no"),
        pytest.param(
            "Did the company pay a ransom?",
            "The company paid a ransom.",
            "The company denied that it had paid a ransom.",
            id="denied-that",
        ),
        pytest.param(
            "Did the plane land at Ost?",
            "The plane landed at Ost.",
            "The plane did not land at Ost but at Velm.",
            id="not-but",
        ),
        pytest.param("Did the bus stop?", "The bus stopped.", "The driver failed to stop the bus.", id="failed-to"),
        pytest.param(
            "Did the ceasefire hold?",
            "The ceasefire held.",
            "Both sides violated the ceasefire within hours.",
            id="opposite",
        ),
        pytest.param("Is the witness dead?", "The witness is alive.", "The witness died on Friday.", id="alive"),
        pytest.param("Did they meet in person?", "They met in person.", "They spoke by phone.", id="by-phone"),
        pytest.param("Did they meet or phone each other?", "They met.", "It was a telephone call.", id="options"),
        pytest.param(
            "Were more than ten people hurt?",
            "Twelve people were hurt.",
            "Only four people were hurt.",
            id="more-than",
        ),
        pytest.param("Did he leave before noon?", "He left at 10 a.m.", "He left at 3 p.m.", id="before"),
        pytest.param(
            "Did the minister refuse to resign?",
            "The minister refused to resign.",
            "The minister did not refuse to resign.",
            id="question-denies",
        ),
    ],
)
def test_one_says_yes_and_the_other_no(question: str, one: str, other: str) -> None:
    assert differs(question, one, other) > 0.3


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        pytest.param("Was a ransom paid?", "No ransom was paid.", "A ransom was never paid.", id="both-no"),
        pytest.param(
            "Did the company pay a ransom?",
            "The company did not pay a ransom.",
            "The claim that a ransom was paid is untrue.",
            id="untrue",
        ),
        pytest.param(
            "Did the union give notice?",
            "It is not true that the union gave no notice.",
            "The union gave notice.",
            id="twice-denied",
        ),
        pytest.param("Was anyone hurt?", "No one was hurt.", "Nobody was injured in the fire.", id="other-words"),
        pytest.param("Is the bridge closed?", "The bridge is closed.", "The bridge is not open.", id="not-opposite"),
        pytest.param(
            "Were more than ten people hurt?", "Twelve people were hurt.", "Fifteen people were hurt.", id="both-more"
        ),
        pytest.param("Did the rain stop?", "The rain stopped.", "The rain did not stop until May.", id="not-until"),
        pytest.param("Did the mayor know?", "The mayor knew.", "Not only the mayor knew.", id="not-only"),
    ],
)
def test_both_say_the_same(question: str, one: str, other: str) -> None:
    assert differs(question, one, other) < 0


@pytest.mark.parametrize(
    ("sentence", "yes"),
    [
        ("The guards opened fire on the crowd.", True),
        ("The guards never opened fire.", False),
        ("He called it a lie that the guards opened fire.", False),
        ("She rejected claims that the guards had opened fire.", False),
        ("Nobody doubts that the guards opened fire.", True),
        ("The accusation that the guards opened fire was rejected.", False),
    ],
)
def test_what_a_sentence_says_to_the_question(sentence: str, *, yes: bool) -> None:
    assert (stance("Did the guards open fire?", sentence) > 0) is yes


def test_the_order_of_the_two_makes_no_difference() -> None:
    question, one, other = "Was the gate open?", "The gate stood open.", "The gate was shut all night."
    assert differs(question, one, other) == differs(question, other, one)


@pytest.mark.parametrize("text", ["", "?", "...", "не было", "not not not", "but that which"])
def test_any_text_has_a_score(text: str) -> None:
    assert -1 <= differs(text, text, "No.") <= 1
    assert -1 <= stance("Was it so?", text) <= 1
