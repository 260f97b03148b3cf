"""The shipped doubles do what the ports promise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.ports import Quote
from assistant.testing.fakes import FakeCrossEncoder, FakeEmbedder, FakeStore, FakeWriter
from assistant.types import Document, Draft, Evidence, Filter, Plan, Span

EVIDENCE = Evidence(question="When?", passages=(), sentences=(), answerability=0.0)


@given(st.lists(st.text(), max_size=5))
def test_vectors_are_unit_and_repeatable(texts: list[str]) -> None:
    embeddings = FakeEmbedder().embed_documents(texts, [[Span(0, 2)]] * len(texts))
    assert len(embeddings) == len(texts)
    for text, (whole, parts) in zip(texts, embeddings, strict=True):
        assert (whole == FakeEmbedder().embed_query(text)).all()
        assert (parts == [FakeEmbedder().embed_query(text[:2])]).all()
        assert np.isclose(np.linalg.norm(whole), 1)
        assert whole.dtype == parts.dtype == np.float32


def test_shared_words_are_close() -> None:
    near, far = map(FakeEmbedder().embed_query, ["the truce of May", "a banana split"])
    question = FakeEmbedder().embed_query("When was the truce?")
    assert question @ near > question @ far


def test_fingerprints_name_the_dimension() -> None:
    assert FakeEmbedder(8).fingerprint != FakeEmbedder(16).fingerprint


def test_embedded_counts_documents_only() -> None:
    embedder = FakeEmbedder()
    embedder.embed_documents(["a", "b"], [[], []])
    embedder.embed_query("c")
    assert embedder.embedded == 2


def test_the_writer_says_its_pieces_and_remembers_the_evidence() -> None:
    writer = FakeWriter(["It was ", Draft(text="May [1].")])
    plan = Plan(question="When?", evidence=EVIDENCE)
    assert "".join(piece.text for piece in writer.write(plan) if isinstance(piece, Draft)) == "It was May [1]."
    assert writer.seen == [plan]


# --- a store and a cross-encoder

TRUCE = Document(source="news/truce.txt", title="Truce", published=date(2025, 5, 8), text="The truce came in May.")
FRUIT = Document(source="fruit.txt", title="Fruit", text="A banana is yellow. The banana harvest fell by half.")


def sources(store: FakeStore, ids: Iterable[str]) -> list[str]:
    return [stored.metadata.source for stored in store.fetch(list(ids))]


def test_store_finds_the_nearest_and_those_that_share_words() -> None:
    store = FakeStore([TRUCE, FRUIT])
    nearest = store.dense(FakeEmbedder().embed_query("banana harvest"), 10, Filter())
    assert sources(store, nearest) == ["fruit.txt", "news/truce.txt"]
    assert list(nearest.values()) == sorted(nearest.values(), reverse=True)
    assert sources(store, store.keyword("Which truces?", 10, Filter())) == ["news/truce.txt"]


def test_store_admits_only_what_the_filter_admits() -> None:
    store = FakeStore([TRUCE, FRUIT])
    vector = FakeEmbedder().embed_query("banana")
    assert sources(store, store.dense(vector, 10, Filter(sources=("news",)))) == ["news/truce.txt"]
    assert sources(store, store.keyword("banana truce", 10, Filter(since=date(2025, 1, 1)))) == ["news/truce.txt"]


def test_store_gives_verbatim_chunks_and_documents() -> None:
    store = FakeStore([TRUCE, FRUIT], size=8)
    found = store.fetch(["no such id", *store.keyword("banana", 10, Filter())])
    assert len(found) == 2
    for stored in found:
        assert FRUIT.text[stored.chunk.start : stored.chunk.end] == stored.chunk.text
        assert len(stored.statements) == len(stored.embedding.parts)
    assert (store.document("fruit.txt"), store.document("no.txt")) == (FRUIT, None)


def test_cross_encoder_takes_the_words_it_was_told_for_answers() -> None:
    store = FakeStore([FRUIT])
    (scores,) = FakeCrossEncoder("yellow").read("What colour?", store.fetch(list(store.keyword("banana", 1, Filter()))))
    assert scores.sentences.tolist() == [5, -5]
    assert scores.answers == ("yellow", "")


def test_cross_encoder_compares_by_the_answers_in_two_sentences() -> None:
    yellow, ripe, green, none = (Quote("", text) for text in ("It is yellow.", "Ripe: yellow.", "It is green.", "No."))
    found = FakeCrossEncoder("yellow", "green").compare("?", [(yellow, ripe), (yellow, green), (yellow, none)])
    assert [(pair.same_answer > 0.5, pair.contradiction > 0.5) for pair in found] == [
        (True, False),
        (False, True),
        (False, False),
    ]
