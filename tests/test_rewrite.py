"""Follow-up questions become self-contained; questions that stand alone are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.tokens import STOPWORDS, words
from assistant.query.condense import condense_question
from assistant.types import Turn


def asked(*questions: str) -> list[Turn]:
    return [Turn(role="user", text=text) for text in questions]


@pytest.mark.parametrize(
    ("history", "question", "carried"),
    [
        pytest.param(["Who met at the border?", "Where?"], "And when?", ["met", "border"], id="two-turns-back"),
        pytest.param(["Where did the ferry crash?"], "Who says so?", ["ferry", "crash"], id="who-says-so"),
        pytest.param(["How many soldiers were hurt?"], "Where?", ["soldiers", "hurt"], id="what-was-asked-for-stays"),
        pytest.param(["Who won the election?"], "How old is she?", ["election"], id="the-answer-has-no-name-yet"),
        pytest.param(
            ["A fire at the Lorvan works!"], "What did the firm pay?", ["Lorvan"], id="a-noun-that-points-back"
        ),
        pytest.param(["Who awarded the medal?"], "Who got that one?", ["medal"], id="that-one"),
        pytest.param(["Who awarded the medal?"], "How many?", ["medal"], id="only-asking-words"),
        pytest.param(["Who awarded the medal?"], "And what did Ossolin say?", ["medal"], id="said-of-what"),
        pytest.param(["How big is Ostervik?"], "And how big is Hadrane's?", ["Ostervik"], id="whose-what"),
        pytest.param(["When did Brannoch strike?"], "And did Keld?", ["strike"], id="a-name-without-a-verb"),
        pytest.param(["Who awarded the medal?"], "Who is the bride?", ["medal"], id="of-what-was-asked-about"),
        pytest.param(["Who awarded the medal?", "Thanks!"], "Who says so?", ["medal"], id="thanks-between"),
        pytest.param(["Who awarded the medal?"], "Summarise this document?", ["medal"], id="this-document"),
        pytest.param(["Who awarded the medal?"], "What does the article say?", ["medal"], id="the-article"),
    ],
)
def test_what_a_follow_up_lacks_is_carried_over(history: list[str], question: str, carried: list[str]) -> None:
    rewritten = condense_question(question, asked(*history))
    assert rewritten.startswith(f"{question.rstrip('?')} (")
    assert all(word in rewritten for word in carried)


@pytest.mark.parametrize(
    ("before", "question", "rewritten"),
    [
        ("When was the ceasefire reached?", "And until when?", "Until when was the ceasefire reached?"),
        ("When did Mrs Quell found her firm?", "And where was that?", "Where did Mrs Quell found her firm?"),
        ("Is Lindgren a member of the council?", "since when?", "Since when is Lindgren a member of the council?"),
        ("What did Pakistan say about the raid?", "What about India?", "What did India say about the raid?"),
        ("What did Pakistan say about the raid?", "And the US?", "What did the US say about the raid?"),
        (
            "How did Keld react to the raid by Brannoch?",
            "What about Brannoch?",
            "How did Brannoch react to the raid by Keld?",
        ),
        ("How did Keld react to the raid by Brannoch?", "And Teplin?", "How did Teplin react to the raid by Brannoch?"),
        ("How did Keld and Brannoch react?", "And Teplin?", "How did Keld and Brannoch react, and Teplin?"),
        ("What is Keld's population?", "And Teplin?", "What is Teplin's population?"),
        (
            "Do Pakistanis want peace with India?",
            "but at any cost?",
            "Do Pakistanis want peace with India at any cost?",
        ),
        ("When did the boats arrive?", "And the cutter?", "When did the boats arrive, and the cutter?"),
        ("What happened in Kashmir?", "And in Punjab?", "What happened in Kashmir, and in Punjab?"),
        ("Will Mumm resign?", "And if they vote her out?", "Will Mumm resign, if they vote her out?"),
    ],
)
def test_a_fragment_is_asked_within_the_question_before(before: str, question: str, rewritten: str) -> None:
    assert condense_question(question, asked(before)) == rewritten


@pytest.mark.parametrize(
    ("before", "question", "rewritten"),
    [
        ("How did the tram strike end?", "Who brokered it?", "Who brokered the tram strike?"),
        ("What does the open letter ask for?", "Who wrote it?", "Who wrote the open letter?"),
        ("Who is Khalid Akram?", "Why does he think India won?", "Why does Khalid Akram think India won?"),
        ("Did Marek Ossolin retire?", "What is his wife's name?", "What is Marek Ossolin's wife's name?"),
        ("Which farmer was killed?", "How old was he?", "How old was the farmer killed?"),
        ("How many rafts failed?", "When were they made?", "When were the rafts failed made?"),
        ("Which prize did the Lorvan quartet win?", "What did they pay?", "What did the Lorvan quartet pay?"),
        ("What banner did the pupils hang out?", "Where is it now?", "Where is the banner the pupils hang out now?"),
        ("Did the council fine Mr Giske?", "Did he appeal?", "Did Mr Giske appeal (council)?"),
    ],
)
def test_a_pronoun_gives_way_to_what_it_stands_for(before: str, question: str, rewritten: str) -> None:
    assert condense_question(question, asked(before)) == rewritten


@pytest.mark.parametrize(
    ("history", "question"),
    [
        pytest.param([], "And until when?", id="nothing-before"),
        pytest.param(["When was the ceasefire reached?"], "Which village suffered the worst damage?", id="new-topic"),
        pytest.param(["Who won?"], "How many people signed the open letter to both governments?", id="long"),
        pytest.param(["Who won?"], "How many Orrevian troops lost their lives?", id="whose-is-told"),
        pytest.param(["Who won?"], "Did the brigade say it attacked the port?", id="it-is-told"),
        pytest.param(["Who won?"], "Were there still people missing at Tolna?", id="there-is-no-place"),
        pytest.param(["Who won?"], "How long did it take to repair the railway?", id="it-is-nothing"),
        pytest.param(["Who won?"], "Did the captain land on one engine or two?", id="one-is-a-number"),
        pytest.param(["Who won?"], "How many hit the plane that was damaged?", id="that-is-told"),
        pytest.param(["When was the ceasefire agreed?"], "Who is Akram?", id="who-is"),
        pytest.param(["When was the ceasefire agreed?"], "What is UNMOGIP?", id="what-is"),
        pytest.param(["When was the ceasefire agreed?"], "And who won the Saltmere election?", id="and-who"),
        pytest.param(["When was the ceasefire agreed?"], "What happened in Saltmere?", id="what-happened"),
        pytest.param(["When was the ceasefire agreed?"], "Tell me about Akram", id="tell-me"),
        pytest.param(["When was the ceasefire agreed?"], "Tell me about the dam.", id="tell-me-of-a-thing"),
        pytest.param(
            ["When was the ceasefire agreed?"], "Summarise the article on Osterby", id="which-article-is-told"
        ),
        pytest.param(["When was the ceasefire agreed?"], "Thanks!", id="thanks"),
        pytest.param(["When was the ceasefire agreed?"], "Great, thank you very much.", id="more-thanks"),
        pytest.param(["When was the ceasefire agreed?"], "ok", id="assent"),
        pytest.param(["When was the ceasefire agreed?"], "Okay, got it.", id="understood"),
    ],
)
def test_a_question_that_stands_alone_inherits_nothing(history: list[str], question: str) -> None:
    assert condense_question(question, asked(*history)) == question


def test_another_name_replaces_the_old_one() -> None:
    assert "Pakistan" not in condense_question("What about India?", asked("What did Pakistan say about the raid?"))


def test_only_the_users_turns_count() -> None:
    history = [Turn(role="user", text="Where is the dam?"), Turn(role="assistant", text="Brenholt Herald: It leaks.")]
    assert "Brenholt" not in condense_question("And who built it?", history)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_the_words_of_a_question_are_never_lost(question: str, history: list[str]) -> None:
    asks = [word.text.lower() for word in words(question) if word.text.lower() not in STOPWORDS]
    rewritten = condense_question(question, asked(*history)).lower()
    assert all(word in rewritten for word in asks)
