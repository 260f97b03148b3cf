"""The shipped doubles do what the ports promise."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.fake import FakeEmbedder, FakeWriter
from assistant.types import Draft, Evidence

EVIDENCE = Evidence(question="When?", passages=(), sentences=(), answerability=0.0)


@given(st.lists(st.text(), max_size=5))
def test_vectors_are_unit_and_repeatable(texts: list[str]) -> None:
    vectors = FakeEmbedder().embed_documents(texts)
    assert vectors.shape == (len(texts), 64)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    for text, vector in zip(texts, vectors, strict=True):
        assert (FakeEmbedder().embed_query(text) == vector).all()


def test_shared_words_are_close() -> None:
    near, far = FakeEmbedder().embed_documents(["the truce of May", "a banana split"])
    question = FakeEmbedder().embed_query("When was the truce?")
    assert question @ near > question @ far


def test_fingerprints_name_the_dimension() -> None:
    assert FakeEmbedder(8).fingerprint != FakeEmbedder(16).fingerprint


def test_embedded_counts_documents_only() -> None:
    embedder = FakeEmbedder()
    embedder.embed_documents(["a", "b"])
    embedder.embed_query("c")
    assert embedder.embedded == 2


def test_the_writer_says_its_pieces_and_remembers_the_evidence() -> None:
    writer = FakeWriter(["It was ", Draft(text="May [1].")])
    assert "".join(draft.text for draft in writer.write(EVIDENCE)) == "It was May [1]."
    assert writer.seen == [EVIDENCE]
