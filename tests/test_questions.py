"""Questions are taken apart as their askers mean them, also when they are written carelessly."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.english.tokens import stems
from assistant.query.parse import AnswerType, parse_question
from assistant.query.split import MOST_PARTS, add_topic, split_questions

TYPES: list[tuple[str, AnswerType]] = [
    ("When was the truce agreed?", "date"),
    ("whens the truce end", "date"),
    ("which year", "date"),
    ("what time", "date"),
    ("At what hour did it begin?", "date"),
    ("Since when?", "date"),
    ("How long ago was it?", "date"),
    ("The bridge was opened in what year?", "date"),
    ("The man who built it died in what year?", "date"),
    ("Do you know when it ended?", "date"),
    ("how long it lasted", "duration"),
    ("For how many days did it hold?", "duration"),
    ("How soon after the truce did they talk?", "duration"),
    ("How many people who fled came back?", "number"),
    ("How much was paid?", "number"),
    ("How old is she?", "number"),
    ("How many years old is it?", "number"),
    ("What was the death toll?", "number"),
    ("number of wars since 1947", "number"),
    ("who said", "person"),
    ("Who says so?", "person"),
    ("Whom did they blame?", "person"),
    ("Whose idea was it?", "person"),
    ("According to whom did it end?", "person"),
    ("Who said when it would end?", "person"),
    ("Which scientist found it?", "person"),
    ("Where was it?", "place"),
    ("wheres the river", "place"),
    ("Which country won?", "place"),
    ("Why did they leave?", "reason"),
    ("how come they left", "reason"),
    ("What was the main reason?", "reason"),
    ("What reasons were given?", "reason"),
    ("What is the Line of Control?", "other"),
    ("What happened when it rained?", "other"),
    ("What did the man who won say?", "other"),
    ("How did it end?", "other"),
    ("Tell me about the river.", "other"),
    ("And China?", "other"),
    ("Is it over?", "yes-no"),
    ("Didn't they leave?", "yes-no"),
    ("didnt they leave when it rained", "yes-no"),
    ("Haven’t they met?", "yes-no"),
    ("So, was there a truce?", "yes-no"),
    ("Might it have been known who did it?", "yes-no"),
    ("It ended, didn't it?", "yes-no"),
    ("", "other"),
]


@pytest.mark.parametrize(("question", "expected"), TYPES, ids=[question for question, _ in TYPES])
def test_answer_type(question: str, expected: AnswerType) -> None:
    assert parse_question(question).answer_type == expected


OPTIONS = {
    "links": ("Did they meet in person or by phone?", ["person", "phone"]),
    "same link": ("Did it end on Friday evening or on 14 May?", ["friday evening", "14"]),
    "words": ("Was it red or blue?", ["red", "blue"]),
    "articles": ("Was it a boat or a ship?", ["boat", "ship"]),
    "subjects": ("Did India or Pakistan attack first?", ["india", "pakistan"]),
    "relative": ("Was it India or Pakistan that attacked first?", ["india", "pakistan"]),
    "three": ("Was it tea, coffee or milk?", ["tea", "coffe", "milk"]),
    "three with a comma": ("Was it tea, coffee, or milk?", ["tea", "coffe", "milk"]),
    "shared words": ("Was it the old bridge or the new bridge?", ["old", "new"]),
    "more or less": ("Is it more or less true?", []),
    "or not": ("Did they go or not?", []),
    "or so": ("Were there ten or so?", []),
    "or else": ("Was it him or someone else?", []),
    "clause": ("Did it hold, or had it been broken before?", []),
    "none": ("Did it hold?", []),
    "bare": ("or", []),
}


@pytest.mark.parametrize(("question", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_options(question: str, expected: list[str]) -> None:
    assert parse_question(question).options == tuple(frozenset(option.split()) for option in expected)


LISTS = {
    "which are": ("which are the main causes", True),
    "list": ("List the towns that were hit.", True),
    "name all": ("name all members", True),
    "reasons": ("What were the reasons?", True),
    "members": ("Who were the members?", True),
    "which plural": ("Which weapons did they fire?", True),
    "which plural of": ("Which side effects of the war have they noticed?", True),
    "all the": ("Who are all the guests?", True),
    "singular": ("Which weapon did they fire?", False),
    "has": ("What has formed the identity?", False),
    "does": ("What does it mean?", False),
    "yes-no": ("Did all the people leave?", False),
    "name of": ("Name of the river?", False),
    "who": ("Who was the member?", False),
}


@pytest.mark.parametrize(("question", "expected"), LISTS.values(), ids=LISTS)
def test_wants_list(question: str, expected: bool) -> None:
    assert parse_question(question).wants_list is expected


CONTENT = {
    "frame goes": ("In what year did the war end?", "war end"),
    "nothing but frame stays": ("What time?", "time"),
    "counted thing stays": ("How many people died?", "peopl die"),
    "contraction goes": ("Who's the leader?", "leader"),
}


@pytest.mark.parametrize(("question", "expected"), CONTENT.values(), ids=CONTENT)
def test_content(question: str, expected: str) -> None:
    assert parse_question(question).content == frozenset(expected.split())


WHOLE = [
    "What did India, Pakistan and China say?",
    "Did India and Pakistan agree?",
    "What was agreed between India and which country?",
    "Between which year and which year did it last?",
    "Who and where?",
    "Who met and why?",
    "When and where did they meet?",
    "How long and how deep is the lake?",
    "Which agreement was signed in 2003 and is still in force?",
    "Who founded the firm and is a lawyer?",
    "Which firm has two works and has the right to a third?",
    "Who led the army and was Prime Minister until 1977?",
    "Which families made wine and were Huguenots?",
    "Who is the man who led the army and who later became president?",
    "The lake was named after a king and what other person?",
    "I know that they left, but who stayed?",
    "Pakistan struck on 10 May. What did India say?",
    "Which worker was killed? I need the name.",
    "What did she mean by 'get up and do what I did'?",
    "Can you help me? Thanks!",
    "",
]


@pytest.mark.parametrize("question", WHOLE)
def test_one_question_stays_whole(question: str) -> None:
    assert split_questions(question) == (question,)


SEVERAL = {
    "asking words": "Who met, | and | where did they meet? | Why?",
    "but": "Who met | but | how long ago?",
    "first piece too short": "When and where did the officers meet, | and | who led them?",
    "later piece too short": "What happened, | and | when and where did they meet?",
    "determiner": "When did it end, | and | is the border open?",
    "pronoun": "When did it end | and | has it held?",
    "name": "Who signed, | and | did Pakistan withdraw?",
    "modal": "Who owns it, | and | can the workers buy it?",
    "yes-no first": "According to the report, did he resign | and | who came after him?",
    "order": "Tell me about the truce | and | when did it start?",
    "without courtesies": "Hello! I have a question. | Who won? | Really? | When? | Thanks!",
    "as a pronoun": "Did she want to stop, | and | did she really?",
}


@pytest.mark.parametrize("text", SEVERAL.values(), ids=SEVERAL)
def test_several_questions_part(text: str) -> None:
    left_out = {"and", "but", "Hello! I have a question.", "Really?", "Thanks!"}
    parts = tuple(piece.rstrip(",") for piece in text.split(" | ") if piece not in left_out)
    assert split_questions(text.replace(", | ", ", ").replace(" | ", " ")) == parts


@given(st.integers(2, 3 * MOST_PARTS), st.sampled_from(["? ", ", and "]))
def test_no_question_is_lost(count: int, link: str) -> None:
    asked = [f"who won {number}" for number in range(count)]
    parts = split_questions(link.join(asked) + "?")
    assert len(parts) == min(count, MOST_PARTS)
    assert all(question in " ".join(parts) for question in asked)


TOPICS = {
    "actor only": ("what did Indian officials say?", "what did Indian officials say about the raid?"),
    "after and": ("And how did the US army respond?", "how did the US army respond to the raid?"),
    "own topic": ("what did Indian officials say about the dam?", "what did Indian officials say about the dam?"),
    "pronoun": ("what did they do?", "what did they do?"),
    "no actor": ("who said so?", "who said so?"),
}


@pytest.mark.parametrize(("part", "expected"), TOPICS.values(), ids=TOPICS)
def test_a_part_without_a_topic_takes_that_of_the_one_before(part: str, expected: str) -> None:
    assert add_topic(part, "How did they describe the raid: what did Pakistan's army say") == expected


def test_names_are_capitals_and_figures_after_the_first_word() -> None:
    parts = parse_question("Did Pakistan and the US sign in 1972? How?")
    assert parts.names == {"pakistan", "us", "1972"}


@given(st.text() | st.lists(st.sampled_from("who when or a , ? is not which years in the A 5".split())).map(" ".join))
@example(", a or b")
def test_any_text_is_a_question(text: str) -> None:
    parts = parse_question(text)
    assert parts.text == text
    assert parts.content <= parts.all_stems == frozenset(stems(text))
    assert len(parts.options) != 1
    assert all(parts.options)
