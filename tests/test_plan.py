"""What an answer quotes: few statements, each likely, and both sides of a conflict."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.plan import Limits, plan
from assistant.answering.thresholds import Thresholds
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.types import Block, Chunk, Document, DocumentMetadata, Evidence, Part, Passage, Plan, Sentence

COURIER = DocumentMetadata(source="a.md", title="Ferry", publisher="Courier", published=date(2025, 3, 12))
HERALD = DocumentMetadata(source="b.md", title="More hurt", publisher=None)


def sentence(metadata: DocumentMetadata, text: str, start: int, score: float) -> Sentence:
    place = {"source": metadata.source, "start": start, "end": start + len(text)}
    return Sentence(**place, text=text, passage=1, score=score, probability=max(0, score) / 10)


def evidence(question: str, *sentences: Sentence, summary: bool = False) -> Evidence:
    passages = tuple(
        Passage(chunk=Chunk(source=o.source, start=0, end=1, text="x"), metadata=o, score=1.0, rank=i)
        for i, o in enumerate((COURIER, HERALD), 1)
    )
    ranked = tuple(sorted(sentences, key=lambda s: -s.score))
    parts = (Part(question=question, answerability=0.9, sentences=ranked, summary=summary),)
    return Evidence(question=question, passages=passages, sentences=ranked, answerability=0.9, parts=parts)


def made(found: Evidence, max_words: int = 80, *documents: Document) -> Plan:
    return plan(found, Thresholds(), Limits(max_words), {d.source: d for d in documents}.get)


def texts(found: Evidence, max_words: int = 80) -> list[str]:
    return [quotation.best.shown for quotation in made(found, max_words).quotations]


def test_unlikely_sentences_are_left_out() -> None:
    found = evidence("Who?", sentence(COURIER, "It sank.", 0, 9.0), sentence(HERALD, "Bread is sold.", 0, 0.0))
    assert len(texts(found)) == 1


def test_sentences_of_two_sources_that_say_the_same_become_one_claim_with_two_quotes() -> None:
    said = "The collision at Port Vellan hurt twelve passengers"
    found = evidence("Who was hurt?", sentence(COURIER, f"{said}.", 0, 5.0), sentence(HERALD, f"{said} badly.", 7, 4.9))
    (quotation,) = made(found).quotations
    assert [quote.source for quote in quotation.sentences] == ["a.md", "b.md"]


def test_both_sides_of_a_conflict_are_quoted_however_unlikely_one_is() -> None:
    one = sentence(COURIER, "The collision hurt 12 passengers.", 0, 9.0)
    other = sentence(HERALD, "In all 19 passengers were hurt.", 0, 0.0).model_copy(update={"contradiction": 0.9})
    found = made(evidence("How many passengers were hurt?", one, other))
    assert len(found.conflicts) == 1
    assert [quotation.best.source for quotation in found.quotations] == ["a.md", "b.md"]


def test_each_offered_option_gets_its_best_sentence() -> None:
    phone, person = sentence(COURIER, "They spoke by phone.", 0, 9.0), sentence(HERALD, "They met in person.", 0, 1.0)
    assert len(texts(evidence("Did they meet in person or by phone?", phone, person))) == 2


def test_no_sentences_no_text() -> None:
    assert texts(evidence("What?")) == []


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(-5, 5)), min_size=1, max_size=12), st.integers(10, 120))
def test_the_word_limit_holds_but_for_the_first_sentence(shape: list[tuple[int, float]], max_words: int) -> None:
    given_ = [
        sentence(COURIER, " ".join(f"w{i}x{j}" for j in range(size)) + ".", 1000 * i, score)
        for i, (size, score) in enumerate(shape)
    ]
    sizes = [len(text.split()) for text in texts(evidence("What is w1x1 w2x1 w3x1?", *given_), max_words)]
    assert sum(sizes) <= max([max_words, *sizes]) or len(sizes) == 1


def test_a_summary_is_shown_whole_and_in_its_order() -> None:
    told = [
        sentence(COURIER, "The ferry struck the pier.", 90, 9.7),
        sentence(HERALD, "Divers came.", 0, 9.6),
        sentence(COURIER, "Rain fell.", 0, 9.5),
    ]
    assert texts(evidence("What happened on 12 March?", *told, summary=True)) == [s.text for s in told]


def test_a_denial_is_not_cited_for_what_it_denies() -> None:
    said = "The sprinklers in the paint works did"
    found = evidence(
        "Did they work?",
        sentence(COURIER, f"{said} work.", 0, 5.0),
        sentence(HERALD, f"{said} not work.", 7, 4.9),
    )
    assert [len(quotation.sentences) for quotation in made(found).quotations] == [1, 1]


@pytest.mark.parametrize(
    "other", ["Captain Ode Marr struck the pier on Monday", "Captain Ida Lund struck the pier on Friday"]
)
def test_another_name_or_day_is_another_statement(other: str) -> None:
    one = sentence(COURIER, "Captain Ida Lund struck the pier on Monday.", 0, 5.0)
    found = evidence("What happened?", one, sentence(HERALD, f"{other}.", 7, 4.9))
    assert all(len(quotation.sentences) == 1 for quotation in made(found).quotations)


def test_who_asks_who_is_told_whom_he_stands_for() -> None:
    before = sentence(COURIER, "Captain Lena Storrow was questioned.", 0, 0.1)
    said = sentence(COURIER, "The mist had hidden the pier, she said.", 37, 5.0)
    found = evidence("Who said that the pier was hidden by mist?", said, before)
    assert texts(found) == [before.text, said.text]
    assert len(texts(evidence("What was hidden by mist?", said, before))) == 1


def test_the_best_sentence_leads_whatever_its_place_in_the_document() -> None:
    first = sentence(COURIER, "Mount Brask is 2,310 metres high.", 0, 5.0)
    best = sentence(COURIER, "Mount Tey is the highest peak.", 40, 9.0)
    assert texts(evidence("Which is the highest peak?", first, best)) == [best.text, first.text]


@pytest.mark.parametrize(
    ("question", "first"),
    [("Which peak is higher?", "Tey"), ("Which is the lowest peak?", "Brask"), ("Which peak?", "Tey")],
)
def test_what_decides_a_comparison_comes_first(question: str, first: str) -> None:
    brask = sentence(COURIER, "Mount Brask is 1,310 metres high.", 0, 5.0)
    tey = sentence(COURIER, "Mount Tey is 2,842 metres high.", 40, 9.0)
    assert first in texts(evidence(question, brask, tey))[0]


def test_a_sentence_that_points_back_stays_behind_what_it_points_to() -> None:
    first = sentence(COURIER, "Agatha Pell planted the orchard.", 0, 5.0)
    best = sentence(COURIER, "She ran the orchard for years until 1954.", 40, 9.0)
    assert texts(evidence("Until when did Agatha Pell run the orchard?", first, best)) == [first.text, best.text]


def test_a_reason_is_shown_with_what_it_explains() -> None:
    wet = sentence(COURIER, "The well ran dry in 2018.", 0, 0.0)
    moved = sentence(COURIER, "As a result, the sheep were moved.", 26, 9.0)
    assert texts(evidence("Why were the sheep moved?", wet, moved)) == [wet.text, moved.text]
    boots = sentence(COURIER, "Visitors must wear boots.", 0, 9.0)
    mud = sentence(COURIER, "The reason is the mud.", 26, 0.0)
    assert texts(evidence("Why must visitors wear boots?", boots, mud)) == [boots.text, mud.text]


LIST = "Rules of the hut:\n- Take off your boots.\n- No candles.\n- Dogs sleep outside."


def hut() -> Document:
    items = [Block(kind="item", start=a, end=b, lead_in="Rules of the hut:") for a, b in ((20, 40), (43, 54), (57, 76))]
    return Document(source="a.md", title="Hut", text=LIST, blocks=(Block(kind="paragraph", start=0, end=17), *items))


def test_a_question_for_a_list_is_answered_with_all_its_items() -> None:
    best = Sentence(
        source="a.md", start=43, end=54, text=LIST[43:54], passage=1, score=9.0, probability=0.9, kind="item",
        context="Rules of the hut:",
    )  # fmt: skip
    found = evidence("What are the rules of the hut?", best)
    whole = made(found, 80, hut())
    assert [q.best.text for q in whole.quotations] == ["Take off your boots.", "No candles.", "Dogs sleep outside."]
    assert all(q.listed for q in whole.quotations)
    assert whole.omitted == 0
    cut = made(found, 1, hut())
    assert (len(cut.quotations), cut.omitted) == (1, 2)


def item(text: str, start: int, score: float) -> Sentence:
    return sentence(COURIER, text, start, score).model_copy(update={"kind": "item", "context": "Features:"})


def test_another_row_than_the_one_that_was_asked_for_is_left_out() -> None:
    clerk, solicitor = item("Mr A. Lorn, City Clerk", 0, 9.0), item("Ms J. Pryde, City Solicitor", 30, 5.0)
    assert texts(evidence("Who is the City Clerk?", clerk, solicitor)) == [clerk.text]


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Which features does the app not have?", ["Offline mode: no", "Cloud sync: no"]),
        ("Which features does the app have?", ["Dark theme: yes"]),
    ],
)
def test_of_features_that_are_told_with_yes_or_no_those_that_are_asked_for(question: str, shown: list[str]) -> None:
    rows = ("Offline mode: no", "Dark theme: yes", "Cloud sync: no")
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]
    blocks = tuple(
        Block(kind="item", start=a, end=a + len(row), lead_in="Features:") for a, row in zip(starts, rows, strict=True)
    )
    best = item(rows[0], starts[0], 9.0)
    document = Document(source="a.md", title="App", text=text, blocks=blocks)
    assert [q.best.text for q in made(evidence(question, best), 80, document).quotations] == shown


def test_a_refusal_names_the_nearest_statements() -> None:
    found = evidence("Who?", sentence(COURIER, "It sank.", 0, 1.0), sentence(HERALD, "It rained.", 0, 0.5))
    part = found.parts[0].model_copy(update={"answerability": 0.05})
    refused = made(found.model_copy(update={"answerability": 0.05, "parts": (part,)}))
    assert refused.quotations == ()
    assert [near.text for near in refused.nearest] == ["It sank.", "It rained."]


def test_what_may_answer_is_planned_for_a_model_alone() -> None:
    found = evidence("Who?", sentence(COURIER, "It sank.", 0, 1.0), sentence(HERALD, "It rained.", 0, 0.5))
    part = found.parts[0].model_copy(update={"answerability": 0.3})
    hesitant = made(found.model_copy(update={"answerability": 0.3, "parts": (part,)}))
    assert hesitant.hesitant
    assert hesitant.quotations != ()
    assert [near.text for near in hesitant.nearest] == ["It sank.", "It rained."]
    assert list(ExtractiveWriter().write(hesitant)) == []
