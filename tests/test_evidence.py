"""Sentences that answer come first, and the probability that one does follows what the documents hold."""

import numpy as np
import pytest

from assistant.english.sentences import split_sentences
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.ports import Hit, StoredChunk
from assistant.query.parse import parse_question
from assistant.retrieval.features import ANSWERABILITY_FEATURES, FEATURES, answerability_features, measure
from assistant.retrieval.rank import rank
from assistant.types import Chunk, DocumentMetadata, Statement

FERRY = (
    "The Lady Ansa struck the pier at Port Vellan at 7:40 a.m. Captain Lena Storrow was at the wheel. "
    "The crash happened because the reverse gear failed. Twelve passengers were hurt."
)
BAKERY = "The bakery on Mill Lane sells rye bread. Marta Olsen founded it in 1987."


def hits(embedder: MiniLM, *texts: str) -> list[Hit]:
    found = []
    for number, text in enumerate(texts):
        spans = split_sentences(text)
        said = tuple(Statement(*span) for span in spans)
        (embedding,) = embedder.embed_documents([text], [spans])
        chunk = Chunk(source=f"{number}.txt", start=0, end=len(text), text=text)
        found.append(
            Hit(StoredChunk(chunk, DocumentMetadata(source=f"{number}.txt", title="news"), said, embedding), 1.0)
        )
    return found


@pytest.mark.parametrize(
    ("question", "start"),
    [
        pytest.param("Who was at the wheel of the Lady Ansa?", "Captain Lena Storrow", id="who"),
        pytest.param("When did the ship hit the pier?", "The Lady Ansa struck", id="when"),
        pytest.param("How many passengers were injured?", "Twelve passengers", id="how-many"),
        pytest.param("Why did the crash happen?", "The crash happened because", id="why"),
        pytest.param("In which year was the bakery founded?", "Marta Olsen", id="which-year"),
    ],
)
def test_the_sentence_that_answers_comes_first(embedder: MiniLM, question: str, start: str) -> None:
    ranked = rank(parse_question(question), embedder.embed_query(question), hits(embedder, FERRY, BAKERY))
    assert ranked.sentences[0].text.startswith(start)


def test_answerability_tells_what_is_there_from_what_is_not(embedder: MiniLM) -> None:
    found = hits(embedder, FERRY, BAKERY)
    probability = {
        question: rank(parse_question(question), embedder.embed_query(question), found).answerability
        for question in ("Who was at the wheel of the Lady Ansa?", "What is the boiling point of mercury?")
    }
    held, absent = probability.values()
    assert held > 0.8 > 0.2 > absent


def test_passages_follow_their_best_sentence_and_the_likeliest_has_the_highest_chance(embedder: MiniLM) -> None:
    question = "What does the bakery sell?"
    ranked = rank(parse_question(question), embedder.embed_query(question), hits(embedder, FERRY, BAKERY))
    assert ranked.sentences[0].probability == max(s.probability for s in ranked.sentences) > 0.5
    assert ranked.hits[0].stored.chunk.text == BAKERY
    assert ranked.sentences[0].passage == 1


def test_a_sentence_two_passages_share_is_ranked_once(embedder: MiniLM) -> None:
    (first,) = hits(embedder, FERRY)
    ranked = rank(parse_question("Who was hurt?"), embedder.embed_query("Who was hurt?"), [first, first])
    assert len(ranked.sentences) == 4


def test_every_feature_has_its_place(embedder: MiniLM) -> None:
    question = "Who was hurt?"
    found = hits(embedder, FERRY)
    table = measure(parse_question(question), embedder.embed_query(question), found)
    assert table.rows.shape == (4, len(FEATURES))
    assert np.isfinite(table.rows).all()
    assert answerability_features(parse_question(question), table, 0, found).shape == (len(ANSWERABILITY_FEATURES),)


def test_nothing_found_answers_nothing(embedder: MiniLM) -> None:
    ranked = rank(parse_question("Who?"), embedder.embed_query("Who?"), [])
    assert (ranked.sentences, ranked.answerability) == ((), 0.0)


PAPERS = (
    "Captain Lena Storrow was at the wheel of the Lady Ansa, the harbour master said. The ferry is 30 years old.",
    "A trainee mate, Nils Abery, was steering the Lady Ansa, two sailors told the paper. Rain fell all day.",
)


@pytest.fixture(scope="module")
def cross_encoder() -> MiniCrossEncoder:
    return MiniCrossEncoder.open()


def test_the_cross_encoder_finds_what_words_alone_do_not(embedder: MiniLM, cross_encoder: MiniCrossEncoder) -> None:
    question = "Whose hands were on the helm of the ship?"
    ranked = rank(
        parse_question(question), embedder.embed_query(question), hits(embedder, FERRY, BAKERY), cross_encoder
    )
    assert ranked.sentences[0].text.startswith("Captain Lena Storrow")
    assert "Storrow" in ranked.sentences[0].answer


def test_the_cross_encoder_gives_each_source_its_own_answer(embedder: MiniLM, cross_encoder: MiniCrossEncoder) -> None:
    question = "Who was steering the Lady Ansa?"
    ranked = rank(parse_question(question), embedder.embed_query(question), hits(embedder, *PAPERS), cross_encoder)
    answers = {s.source: s.answer for s in reversed(ranked.sentences)}
    assert "Storrow" in answers["0.txt"]
    assert "Abery" in answers["1.txt"]


def test_the_cross_encoder_tells_a_near_miss_from_an_answer(embedder: MiniLM, cross_encoder: MiniCrossEncoder) -> None:
    found = hits(embedder, FERRY, BAKERY)
    probabilities = {
        question: rank(parse_question(question), embedder.embed_query(question), found, cross_encoder).answerability
        for question in ("Who founded the bakery on Mill Lane?", "Who sold the bakery on Mill Lane?")
    }
    held, missing = probabilities.values()
    assert 1 - missing > 1.5 * (1 - held)
