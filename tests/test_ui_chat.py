"""How exchanges are drawn, and how a stream of pieces becomes one."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("markupsafe", reason="the extra 'chat' is not installed")
from assistant import Assistant, Settings
from assistant.conversations import Conversation, Exchange
from assistant.testing.fakes import FakeEmbedder, FakeWriter
from assistant.types import Delta, Trace
from assistant.web import chat
from tests.ui_values import answer, citation, claim, conflict

EVIL = "<script>x</script><a href=javascript:x>![i](http://evil)"


def shown(*exchanges: Exchange) -> str:
    conversation = Conversation()
    for exchange in exchanges:
        conversation = conversation.put(exchange.model_copy(update={"after": conversation.last}))
    return str(chat.conversation_html(conversation))


def test_a_chip_names_outlet_and_date_and_carries_the_quote() -> None:
    cited = citation(2, "It was out after six hours.", page=7)
    html = shown(Exchange(question="When?", answer=answer(claim("Six hours later.", cited))))
    assert 'data-marker="2" data-byline="The Post, 8 May 2025, page 7" data-quote="It was out after six hours."' in html
    assert "<b>2</b><span>The Post, 8 May 2025, page 7</span>" in html


def test_an_attribution_is_not_said_twice() -> None:
    cited = citation(1, "It was out after six hours.")
    html = shown(Exchange(question="When?", answer=answer(claim("It was out.", cited, byline=cited.label))))
    assert '<span class="who">The Post, 8 May 2025</span>' in html
    assert "<b>1</b></button>" in html


@pytest.mark.parametrize(("support", "label"), [("partial", "Only in part"), ("unsupported", "Not borne out")])
def test_a_doubt_is_said_in_words(support: str, label: str) -> None:
    doubtful = claim("Never.", support=support, reason="numbers differ")  # type: ignore[arg-type]
    html = shown(Exchange(question="When?", answer=answer(doubtful)))
    assert f'<p class="claim {support}"' in html
    assert f"<b>{label}</b>: numbers differ" in html


def test_what_the_documents_do_not_hold_stands_below_what_they_do() -> None:
    html = shown(Exchange(question="?", answer=answer(claim("At noon."), unanswered=("Who won?",))))
    assert html.index("At noon.") < html.index('missing" dir="auto">Not in the documents: Who won?')


def test_sides_of_a_conflict_keep_their_order_and_dates() -> None:
    newer, older = citation(1, "noon", published=date(2025, 6, 1)), citation(2, "six", published=date(2025, 5, 1))
    html = shown(
        Exchange(
            question="When?",
            answer=answer(claim("At noon.", newer), conflicts=(conflict(("12", newer), ("6", older)),)),
        )
    )
    assert re.findall(r'side-date">([^<]*)<', html) == ["1 June 2025", "1 May 2025"]


def test_a_refusal_names_what_was_searched_and_quotes_the_nearest() -> None:
    near = (citation(1, "Rain fell.", "Rain fell."), citation(2, "Snow fell.", "Snow fell."))
    html = shown(Exchange(question="q", answer=answer(nearest=near, trace=Trace(question="searched"))))
    assert "<q>searched</q>" in html
    assert re.findall(r"<b>([^<]+)</b><span>", html) == ["Rain fell.", "Snow fell."]


def test_an_interview_is_named_as_one_wherever_it_speaks() -> None:
    spoken = citation(1, "noon", kind="interview", publisher="The Post " * 6)
    other = conflict(("12", spoken), ("6", citation(2, "six")))
    html = shown(Exchange(question="When?", answer=answer(claim("noon.", spoken, byline=spoken.label))))
    assert f'<span class="who">{spoken.byline}, interview</span>' in html
    assert re.search(r'data-byline="The Post [^"]*…, interview"', html)
    html = str(chat.conflict_html(other, ""))
    assert re.findall(r'side-who">[^<]*?(, \w+)?<', html) == [", interview", ""]


def test_nothing_that_is_written_becomes_markup() -> None:
    cited = citation(1, EVIL, EVIL, title=EVIL, publisher=EVIL, source=EVIL)
    said = answer(
        claim(EVIL, cited, support="partial", reason=EVIL),
        conflicts=(conflict((EVIL, cited), (EVIL, cited)),),
        trace=Trace(question=EVIL, model=EVIL, notes=(EVIL,)),
    )
    html = shown(Exchange(question=EVIL, answer=said), Exchange(question=EVIL, note=EVIL, draft=EVIL))
    html += chat.growing_html(chat.Growing(Exchange(question=EVIL), (EVIL,), EVIL, EVIL))
    assert not re.search(r"<(script|a|img)\b", html)


@pytest.mark.parametrize(
    ("deltas", "checked", "draft", "thought"),
    [
        ([Delta(text="It w", verified=False), Delta(text="as", verified=False)], (), "It was", ""),
        ([Delta(text="It w", verified=False), Delta(text="It was. [1]", verified=True)], ("It was. [1]",), "", ""),
        ([Delta(text="Hm", verified=False, kind="thinking")], (), "", "Hm"),
        ([Delta(text="", verified=False, kind="waiting")], (), "", ""),
    ],
    ids=["drafts add up", "a checked sentence replaces its draft", "thoughts", "a sign of life"],
)
def test_a_growing_answer(deltas: list[Delta], checked: tuple[str, ...], draft: str, thought: str) -> None:
    growing = chat.Growing(Exchange(question="q"))
    for delta in deltas:
        growing = growing.with_delta(delta)
    assert growing[1:] == (checked, draft, thought)


@pytest.fixture
def assistant(index_dir: Path, tmp_path: Path) -> Assistant:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "ferry.txt").write_text("The ferry sails at seven.")
    opened = Assistant.open(
        Settings(index_dir=index_dir, answer_threshold=0),
        embedder=FakeEmbedder(),
        writer=FakeWriter(["It sails. "] * 3),
    )
    opened.index(folder)
    return opened


def test_the_last_thing_that_comes_is_the_exchange(assistant: Assistant) -> None:
    *growing, last = chat.answering(assistant, Exchange(question="When does the ferry sail?"), (), pace=0)
    assert isinstance(last, Exchange)
    assert last.answer
    assert all(isinstance(each, chat.Growing) for each in growing)


def test_updates_keep_their_pace(assistant: Assistant) -> None:
    assert len(list(chat.answering(assistant, Exchange(question="When does the ferry sail?"), (), pace=60))) == 1


@pytest.mark.parametrize(
    ("question", "note"), [("", "is empty"), ("x" * 5000, "at most 4,000")], ids=["empty", "endless"]
)
def test_an_error_becomes_a_note(assistant: Assistant, question: str, note: str) -> None:
    (only,) = chat.answering(assistant, Exchange(question=question), ())
    assert isinstance(only, Exchange)
    assert note in only.note
