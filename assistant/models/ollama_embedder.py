"""Embedding models on an Ollama server as embedders of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from assistant.models.ollama import Server
from assistant.models.vectors import embeddings
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
        return embeddings(texts, parts, lambda all_texts: self._embed(self.format.document, all_texts))

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, shape (dimension,). Raises BackendError."""
        return self._query(text)

    def _embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._embed(self.format.query, [text])[0]
        return vector

    def _embed(self, prefix: str, texts: Sequence[str]) -> Vectors:
        return self.server.embed(self.model, [prefix + text for text in texts], self.format.context)
