"""Conversations to take away: as JSON, Markdown and HTML."""

from __future__ import annotations

import base64
import io

import docx
import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant.conversations import Conversation, Exchange
from assistant.web.export import as_word, exported, notes
from tests.ui_values import answer, citation, claim

EVIL = "<script>x</script> ![i](http://evil) [l](javascript:x)"
SAID = answer(claim("At noon.", citation(1, "The fire began at noon.")))
TALK = Conversation().put(Exchange(question="When did it\nbegin?", answer=SAID))


def test_json_reads_back_the_same() -> None:
    assert Conversation.model_validate_json(exported(TALK, "json")) == TALK


def test_markdown_has_question_answer_and_quote() -> None:
    text = exported(TALK, "md")
    assert "## When did it begin?" in text
    assert "At noon. [1]" in text
    assert "1. The Post, 8 May 2025 (fire.md): “The fire began at noon.”" in text


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_refusal_that_is_taken_away_names_the_nearest_documents(form: str) -> None:
    refusal = answer(nearest=(citation(1, "Rain fell.", "Rain fell."),))
    text = exported(Conversation().put(Exchange(question="When?", answer=refusal)), form)  # type: ignore[arg-type]
    assert text.count("Rain fell.") == 1


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_is_taken_away_runs_nothing(form: str) -> None:
    said = answer(claim(EVIL, citation(1, EVIL, EVIL, title=EVIL), support="unsupported", reason=EVIL))
    text = exported(Conversation().put(Exchange(question=EVIL, answer=said)), form)  # type: ignore[arg-type]
    assert "<script>x" not in text
    assert "\\[i\\](" in text if form == "md" else "default-src 'none'" in text


def test_word_holds_every_sentence_and_quote_and_runs_nothing() -> None:
    word = docx.Document(io.BytesIO(as_word(TALK)))
    texts = [paragraph.text for paragraph in word.paragraphs]
    for exchange in TALK.thread:
        assert " ".join(exchange.question.split()) in texts
        assert exchange.answer
        assert all(any(each.text in text for text in texts) for each in exchange.answer.claims)
        assert all(each.quote in texts for each in exchange.answer.citations)


def test_notes_become_a_word_document_with_their_quotations() -> None:
    made = notes({"text": "A draft.\n\n> It began at noon.\n\nThe Post (fire.md)\n\n"})
    word = docx.Document(io.BytesIO(base64.b64decode(made["data"])))
    paragraphs = [(each.text, each.style and each.style.name) for each in word.paragraphs]
    assert paragraphs == [("A draft.", "Normal"), ("It began at noon.", "Quote"), ("The Post (fire.md)", "Normal")]
