"""The shipped doubles do what the ports promise."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.testing.fakes import FakeEmbedder, FakeWriter
from assistant.types import Draft, Evidence, Plan, Span

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
