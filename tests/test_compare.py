"""Sentences of other sources are read beside the best one: who contradicts it, and who says the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.conflict import find_conflicts
from assistant.answering.thresholds import Thresholds
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.ports import Quote
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.pairwise import compare, rivals
from assistant.retrieval.rank import rank
from assistant.types import ConflictCandidate, Sentence
from tests.test_evidence import hits


def conflicts(question: QuestionParts, sentences: Sequence[Sentence]) -> tuple[ConflictCandidate, ...]:
    return find_conflicts(question, sentences, Thresholds())


PHONE = Quote("Talks. Daily", "The two generals spoke by telephone on Monday, the ministry said.")
CALLED = Quote("Call. Wire", "It was over the phone that the army chiefs conferred.")
OUTPOST = Quote("Border. Post", "The officers met in person at a border outpost, defence sources said.")
RAIN = Quote("Weather. Post", "Heavy rain fell along the border for three days.")


@pytest.fixture(scope="module")
def cross_encoder() -> MiniCrossEncoder:
    return MiniCrossEncoder.open()


def test_the_cross_encoder_tells_another_answer_from_another_topic(
    cross_encoder: MiniCrossEncoder,
) -> None:
    question = "How did the generals hold their talks?"
    other, same, beside_the_point = cross_encoder.compare(question, [(PHONE, OUTPOST), (PHONE, CALLED), (PHONE, RAIN)])
    assert other.same_answer + other.contradiction > 0.8
    assert same.same_answer + same.contradiction > 0.8
    assert beside_the_point.same_answer + beside_the_point.contradiction < 0.5


def test_figures_that_are_equal_do_not_contradict_each_other(embedder: MiniLM, cross_encoder: MiniCrossEncoder) -> None:
    question = parse_question("How many passengers were hurt?")
    texts = ("The crash hurt 12 passengers.", "Twelve passengers were hurt.", "19 passengers were hurt, a nurse said.")
    ranked = rank(question, embedder.embed_query(question.text), hits(embedder, *texts), cross_encoder)
    contradiction = {s.text: s.contradiction for s in compare(question, ranked, cross_encoder).sentences}
    best = ranked.sentences[0].text
    equal = [contradiction[text] for text in texts[:2] if text != best]
    assert best in texts[:2]
    assert equal == [0.0]
    assert (contradiction[texts[2]] or 0.0) > 0.1


def test_no_pairs_are_no_comparisons(cross_encoder: MiniCrossEncoder) -> None:
    assert cross_encoder.compare("How?", []) == []


def test_a_side_that_is_contradicted_is_shown(embedder: MiniLM, cross_encoder: MiniCrossEncoder) -> None:
    question = parse_question("How did the generals hold their talks?")
    found = hits(embedder, *(quote.text for quote in (PHONE, OUTPOST, RAIN)))
    ranked = compare(question, rank(question, embedder.embed_query(question.text), found, cross_encoder), cross_encoder)
    (conflict_candidate,) = conflicts(question, ranked.sentences)
    assert {sentence.source for sentence in conflict_candidate.sentences} == {"0.txt", "1.txt"}


sentences = st.lists(
    st.builds(
        Sentence,
        source=st.sampled_from("abcd"),
        start=st.integers(0, 1000),
        end=st.just(2000),
        text=st.just("It held."),
        passage=st.just(1),
        score=st.just(0.0),
        probability=st.floats(0, 1),
    ),
    min_size=1,
    unique_by=lambda s: (s.source, s.start),
)


@given(sentences)
def test_rivals_are_the_likeliest_of_other_sources(found: list[Sentence]) -> None:
    chosen = rivals(found)
    assert found[0].source not in {sentence.source for sentence in chosen}
    assert [s.probability for s in chosen] == sorted((s.probability for s in chosen), reverse=True)
    for sentence in found[1:]:
        assert sentence in chosen or all(
            sentence.probability <= other.probability for other in chosen if other.source == sentence.source
        )


def test_rivals_are_few_and_never_those_that_answer_nothing() -> None:
    def sentence(source: str, start: int, probability: float) -> Sentence:
        return Sentence(
            source=source, start=start, end=2000, text="It held.", passage=1, score=0.0, probability=probability
        )

    likely = [sentence(source, start, 0.9) for source in "bcdefgh" for start in range(20)]
    chosen = rivals([sentence("a", 0, 0.95), *likely, sentence("z", 0, 0.0)])
    assert 1 < len(chosen) < 10
    assert len({rival.source for rival in chosen}) > 1
    assert "z" not in {rival.source for rival in rivals([sentence("a", 0, 0.95), sentence("z", 0, 0.0)])}


@given(sentences, st.lists(st.floats(0, 1), min_size=1))
def test_only_what_contradicts_the_best_sentence_stands_against_it(found: list[Sentence], chances: list[float]) -> None:
    judged = [
        found[0],
        *(s.model_copy(update={"contradiction": chance}) for s, chance in zip(found[1:], chances, strict=False)),
    ]
    for conflict_candidate in conflicts(parse_question("Did it hold?"), judged):
        assert conflict_candidate.sentences[0] == judged[0]
        assert all((s.contradiction or 0) >= Thresholds().contradicts for s in conflict_candidate.sentences[1:])
