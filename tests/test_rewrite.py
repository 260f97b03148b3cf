"""Follow-up questions become self-contained; questions that stand alone are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.rewrite import rewrite
from assistant.types import Turn


def asked(*questions: str) -> list[Turn]:
    return [Turn(role="user", text=text) for text in questions]


@pytest.mark.parametrize(
    ("history", "question", "carried"),
    [
        pytest.param(["When was the ceasefire reached?"], "And until when?", ["ceasefire", "reached"], id="ellipsis"),
        pytest.param(["Who is Khalid Taimur Akram?"], "Why does he think India attacked?", ["Akram"], id="pronoun"),
        pytest.param(["How did the tram strike end?"], "Who brokered it?", ["tram", "strike"], id="it"),
        pytest.param(["What did Pakistan say about the raid?"], "What about India?", ["raid"], id="what-about"),
        pytest.param(["Who met at the border?", "Where?"], "And when?", ["met", "border"], id="two-turns-back"),
        pytest.param(["Where did the ferry crash?"], "Who says so?", ["ferry", "crash"], id="who-says-so"),
    ],
)
def test_what_a_follow_up_lacks_is_carried_over(history: list[str], question: str, carried: list[str]) -> None:
    rewritten = rewrite(question, asked(*history))
    assert rewritten.startswith(question.rstrip("?"))
    assert all(word in rewritten for word in carried)


@pytest.mark.parametrize(
    ("history", "question"),
    [
        pytest.param([], "And until when?", id="nothing-before"),
        pytest.param(["When was the ceasefire reached?"], "Which village suffered the worst damage?", id="new-topic"),
        pytest.param(["Who won?"], "How many people signed the open letter to both governments?", id="long"),
    ],
)
def test_a_question_that_stands_alone_inherits_nothing(history: list[str], question: str) -> None:
    assert rewrite(question, asked(*history)) == question


def test_another_name_replaces_the_old_one() -> None:
    assert "Pakistan" not in rewrite("What about India?", asked("What did Pakistan say about the raid?"))


def test_only_the_users_turns_count() -> None:
    history = [Turn(role="user", text="Where is the dam?"), Turn(role="assistant", text="Brenholt Herald: It leaks.")]
    assert "Brenholt" not in rewrite("And who built it?", history)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_question_is_never_lost(question: str, history: list[str]) -> None:
    assert question.strip().rstrip("?. ") in rewrite(question, asked(*history))
