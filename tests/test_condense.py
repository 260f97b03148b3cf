"""Follow-up questions become self-contained; questions that stand alone are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.tokens import STOPWORDS, words
from assistant.query.condense import condense_question
from assistant.types import Turn


def asked(*questions: str) -> list[Turn]:
    return [Turn(role="user", text=text) for text in questions]


def after(question: str, answer: str) -> list[Turn]:
    return [Turn(role="user", text=question), Turn(role="assistant", text=answer)]


@pytest.mark.parametrize(
    ("history", "question", "rewritten"),
    [
        pytest.param(
            ["Who met at the border?", "Where?"],
            "And when?",
            "When was it that somebody met at the border?",
            id="two-turns-back",
        ),
        pytest.param(
            ["Where did the ferry crash?"],
            "Who says so?",
            "Who said so, given that the ferry did crash?",
            id="who-says-so",
        ),
        pytest.param(
            ["How many soldiers were hurt?"],
            "Where?",
            "Where was it that the soldiers were hurt?",
            id="what-was-asked-for-stays",
        ),
        pytest.param(
            ["Who won the election?"],
            "How old is she?",
            "How old is she, given that somebody won the election?",
            id="the-answer-has-no-name-yet",
        ),
        pytest.param(
            ["A fire at the Lorvan works!"],
            "What did the firm pay?",
            "What did the firm pay, as for A fire and the Lorvan works?",
            id="a-noun-that-points-back",
        ),
        pytest.param(
            ["Who awarded the medal?"],
            "Who got that one?",
            "Who got that one, given that somebody awarded the medal?",
            id="that-one",
        ),
        pytest.param(
            ["Who awarded the medal?"],
            "How many?",
            "How many, given that somebody awarded the medal?",
            id="only-asking-words",
        ),
        pytest.param(
            ["When did Brannoch strike?"],
            "And did Keld?",
            "Did Keld, given that Brannoch did strike?",
            id="without-a-verb",
        ),
        pytest.param(
            ["Who awarded the medal?", "Thanks!"],
            "Who is the bride?",
            "Who is the bride, as for the medal?",
            id="thanks-between",
        ),
        pytest.param(
            ["Did India suspend a treaty?"],
            "What could that put in danger?",
            "What could that put in danger, given that India did suspend a treaty?",
            id="that-is-the-whole-clause",
        ),
        pytest.param(
            ["Who founded the bakery?"],
            "Summarise this document",
            "Summarise the document on the bakery?",
            id="this-document-by-its-topic",
        ),
    ],
)
def test_condense_question_carries_what_a_follow_up_lacks(history: list[str], question: str, rewritten: str) -> None:
    assert condense_question(question, asked(*history)) == rewritten


FERRY = after(
    "When did the ferry service to Lund Island start?",
    "Harbour Gazette, 3 May 2024: The ferry service to Lund Island started in 1954. [1]",
)
CLINIC = after("Who runs the Marlow clinic?", "Clinic handbook: The Marlow clinic is run by Dr. Ines Falk. [1]")
MUSEUM = after(
    "How many visitors did the museum have in 2021?", "Annual report: In 2021 the museum had 14,300 visitors. [1]"
)
WEIR = after("How long is the Heron weir?", "Heron weir: It is 84 metres long. [1]")
APPLES = after(
    "When does the Red Maud ripen?",
    "Orchard: There are two kinds of apple, the Red Maud and the Green Tansy, of which the first ripens in August. [1]",
)
COMPANY = after("Where was the Norrvik fair held?", "Fair news: The Norrvik fair was held in Tromsund. [1]")
MAYOR = after("Which minister resigned?", "Daily News: The minister, Tom Reuss, resigned on Monday. [1]")
REFUSED = after("Which medicine was recalled?", "Not in the documents.")
CRANES = after("Who buys the cranes?", "Harbour Post: The cranes are bought by the port of Ashel. [1]")
PIER = after("How long is the north pier?", "Harbour Post: The north pier is 90 metres long. [1]")
PLAN = after("What does Plan A cost?", "Plans: Plan A costs 19 euro. [1]")
WARRANTY = after("How long is the warranty of the D45?", "Norrvik: The warranty of the D45 is three years. [1]")
PRICES = after("What does the Heron double scull cost for a day?", "Boats: The Heron double scull costs 52 euro. [1]")
SAID = after("What did Mr Reuss say?", "Daily News: Mr Reuss said that Ms Ines Falk, the director, was late. [1]")
LAUNCH = after("Who built Aster-2?", "Daily News: Aster-2 was built by Kelm University. [1]")
BOARD = after("What did the board decide in March 2024?", "Minutes: The board decided to buy two boats. [1]")


@pytest.mark.parametrize(
    ("history", "question", "rewritten"),
    [
        (FERRY, "And when did it end?", "When did the ferry service to Lund Island end?"),
        (FERRY, "Are you sure?", "When did the ferry service to Lund Island start?"),
        (FERRY, "is that right", "When did the ferry service to Lund Island start?"),
        (FERRY, "Can you summarise that in one sentence?", "When did the ferry service to Lund Island start?"),
        (FERRY, "Which page is that on?", "When did the ferry service to Lund Island start?"),
        (FERRY, "explain that more", "Tell me more about Lund Island"),
        (FERRY, "Can you elaborate?", "Tell me more about Lund Island"),
        (FERRY, "who said so?", "Who said that the ferry service to Lund Island started in 1954?"),
        (FERRY, "says who", "Who said that the ferry service to Lund Island started in 1954?"),
        (FERRY, "What does this article say?", "What does “Harbour Gazette” say?"),
        (FERRY, "Is there a winter timetable?", "Is there a winter timetable?"),
        (CLINIC, "his phone number?", "What is Dr. Ines Falk's phone number?"),
        (CLINIC, "And her e-mail?", "What is Dr. Ines Falk's e-mail?"),
        (CLINIC, "Where did she study?", "Where did Dr. Ines Falk study, as for the Marlow clinic?"),
        (CLINIC, "Since when?", "Since when was it that Dr. Ines Falk runs the Marlow clinic?"),
        (CLINIC, "What are the opening hours of the pharmacy?", "What are the opening hours of the pharmacy?"),
        (MUSEUM, "and in 2022?", "How many visitors did the museum have in 2022?"),
        (MUSEUM, "What about 2019?", "How many visitors did the museum have in 2019?"),
        (MUSEUM, "And the year before?", "How many visitors did the museum have in 2020?"),
        (MUSEUM, "the following year?", "How many visitors did the museum have in 2022?"),
        (MUSEUM, "in March?", "How many visitors did the museum have in March 2021?"),
        (MUSEUM, "and the library?", "How many visitors did the museum have in 2021, and the library?"),
        (APPLES, "and the other one?", "When does the Green Tansy ripen?"),
        (APPLES, "When is the other one sold?", "When is the Green Tansy sold?"),
        (WEIR, "And the other weir?", "How long is the weir other than the Heron weir?"),
        (WEIR, "When was the other one finished?", "When was the weir other than the Heron weir finished?"),
        (COMPANY, "Who spoke there?", "Who spoke in Tromsund, as for the Norrvik fair?"),
        (MAYOR, "How old is he?", "How old is Tom Reuss?"),
        (REFUSED, "Why was it recalled?", "Why was the medicine recalled?"),
        (REFUSED, "cranes", "cranes"),
        (REFUSED, "How long is the pier?", "How long is the pier?"),
        (CLINIC + FERRY, "Where did she study?", "Where did Dr. Ines Falk study?"),
        (CLINIC + PIER, "What is her phone number?", "What is Dr. Ines Falk's phone number?"),
        (CLINIC + SAID, "And she?", "What did Ms Ines Falk say?"),
        (FERRY, "north pier", "north pier"),
        (FERRY, "How long will the promenade be?", "How long will the promenade be?"),
        (CRANES, "And when will they be taken down?", "When will the cranes be taken down?"),
        (CRANES, "the price?", "the price, as for the cranes?"),
        (PIER, "And the other one?", "How long is the south pier?"),
        (PIER, "What about the old one?", "How long is the old pier?"),
        (PLAN, "And the other plan?", "What does the other plan cost?"),
        (WARRANTY, "And the other one?", "How long is the warranty of the other one?"),
        (WARRANTY, "And the D60?", "How long is the warranty of the D60?"),
        (PRICES, "And the Grebe?", "What does the Grebe cost for a day?"),
        (SAID, "And she?", "What did Ms Ines Falk say?"),
        (LAUNCH, "How much does it weigh?", "How much does Aster-2 weigh?"),
        (BOARD, "What was the price?", "What was the price, as for the board and March 2024?"),
    ],
)
def test_condense_question_uses_the_answer_before(history: list[Turn], question: str, rewritten: str) -> None:
    assert condense_question(question, history) == rewritten


def test_condense_question_steps_from_month_to_month() -> None:
    before = asked("What was sold in December 2023?")
    assert condense_question("And the month after?", before) == "What was sold in January 2024?"
    assert condense_question("And the previous month?", before) == "What was sold in November 2023?"


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
        ("What happened in Kashmir?", "And in Punjab?", "What happened in Punjab?"),
        ("Will Mumm resign?", "And if they vote her out?", "Will Mumm resign, if they vote her out?"),
    ],
)
def test_condense_question_asks_a_fragment_within_the_question_before(
    before: str, question: str, rewritten: str
) -> None:
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
        ("Did the council fine Mr Giske?", "Did he appeal?", "Did Mr Giske appeal, as for the council?"),
    ],
)
def test_condense_question_replaces_pronouns(before: str, question: str, rewritten: str) -> None:
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
def test_condense_question_leaves_alone_what_is_whole(history: list[str], question: str) -> None:
    assert condense_question(question, asked(*history)) == question


def test_condense_question_gives_the_old_name_up_for_another() -> None:
    assert "Pakistan" not in condense_question("What about India?", asked("What did Pakistan say about the raid?"))


@given(st.lists(st.sampled_from(["Who won?", "ok", "Who said so?", "And in 2020?", "Where is it?"]), max_size=5))
def test_condense_question_carries_nothing_in_brackets(history: list[str]) -> None:
    assert "(" not in condense_question("And the other one?", asked(*history))


@given(st.text(), st.lists(st.text(), max_size=3))
def test_condense_question_loses_no_word_of_a_question(question: str, history: list[str]) -> None:
    asks = [word.text.lower() for word in words(question) if word.text.lower() not in STOPWORDS]
    rewritten = condense_question(question, asked(*history)).lower()
    assert all(word in rewritten for word in asks) or rewritten in [before.lower() for before in history]
