"""The corpus: where quotations stand, and which sentences a span touches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.eval import Corpus
from assistant.eval.corpus import covers
from assistant.types import Block, Document, Span

TEXT = "One bird sang. Two  birds\nflew off. One bird sang. The end (of it)."


@pytest.mark.parametrize(
    ("quote", "places"),
    [
        ("One bird sang.", ["One bird sang.", "One bird sang."]),
        ("Two birds flew", ["Two  birds\nflew"]),
        ("end (of it).", ["end (of it)."]),
        ("one bird", []),
        ("bird  sang", ["bird sang", "bird sang"]),
        (" ", []),
    ],
)
def test_locate_finds_every_place_of_a_quote(quote: str, places: list[str]) -> None:
    found = Corpus({"a": TEXT}).locate("a", quote)
    assert [TEXT[start:end] for start, end in found] == places


def test_an_unknown_source_has_no_sentences() -> None:
    assert Corpus({}).locate("a", "x") == ()
    assert Corpus({}).touched("a", (Span(0, 1),)) == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Span(0, 10), Span(5, 15), True),
        (Span(0, 10), Span(6, 16), False),
        (Span(0, 100), Span(40, 50), True),
        (Span(0, 10), Span(10, 20), False),
        (Span(0, 100), Span(98, 108), False),
    ],
    ids=["half", "less than half", "inside", "touching", "edge of a long one"],
)
def test_spans_are_about_the_same_text_from_half_of_the_shorter(one: Span, other: Span, expected: bool) -> None:
    assert covers(one, other) is covers(other, one) is expected


@given(st.text("ab .\n", max_size=60), st.integers(0, 60), st.integers(1, 30))
def test_any_span_of_a_text_is_located_in_it(text: str, start: int, length: int) -> None:
    quote = text[start : start + length]
    places = Corpus({"a": text}).locate("a", quote)
    assert bool(places) is bool(quote.strip())
    assert all(text[s:e].split() == quote.split() for s, e in places)


def test_touched_sentences_are_those_a_span_covers() -> None:
    corpus = Corpus({"a": TEXT})
    second = corpus.sentences("a")[1]
    assert corpus.touched("a", (second,)) == {("a", 1)}
    assert corpus.touched("a", (Span(0, len(TEXT)),)) == {("a", n) for n in range(len(corpus.sentences("a")))}


def test_sentences_take_a_row_or_an_item_as_one() -> None:
    text = "Two. Birds.\nrook | 3. 4\njay | 5"
    blocks = (
        Block(kind="paragraph", start=0, end=11),
        Block(kind="row", start=12, end=23),
        Block(kind="row", start=24, end=31),
    )
    corpus = Corpus({"a": Document(source="a", title="Birds", text=text, blocks=blocks)})
    assert [text[start:end] for start, end in corpus.sentences("a")] == ["Two.", "Birds.", "rook | 3. 4", "jay | 5"]


def test_publishers_are_those_of_the_documents() -> None:
    assert Corpus({"a": "Text."}).publishers == frozenset()
