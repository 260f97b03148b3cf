"""The extractive writer quotes few sentences, each with its source, and nothing else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.types import Chunk, ConflictCandidate, DocumentMetadata, Evidence, Part, Passage, Sentence

COURIER = DocumentMetadata(source="a.md", title="Ferry", publisher="Courier", published=date(2025, 3, 12))
HERALD = DocumentMetadata(source="b.md", title="More hurt", publisher=None)


def sentence(metadata: DocumentMetadata, text: str, start: int, score: float) -> Sentence:
    place = {"source": metadata.source, "start": start, "end": start + len(text)}
    return Sentence(**place, text=text, passage=1, score=score, probability=max(0, score) / 10)


def evidence(question: str, *sentences: Sentence, conflict_candidates: tuple[ConflictCandidate, ...] = ()) -> Evidence:
    passages = tuple(
        Passage(chunk=Chunk(source=o.source, start=0, end=1, text="x"), metadata=o, score=1.0, rank=i)
        for i, o in enumerate((COURIER, HERALD), 1)
    )
    ranked = tuple(sorted(sentences, key=lambda s: -s.score))
    parts = (Part(question=question, answerability=0.9, sentences=ranked),)
    return Evidence(
        question=question,
        passages=passages,
        sentences=ranked,
        answerability=0.9,
        parts=parts,
        conflict_candidates=conflict_candidates,
    )


def texts(found: Evidence, max_words: int = 80) -> list[str]:
    return [draft.text for draft in ExtractiveWriter(max_words).write(found)]


def test_the_best_sentence_stands_behind_its_publisher_and_date() -> None:
    best = sentence(COURIER, "The ferry struck\nthe pier.", 0, 5.0)
    assert texts(evidence("What happened?", best)) == ["Courier, 12 March 2025: The ferry struck the pier."]


def test_without_a_publisher_the_title_names_the_source() -> None:
    assert texts(evidence("What?", sentence(HERALD, "It sank.", 0, 1.0))) == ["More hurt: It sank."]


def test_unlikely_sentences_are_left_out() -> None:
    found = evidence("Who?", sentence(COURIER, "It sank.", 0, 9.0), sentence(HERALD, "Bread is sold.", 0, 0.0))
    assert len(texts(found)) == 1


def test_sentences_of_two_sources_that_say_the_same_become_one_claim_with_two_quotes() -> None:
    said = "The collision at Port Vellan hurt twelve passengers"
    found = evidence("Who was hurt?", sentence(COURIER, f"{said}.", 0, 5.0), sentence(HERALD, f"{said} badly.", 7, 4.9))
    (draft,) = ExtractiveWriter().write(found)
    assert [quote.source for quote in draft.quotes] == ["a.md", "b.md"]


def test_both_sides_of_a_contrast_are_quoted_however_unlikely_one_is() -> None:
    one, other = sentence(COURIER, "It hurt 12 people.", 0, 9.0), sentence(HERALD, "In all 19 were hurt.", 0, 0.0)
    conflict_candidate = ConflictCandidate(about="hurt", values=("12", "19"), sentences=(one, other))
    assert len(texts(evidence("How many?", one, other, conflict_candidates=(conflict_candidate,)))) == 2


def test_each_offered_option_gets_its_best_sentence() -> None:
    phone, person = sentence(COURIER, "They spoke by phone.", 0, 9.0), sentence(HERALD, "They met in person.", 0, 1.0)
    assert len(texts(evidence("Did they meet in person or by phone?", phone, person))) == 2


def test_no_sentences_no_text() -> None:
    assert texts(evidence("What?")) == []


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(-5, 5)), min_size=1, max_size=12), st.integers(10, 120))
def test_the_word_limit_holds_but_for_the_first_sentence(shape: list[tuple[int, float]], max_words: int) -> None:
    made = [
        sentence(COURIER, " ".join(f"w{i}x{j}" for j in range(size)) + ".", 1000 * i, score)
        for i, (size, score) in enumerate(shape)
    ]
    drafts = list(ExtractiveWriter(max_words).write(evidence("What is w1x1 w2x1 w3x1?", *made)))
    sizes = [len(draft.quotes[0].text.split()) for draft in drafts]
    assert sum(sizes) <= max([max_words, *sizes]) or len(sizes) == 1


def test_a_digest_is_shown_whole_and_in_its_order() -> None:
    told = [
        sentence(COURIER, "The ferry struck the pier.", 90, 9.7),
        sentence(HERALD, "Divers came.", 0, 9.6),
        sentence(COURIER, "Rain fell.", 0, 9.5),
    ]
    found = evidence("What happened on 12 March?", *told)
    digest = found.model_copy(update={"parts": (found.parts[0].model_copy(update={"digest": True}),)})
    assert [text.partition(": ")[2] for text in texts(digest)] == [s.text for s in told]


def test_a_denial_is_not_cited_for_what_it_denies() -> None:
    said = "The sprinklers in the paint works did"
    found = evidence(
        "Did they work?",
        sentence(COURIER, f"{said} work.", 0, 5.0),
        sentence(HERALD, f"{said} not work.", 7, 4.9),
    )
    drafts = list(ExtractiveWriter().write(found))
    assert [len(draft.quotes) for draft in drafts] == [1, 1]


@pytest.mark.parametrize(
    "other", ["Captain Ode Marr struck the pier on Monday", "Captain Ida Lund struck the pier on Friday"]
)
def test_another_name_or_day_is_another_statement(other: str) -> None:
    one = sentence(COURIER, "Captain Ida Lund struck the pier on Monday.", 0, 5.0)
    found = evidence("What happened?", one, sentence(HERALD, f"{other}.", 7, 4.9))
    assert all(len(draft.quotes) == 1 for draft in ExtractiveWriter().write(found))


def test_who_asks_who_is_told_whom_he_stands_for() -> None:
    before = sentence(COURIER, "Captain Lena Storrow was questioned.", 0, 0.1)
    said = sentence(COURIER, "The mist had hidden the pier, she said.", 37, 5.0)
    found = evidence("Who said that the pier was hidden by mist?", said, before)
    assert [text.partition(": ")[2] for text in texts(found)] == [before.text, said.text]
    assert len(texts(evidence("What was hidden by mist?", said, before))) == 1
