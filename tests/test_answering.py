"""How an answer comes about, over doubles of all engines: what is asked of whom, and what of it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from assistant import NOT_IN_DOCUMENTS
from assistant.answering.answer import Engines, search, stream
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.answering.writers.generative import GenerativeWriter
from assistant.ports import Message, Writer
from assistant.settings import Settings
from assistant.testing.fakes import FakeChat, FakeCrossEncoder, FakeEmbedder, FakeStore, FakeWriter
from assistant.types import Answer, Delta, Document, Filter, Turn

COURIER = Document(
    source="courier.txt",
    title="Ferry strikes the pier",
    publisher="Vellan Courier",
    published=date(2025, 3, 12),
    text=(
        "A ferry struck the pier on Wednesday. The collision at Port Vellan hurt 12 passengers. "
        "Lena Storrow was at the wheel."
    ),
)
HERALD = Document(
    source="herald.txt",
    title="More hurt than first thought",
    publisher="Osterby Herald",
    published=date(2025, 3, 14),
    text="The collision at Port Vellan hurt 19 passengers. Divers will look at the hull next week.",
)
HURT = "How many passengers did the collision at Port Vellan hurt?"
WHEEL = "Who was at the wheel?"
EVERYWHERE = Filter()


def engines(
    *answers: str,
    documents: Sequence[Document] = (COURIER, HERALD),
    writer: Writer | None = None,
    reads: bool = True,
    **settings: object,
) -> Engines:
    """Doubles that hold ``documents`` and take ``answers`` for what answers."""
    return Engines(
        FakeStore(documents),
        FakeEmbedder(),
        writer or ExtractiveWriter(),
        Settings.model_validate(settings),
        FakeCrossEncoder(*answers) if reads else None,
    )


def model(says: Callable[[Sequence[Message]], str]) -> GenerativeWriter:
    return GenerativeWriter(FakeChat(says))


def answered(question: str, made: Engines, history: Sequence[Turn] = (), where: Filter = EVERYWHERE) -> Answer:
    *_, answer = stream(question, history, where, made)
    assert isinstance(answer, Answer)
    return answer


def test_stream_quotes_the_statement_that_the_cross_encoder_takes_for_an_answer() -> None:
    answer = answered(WHEEL, engines("Lena Storrow"))
    assert answer.outcome == "answered"
    assert [citation.quote for citation in answer.citations] == ["Lena Storrow was at the wheel."]
    assert answer.claims[0].support == "supported"


def test_stream_tells_two_documents_of_one_name_apart_by_their_files() -> None:
    minutes = [
        Document(source=f"{month}.md", title="Minutes", text=f"The pier closes in {month}. Nobody objected.")
        for month in ("march", "april")
    ]
    answer = answered("When does the pier close?", engines("closes in march", documents=minutes))
    assert answer.claims[0].byline == "Minutes (march.md)"


def test_stream_refuses_without_asking_the_writer_where_nothing_answers() -> None:
    writer = FakeWriter(["Lena Storrow was at the wheel [1]."])
    answer = answered("What is the boiling point of mercury?", engines(writer=writer))
    assert (answer.outcome, answer.text, answer.claims) == ("not_in_documents", NOT_IN_DOCUMENTS, ())
    assert answer.passages, "the nearest passages are shown all the same"
    assert writer.seen == []


@pytest.mark.parametrize("reads", [True, False], ids=["with a cross-encoder", "without"])
def test_search_ranks_the_statement_that_answers_first(reads: bool) -> None:
    evidence = search(WHEEL, EVERYWHERE, engines("Lena Storrow", reads=reads))
    assert evidence.sentences[0].text == "Lena Storrow was at the wheel."


def test_search_follows_the_cross_encoder_against_the_words() -> None:
    evidence = search("Who steered the ferry?", EVERYWHERE, engines("Lena Storrow"))
    assert evidence.sentences[0].text == "Lena Storrow was at the wheel."


def test_stream_shows_sources_that_disagree_side_by_side_newest_first() -> None:
    answer = answered(HURT, engines("12 passengers", "19 passengers"))
    assert answer.outcome == "conflicting"
    (conflict,) = answer.conflicts
    assert [(side.value, side.citation.publisher) for side in conflict.sides] == [
        ("19 passengers", "Osterby Herald"),
        ("12 passengers", "Vellan Courier"),
    ]


def test_stream_sees_no_conflict_where_the_sources_agree() -> None:
    same = HERALD.model_copy(update={"text": "The collision at Port Vellan hurt 12 passengers, a nurse said."})
    answer = answered(HURT, engines("12 passengers", documents=(COURIER, same)))
    assert (answer.outcome, answer.conflicts) == ("answered", ())


def test_stream_keeps_to_the_documents_that_the_filter_admits() -> None:
    answer = answered(HURT, engines("12 passengers", "19 passengers"), where=Filter(sources=("herald.txt",)))
    assert {passage.chunk.source for passage in answer.passages} == {"herald.txt"}
    assert answer.conflicts == ()


def test_stream_gives_the_text_of_the_answer_piece_by_piece() -> None:
    *pieces, answer = stream(HURT, (), EVERYWHERE, engines("12 passengers", "19 passengers"))
    assert isinstance(answer, Answer)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta) and piece.verified) == answer.text


def test_stream_condenses_a_follow_up_and_tells_how_it_was_read() -> None:
    history = (Turn(role="user", text="What happened to the ferry at the pier?"),)
    answer = answered("And who was at the wheel of it?", engines("Lena Storrow"), history)
    assert "ferry" in answer.trace.question
    assert answer.history == history


@pytest.mark.parametrize(("unsupported", "kept"), [("mark", ["unsupported"]), ("drop", [])])
def test_stream_marks_or_drops_what_a_model_invents(unsupported: str, kept: list[str]) -> None:
    writer = model(lambda _: "Lena Storrow was at the wheel [1]. She had been drinking whisky all night [1].")
    answer = answered(WHEEL, engines("Lena Storrow", writer=writer, unsupported=unsupported))
    assert [claim.support for claim in answer.claims] == ["supported", *kept]


def test_stream_quotes_the_documents_where_nothing_that_a_model_says_is_borne_out() -> None:
    answer = answered(WHEEL, engines("Lena Storrow", writer=model(lambda _: "The moon is made of cheese.")))
    assert [claim.support for claim in answer.claims] == ["supported"]
    assert answer.citations[0].quote == "Lena Storrow was at the wheel."
    assert any("they are quoted" in note for note in answer.trace.notes)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        ("Lena Storrow was at the wheel [1].", "answered"),
        (NOT_IN_DOCUMENTS, "not_in_documents"),
        ("Boris Petrov was at the wheel [1].", "not_in_documents"),
    ],
    ids=["verified", "declined", "invented"],
)
def test_stream_lets_a_verified_claim_decide_where_the_evidence_hesitates(says: str, outcome: str) -> None:
    answer = answered(WHEEL, engines("Lena Storrow", writer=model(lambda _: says), answer_threshold=1.0))
    assert answer.outcome == outcome
    assert bool(answer.nearest) == (outcome == "not_in_documents")


@pytest.mark.parametrize(("threshold", "offered"), [(0.4, False), (1.0, True)], ids=["sure", "hesitant"])
def test_stream_offers_a_model_the_refusal_only_where_the_evidence_hesitates(threshold: float, offered: bool) -> None:
    told: list[str] = []
    writer = model(lambda messages: told.append(messages[-1].text) or "Lena Storrow.")  # type: ignore[func-returns-value]
    answered(WHEEL, engines("Lena Storrow", writer=writer, answer_threshold=threshold))
    assert (NOT_IN_DOCUMENTS in told[0]) == offered


def test_stream_adds_what_answers_where_a_model_says_something_else_that_is_true() -> None:
    writer = model(lambda _: "The collision at Port Vellan hurt 12 passengers.")
    answer = answered(WHEEL, engines("Lena Storrow", writer=writer))
    assert [citation.quote for citation in answer.citations][-1] == "Lena Storrow was at the wheel."


def test_stream_times_each_step_and_the_first_word() -> None:
    answer = answered(WHEEL, engines("Lena Storrow", writer=model(lambda _: "Lena Storrow.")))
    first, total = answer.trace.seconds["first word"], answer.trace.seconds["total"]
    assert 0 < first <= total
    steps = {step: spent for step, spent in answer.trace.seconds.items() if step not in ("first word", "total")}
    assert list(steps) == ["understand", "retrieve", "rank", "plan", "write", "verify", "assemble"]
    assert sum(steps.values()) == pytest.approx(total)


def test_stream_adds_the_side_of_a_conflict_that_a_model_leaves_out() -> None:
    writer = model(lambda _: "The collision hurt 12 passengers.")
    answer = answered(HURT, engines("12 passengers", "19 passengers", writer=writer))
    assert answer.outcome == "conflicting"
    assert {citation.source for citation in answer.citations} == {"courier.txt", "herald.txt"}


def test_stream_cites_verbatim_whatever_the_writer() -> None:
    texts = {document.source: document.text for document in (COURIER, HERALD)}
    for writer in (ExtractiveWriter(), model(lambda _: "Twelve passengers were hurt, or nineteen [1][2].")):
        answer = answered(HURT, engines("12 passengers", "19 passengers", writer=writer))
        assert answer.citations
        for citation in answer.citations:
            assert texts[citation.source][citation.start : citation.end] == citation.quote
