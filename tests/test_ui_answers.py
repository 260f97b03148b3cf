"""How exchanges are shown: claims under their bylines, chips, doubts, conflicts and refusals."""

from __future__ import annotations

import re
from datetime import date

import pytest

pytest.importorskip("jinja2", reason="the extra 'chat' is not installed")
from assistant.conversations import Conversation, Exchange
from assistant.types import Trace
from assistant.web.answers import Growing, conversation_html, growing_html, topic
from tests.ui_values import answer, citation, claim, conflict

EVIL = "<script>x</script><a href=javascript:x>![i](http://evil)"


def shown(*exchanges: Exchange) -> str:
    conversation = Conversation()
    for exchange in exchanges:
        conversation = conversation.put(exchange.model_copy(update={"after": conversation.last}))
    return str(conversation_html(conversation))


def test_chip_is_a_number_that_carries_byline_and_quote() -> None:
    cited = citation(2, "It was out after six hours.", page=7)
    html = shown(Exchange(question="When?", answer=answer(claim("Six hours later.", cited))))
    assert 'data-marker="2" data-byline="The Post, 8 May 2025, page 7" data-quote="It was out after six hours."' in html
    assert ">2</button>" in html


def test_consecutive_claims_of_one_source_stand_under_one_byline() -> None:
    one, two, three = (citation(n, quote) for n, quote in ((1, "noon"), (2, "six hours"), (3, "Nobody")))
    claims = (
        claim("At noon.", one, byline="The Post"),
        claim("Six hours.", two, byline="The Post"),
        claim("Nobody.", three, byline="The Mail"),
    )
    html = shown(Exchange(question="When?", answer=answer(*claims)))
    assert re.findall(r'class="who"[^>]*>([^<]*)<', html) == ["The Post", "The Mail"]


@pytest.mark.parametrize(("support", "label"), [("partial", "Partly"), ("unsupported", "Not supported")])
def test_doubt_is_said_in_words(support: str, label: str) -> None:
    doubtful = claim("Never.", support=support, reason="numbers differ")  # type: ignore[arg-type]
    html = shown(Exchange(question="When?", answer=answer(doubtful)))
    assert f'class="claim {support}"' in html
    assert f"<b>{label}</b>: numbers differ" in html


def test_unanswered_questions_stand_below_the_claims() -> None:
    html = shown(Exchange(question="?", answer=answer(claim("At noon."), unanswered=("Who won?",))))
    assert html.index("At noon.") < html.index('missing" dir="auto">Not in the documents: Who won?')


def test_conflict_comes_first_with_its_sides_in_order_and_its_sentences_folded_below() -> None:
    newer, older = citation(1, "noon", published=date(2025, 6, 1)), citation(2, "six", published=date(2025, 5, 1))
    said = answer(
        claim("At noon it was.", newer), claim("Rain fell."), conflicts=(conflict(("12", newer), ("6", older)),)
    )
    html = shown(Exchange(question="When?", answer=said))
    assert re.findall(r'side-date">([^<]*)<', html) == ["1 June 2025", "1 May 2025"]
    order = [
        html.index(text) for text in ("Sources disagree:", "Rain fell.", "The sentences in full", "At noon it was.")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("about", "expected"),
    [("When did it begin", "when did it begin?"), ("Who won?", "who won?"), ("Whale count", "Whale count")],
)
def test_topic_of_a_conflict_follows_a_colon(about: str, expected: str) -> None:
    cited = citation(1, "noon")
    assert topic(conflict(("12", cited), ("6", cited)).model_copy(update={"about": about})) == expected


def test_refusal_names_what_was_searched_and_quotes_the_nearest() -> None:
    near = (citation(1, "Rain fell.", "Rain fell."), citation(2, "Snow fell.", "Snow fell."))
    html = shown(Exchange(question="q", answer=answer(nearest=near, trace=Trace(question="searched"))))
    assert ">searched</q>" in html
    assert re.findall(r'<b dir="auto">([^<]+)</b><span', html) == ["Rain fell.", "Snow fell."]


def test_interview_is_named_as_one_wherever_it_speaks() -> None:
    spoken = citation(1, "noon", kind="interview")
    told = answer(claim("noon.", spoken, byline=spoken.label), claim("six.", citation(2, "six")))
    html = shown(Exchange(question="When?", answer=told))
    assert f'dir="auto">{spoken.byline}, interview</p>' in html
    assert 'data-byline="The Post, 8 May 2025, interview"' in html
    sides = answer(claim("x"), conflicts=(conflict(("12", spoken), ("6", citation(2, "six"))),))
    html = shown(Exchange(question="When?", answer=sides))
    assert re.findall(r'side-who">[^<]*?(, \w+)?<', html) == [", interview", ""]


@pytest.mark.parametrize(("model", "line"), [(None, "Quoted from your documents · 0.8 s"), ("m", "Written by m")])
def test_small_print_says_who_wrote(model: str | None, line: str) -> None:
    said = answer(claim("At noon."), trace=Trace(question="When?", model=model))
    assert line in shown(Exchange(question="When?", answer=said, seconds=0.8))


def test_unfinished_exchange_is_offered_again() -> None:
    html = shown(Exchange(question="When?"))
    assert "before this question was answered" in html
    assert 'data-do="again"' in html


def test_versions_lead_to_the_one_before_and_the_one_after() -> None:
    conversation = Conversation().asking("One?")
    first = conversation.put(conversation.thread[0].model_copy(update={"note": "Stopped.", "draft": "At"}))
    edited = first.asking_instead(first.last, "Eins?")
    html = str(conversation_html(edited))
    assert "2 of 2" in html
    assert f'data-do="version" data-exchange="{first.last}" aria-label="Previous version"' in html
    assert 'data-do="version"' not in conversation_html(conversation)


def test_nothing_that_is_written_becomes_markup() -> None:
    cited = citation(1, EVIL, EVIL, title=EVIL, publisher=EVIL, source=EVIL)
    said = answer(
        claim(EVIL, cited, support="partial", reason=EVIL, byline=EVIL),
        conflicts=(conflict((EVIL, cited), (EVIL, cited)),),
        trace=Trace(question=EVIL, model=EVIL, notes=(EVIL,)),
    )
    refused = answer(nearest=(cited,), trace=Trace(question=EVIL))
    html = shown(
        Exchange(question=EVIL, answer=said),
        Exchange(question=EVIL, answer=refused),
        Exchange(question=EVIL, note=EVIL, draft=EVIL),
    )
    html += growing_html(Growing(Exchange(question=EVIL), (EVIL,), EVIL, EVIL))
    assert not re.search(r"<(script|a|img)\b", html)
