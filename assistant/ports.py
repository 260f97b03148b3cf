"""The seams of the program: small Protocols that engines fulfil and ``backends/fake`` doubles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.types import Chunk, Document, Draft, Evidence, Filter, Origin

Vectors = NDArray[np.float32]
"""Row vectors of unit length, shape (n, dimension); a single vector has shape (dimension,)."""


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their closeness in meaning."""

    @property
    def fingerprint(self) -> str:
        """Name of exactly these weights and settings; vectors of different fingerprints never mix."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that will be searched, shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question, shape (dimension,)."""
        ...


class PassageStore(Protocol):
    """Searchable chunks. Only chunks of documents that are live now are ever returned."""

    def dense(self, vector: Vectors, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by cosine with ``vector``, best first, at most ``limit``."""
        ...

    def keyword(self, text: str, limit: int, where: Filter) -> Mapping[str, float]:
        """Chunk ids by BM25 with the words of ``text``, best first; scores are above 0, at most ``limit``."""
        ...

    def fetch(self, ids: Sequence[str]) -> Sequence[tuple[Chunk, Origin, Vectors]]:
        """The live chunks among ``ids``, in that order, each with its document's origin and its vector."""
        ...

    def document(self, source: str) -> Document | None:
        """The live document of that source, with its full text."""
        ...


class Writer(Protocol):
    """Writes a draft answer from evidence; what it claims is checked afterwards."""

    @property
    def name(self) -> str:
        """How the answer names its writer."""
        ...

    def write(self, evidence: Evidence) -> Iterator[Draft]:
        """The draft, piece by piece."""
        ...
