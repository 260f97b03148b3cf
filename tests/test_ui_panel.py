"""The panel: the marked words are the quoted ones, wherever they stand."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant.types import Span
from assistant.web import panel
from assistant.web.templates import clean
from tests.ui_values import TEXT, answer, citation, claim, document

TWO = answer(claim("One.", citation(1, "The fire began at noon.")), claim("Two.", citation(2, "Nobody was hurt.")))


@given(st.text(min_size=1), st.data())
def test_the_marked_words_are_those_of_the_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    faint = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=3))
    spans = tuple(Span(min(pair), max(pair)) for pair in faint)
    html = panel.document_html(document(text), Span(start, end), list(spans))
    marked = re.findall(r"<mark(?: id=\"quoted\")?>(.*?)</mark>", html, re.DOTALL)
    assert unescape("".join(marked)) == clean(text[start:end]) or any(s[0] in range(start, end) for s in spans)
    paper = html.split('role="document"')[1].split(">", 1)[1].rsplit("</div>", 1)[0]
    assert unescape(re.sub(r"</?(mark|div)[^>]*>", "", paper)) == clean(text)


def test_previous_and_next_lead_to_the_neighbours() -> None:
    html = panel.citation_html(TWO, "", 1, document())
    assert "Citation <b>1</b> of 2" in html
    assert 'data-markers="1 2" data-here="0"' in html
    assert '<button type="button" data-step="-1" disabled>' in html
    assert '<button type="button" data-step="1">' in html


def test_the_other_citations_of_the_document_are_marked_faintly() -> None:
    html = panel.citation_html(TWO, "", 1, document())
    assert '<mark class="faint">Nobody was hurt.</mark>' in html


@pytest.mark.parametrize(
    ("now", "why"), [(None, "no longer indexed"), (document(TEXT.upper()), "changed since")], ids=["gone", "changed"]
)
def test_what_was_quoted_outlives_its_document(now: object, why: str) -> None:
    html = panel.citation_html(TWO, "", 1, now)  # type: ignore[arg-type]
    assert why in html
    assert "The fire began at noon.</blockquote>" in html


def test_pages_are_told_apart() -> None:
    html = panel.document_html(document(pages=(0, 24)), Span(24, 51))
    assert re.findall(r">Page (\d)<", html) == ["1", "2"]
    assert "page 2" in html


def test_of_an_endless_document_only_the_part_around_the_quote_is_shown() -> None:
    text = "a" * 500_000 + "QUOTE" + "b" * 500_000
    html = panel.document_html(document(text), Span(500_000, 500_005))
    assert len(html) < 3 * panel.AROUND
    assert html.count("characters are not shown here") == 2


def test_the_panel_names_an_opinion_as_one() -> None:
    said = answer(claim("One.", citation(1, "noon", kind="opinion")))
    assert "</b> The Post, 8 May 2025, opinion<" in panel.sources_html(said, "")
    assert "The Post · opinion<" in panel.citation_html(said, "", 1, document(kind="opinion"))


def test_the_list_of_citations_warns_of_doubtful_ones() -> None:
    doubtful = claim("No.", citation(1, "noon"), support="partial", reason="dates differ")
    assert "Partly: dates differ" in panel.sources_html(answer(doubtful), "")
