"""Embedding models on an Ollama server as embedders of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from assistant.models.ollama import Server
from assistant.ports import Embedding, Vectors
from assistant.types import Span


class InputFormat(NamedTuple):
    """What an embedding model expects before a question and before a document, and how many tokens it reads."""

    query: str = ""
    document: str = ""
    context: int = 2048


FORMATS: Mapping[str, InputFormat] = {
    "embeddinggemma": InputFormat("task: search result | query: ", "title: none | text: "),
    "nomic-embed-text": InputFormat("search_query: ", "search_document: "),
    "bge-m3": InputFormat(context=8192),
    "qwen3-embedding": InputFormat(
        "Instruct: Given a question, retrieve passages that answer the question\nQuery: ", context=8192
    ),
}
"""Input formats from the model cards, by the model's name without its tag; other models get plain texts."""


class OllamaEmbedder:
    """``ports.Embedder`` with an embedding model on an Ollama server. Parts of a text are embedded one by one."""

    def __init__(self, server: Server, model: str) -> None:
        self.server = server
        self.model = model
        self.format = FORMATS.get(model.rpartition("/")[2].partition(":")[0], InputFormat())
        # Verifying an answer embeds the same quotes several times.
        self._query = lru_cache(maxsize=4096)(self._embed_query)

    @cached_property
    def fingerprint(self) -> str:
        """Contains the digest of the model, since a tag can move to other weights. Raises ModelNotPulledError."""
        digest = self.server.find(self.model).digest.removeprefix("sha256:")[:16]
        inputs = hashlib.blake2b("\0".join(map(str, self.format)).encode(), digest_size=4).hexdigest()
        return f"ollama/{self.model}@{digest}/{inputs}"

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of the texts and of their parts, each of shape (dimension,). Raises BackendError."""
        cut = [[text[start:end] for start, end in spans] for text, spans in zip(texts, parts, strict=True)]
        flat = [self.format.document + text for text in chain(texts, *cut)]
        if not flat:
            return []
        vectors = self.server.embed(self.model, flat, self.format.context)
        found, at = [], len(texts)
        for whole, some in zip(vectors, cut, strict=False):
            found.append(Embedding(whole, vectors[at : at + len(some)]))
            at += len(some)
        return found

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, shape (dimension,). Raises BackendError."""
        return self._query(text)

    def _embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.server.embed(self.model, [self.format.query + text], self.format.context)[0]
        return vector
