"""One question end to end over a real index: outcomes, citations, streams, and what a bad writer may do."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant import NOT_IN_DOCUMENTS, Answer, Assistant, Delta, Filter, Settings, Turn
from assistant.errors import IndexMissingError, IndexStaleError, QuestionError
from assistant.models.minilm import MiniLM
from assistant.ports import Writer
from assistant.testing.fakes import FakeWriter
from tests.stories import ASKED, write_documents


@pytest.fixture
def assistant(stories: Path, embedder: MiniLM) -> Iterator[Assistant]:
    with Assistant.open(Settings(index_dir=stories), embedder=embedder) as opened:
        yield opened


def by(stories: Path, embedder: MiniLM, writer: Writer) -> Assistant:
    return Assistant.open(Settings(index_dir=stories), embedder=embedder, writer=writer)


def assert_proven(answer: Answer, assistant: Assistant) -> None:
    for claim in answer.claims:
        assert claim.text in answer.text
    for number, citation in enumerate(answer.citations, 1):
        document = assistant.document(citation.source)
        assert document is not None
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.marker == number
        assert f"[{number}]" in answer.text


def test_an_answer_names_and_cites_its_source(assistant: Assistant) -> None:
    answer = assistant.ask("Who was at the wheel of the ferry?")
    assert answer.outcome == "answered"
    assert "Vellan Courier, 12 March 2025: Captain Lena Storrow was at the wheel of the ferry. [1]" in answer.text
    assert {claim.support for claim in answer.claims} == {"supported"}
    assert_proven(answer, assistant)


def test_sources_that_disagree_stand_side_by_side_newest_first(assistant: Assistant) -> None:
    answer = assistant.ask("How many passengers did the collision at Port Vellan hurt?")
    assert answer.outcome == "conflicting"
    (conflict,) = answer.conflicts
    assert [(s.value, s.citation.publisher) for s in conflict.sides] == [
        ("19 passengers", "Osterby Herald"),
        ("12 passengers", "Vellan Courier"),
    ]
    assert "Osterby Herald, 14 March 2025: 19 passengers [" in answer.text
    assert_proven(answer, assistant)


def test_what_the_documents_do_not_hold_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask("What is the boiling point of mercury?")
    assert (answer.outcome, answer.text) == ("not_in_documents", NOT_IN_DOCUMENTS)
    assert not answer.claims
    assert not answer.citations
    assert answer.passages, "the nearest passages are still shown"


@pytest.mark.parametrize(
    ("message", "reply"), [("thanks!", "You are welcome."), ("What can you do?", "Ask a question")]
)
def test_small_talk_gets_a_reply_and_no_search(assistant: Assistant, message: str, reply: str) -> None:
    answer = assistant.ask(message)
    assert answer.text.startswith(reply)
    assert (answer.outcome, answer.citations, answer.passages) == ("not_in_documents", (), ())


def test_a_message_that_is_no_question_finds_what_holds_its_words(assistant: Assistant) -> None:
    assert "Lena Storrow" in assistant.ask("Captain Storrow").text


def test_a_misspelled_name_is_read_as_the_documents_spell_it_and_told(assistant: Assistant) -> None:
    answer = assistant.ask("What was Capt Lena Storow steering, and when did Marta Osen found the bakrey?")
    assert answer.trace.notes[:3] == (
        'read "Storow" as "Storrow"',
        'read "Osen" as "Olsen"',
        'read "bakrey" as "bakery"',
    )
    assert "Marta Olsen founded the bakery in 1987." in answer.text
    assert "Storrow" in answer.trace.question
    assert_proven(answer, assistant)


def test_the_answer_threshold_decides_about_refusals(stories: Path, embedder: MiniLM) -> None:
    strict = Settings(index_dir=stories, answer_threshold=1.0)
    with Assistant.open(strict, embedder=embedder) as assistant:
        assert assistant.ask("Who was at the wheel of the ferry?").outcome == "not_in_documents"


def test_a_follow_up_is_searched_with_what_it_lacks(assistant: Assistant) -> None:
    first = assistant.ask("Who founded the bakery on Mill Lane?")
    answer = assistant.ask("And when?", history=first.turns())
    assert "bakery" in answer.trace.question
    assert "1987" in answer.text
    assert answer.question == "And when?"


def test_a_stream_gives_the_text_and_ends_with_the_answer(assistant: Assistant) -> None:
    *deltas, answer = assistant.stream("How many passengers did the collision at Port Vellan hurt?")
    assert isinstance(answer, Answer)
    assert "".join(d.text for d in deltas if isinstance(d, Delta) and d.verified) == answer.text


def test_a_filter_narrows_what_is_cited(assistant: Assistant) -> None:
    question = "How many passengers did the collision at Port Vellan hurt?"
    answer = assistant.ask(question, where=Filter(sources=("herald.md",)))
    assert {citation.source for citation in answer.citations} == {"herald.md"}


def test_search_returns_ranked_passages_without_an_answer(assistant: Assistant) -> None:
    passages = assistant.search("rye bread", limit=2)
    assert [passage.rank for passage in passages] == [1, 2]
    assert passages[0].metadata.source == "bakery.txt"


def test_answers_survive_json(assistant: Assistant) -> None:
    answer = assistant.ask("How many passengers did the collision at Port Vellan hurt?")
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_the_text_with_its_sources_is_what_str_gives(assistant: Assistant) -> None:
    shown = str(assistant.ask("Who founded the bakery?"))
    assert "] bakery (bakery.txt): “Marta Olsen founded the bakery in 1987.”" in shown


@pytest.mark.parametrize(
    ("said", "support"),
    [
        pytest.param("Captain Lena Storrow was at the wheel of the ferry. [1]", "supported", id="borne-out"),
        pytest.param("Captain Lena Storrow was at the wheel of the ferry.", "supported", id="no-marker"),
        pytest.param("The ferry was carrying 340 passengers. [1]", "unsupported", id="other-figure"),
        pytest.param("Captain Boris Petrov was at the wheel of the ferry. [1]", "unsupported", id="other-name"),
        pytest.param("Captain Lena Storrow was not at the wheel of the ferry. [1]", "partial", id="denied"),
        pytest.param("Whales sing in the deep ocean all winter. [1]", "unsupported", id="from-elsewhere"),
    ],
)
def test_a_writer_is_never_believed(stories: Path, embedder: MiniLM, said: str, support: str) -> None:
    writer = FakeWriter(["The ferry was carrying 211 passengers. [1] ", said])
    with by(stories, embedder, writer) as assistant:
        answer = assistant.ask("Who was at the wheel of the ferry?")
        assert [claim.support for claim in answer.claims] == ["supported", support]
        assert_proven(answer, assistant)


def test_an_answer_without_a_supported_sentence_is_a_refusal(stories: Path, embedder: MiniLM) -> None:
    with by(stories, embedder, FakeWriter(["Whales sing in the deep ocean all winter."])) as assistant:
        answer = assistant.ask("Who was at the wheel of the ferry?")
    assert answer.text == NOT_IN_DOCUMENTS
    assert [dropped.text for dropped in answer.trace.dropped] == ["Whales sing in the deep ocean all winter."]


@pytest.mark.parametrize(
    "question", ["", "  \n", "\x00\x00", "why " * 30_000], ids=["empty", "blank", "nul", "endless"]
)
def test_what_is_no_question_is_said_so(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match=r"`assistant "):
        assistant.ask(question)


def test_control_characters_are_no_part_of_a_question(assistant: Assistant) -> None:
    assert assistant.ask("Who founded\x00 the bakery?\x1b").question == "Who founded  the bakery?"


def test_without_an_index_there_is_a_cure(tmp_path: Path, embedder: MiniLM) -> None:
    missing = Settings(index_dir=tmp_path / "none")
    with Assistant.open(missing, embedder=embedder) as assistant:
        with pytest.raises(IndexMissingError, match="`assistant index build"):
            assistant.ask("Who?")
        with pytest.raises(IndexMissingError):
            assistant.search("Who?")


def test_a_deleted_document_is_never_cited_again(tmp_path: Path, embedder: MiniLM) -> None:
    documents = write_documents(tmp_path / "documents")
    with Assistant.open(Settings(index_dir=tmp_path / "index"), embedder=embedder) as assistant:
        assistant.index(documents)
        (documents / "bakery.txt").unlink()
        report = assistant.index(documents)
        answer = assistant.ask("Who founded the bakery on Mill Lane?", [Turn(role="user", text="Hello")])
    assert report.removed == ("bakery.txt",)
    assert all(passage.metadata.source != "bakery.txt" for passage in answer.passages)


def test_of_several_questions_the_one_without_an_answer_is_named(assistant: Assistant) -> None:
    answer = assistant.ask("Who was at the wheel of the ferry, and what is the boiling point of mercury?")
    assert answer.outcome == "partial"
    assert "Captain Lena Storrow" in answer.text
    assert answer.unanswered == ("what is the boiling point of mercury?",)
    assert answer.text.endswith("Not in the documents: what is the boiling point of mercury?")
    assert_proven(answer, assistant)


@pytest.mark.parametrize("change", ["deleted", "rewritten"])
def test_what_changes_while_an_answer_is_written_is_not_cited(tmp_path: Path, embedder: MiniLM, change: str) -> None:
    documents = write_documents(tmp_path / "documents")
    settings = Settings(index_dir=tmp_path / "index", writer="extractive")
    with Assistant.open(settings, embedder=embedder) as assistant, Assistant.open(settings, embedder=embedder) as other:
        other.index(documents)
        stream = assistant.stream(ASKED)
        next(stream)
        if change == "deleted":
            (documents / "courier.md").unlink()
        else:
            (documents / "courier.md").write_text("Nothing is said of it any more. Nobody knows who steered.")
        other.index(documents)
        with pytest.raises(IndexStaleError, match="Ask again"):
            list(stream)


def test_a_refusal_names_the_files_that_were_not_read(tmp_path: Path, embedder: MiniLM) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, data in (
        ("ferry.txt", b"The ferry leaves at nine."),
        ("a.pages", b"x"),
        ("b.docx", b"x"),
        ("~$b.docx", b"x"),
    ):
        (docs / name).write_bytes(data)
    settings = Settings(index_dir=tmp_path / "index", writer="extractive")
    with Assistant.open(settings, embedder=embedder) as assistant:
        assistant.index(docs)
        answer = assistant.ask("Who signed the lease of the mill?")
        assert (answer.outcome, answer.unread) == ("not_in_documents", ("a.pages", "b.docx"))
        assert str(answer).endswith("Not read: a.pages, b.docx. `assistant index build` says why.")
        assert not assistant.ask("When does the ferry leave?").unread


def test_a_refusal_names_the_pages_without_text(tmp_path: Path, embedder: MiniLM) -> None:
    docs, drawn = tmp_path / "docs", io.BytesIO()
    docs.mkdir()
    canvas = Canvas(drawn)
    for said in ("The ferry leaves at nine.", "", "It carries forty cars.", ""):
        canvas.drawString(72, 700, said)
        canvas.showPage()
    canvas.save()
    (docs / "ferry.pdf").write_bytes(drawn.getvalue())
    settings = Settings(index_dir=tmp_path / "index", writer="extractive")
    with Assistant.open(settings, embedder=embedder) as assistant:
        assistant.index(docs)
        answer = assistant.ask("Who signed the lease of the mill?")
        assert answer.unread == ("page 2 of ferry.pdf (no text)", "page 4 of ferry.pdf (no text)")
