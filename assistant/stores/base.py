"""What an index in a folder and an index on a server have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Self

from assistant.index_config import IndexConfig
from assistant.ports import BuildTarget, Embedder, PassageStore
from assistant.types import IndexedDocument, IndexReport, OnProgress, Value


class IndexStatus(Value):
    """What is in an index, and where."""

    where: str
    documents: int
    chunks: int
    generation: int
    config: IndexConfig
    embedder: str | None
    roots: tuple[str, ...]
    bytes: int


def named(source: str, wanted: str) -> bool:
    """Whether ``wanted`` names the document ``source`` or a folder above it."""
    return source == wanted or source.startswith(wanted.rstrip("/") + "/")


class BaseIndex(PassageStore, BuildTarget, ABC):
    """What ``Assistant`` needs of an index: it can be searched, built, inspected and repaired.

    It makes its embedder when that is first needed, and is closed at the end of a ``with`` block.
    """

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        self._make_embedder = embedder
        self._made: Embedder | None = None
        self._mutex = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Close files and connections; the index may be used again afterwards."""

    @abstractmethod
    def status(self) -> IndexStatus:
        """What is in the index; zeros if there is no index."""

    @abstractmethod
    def documents(self) -> tuple[IndexedDocument, ...]:
        """The live documents, by source."""

    @abstractmethod
    def remove(self, source: str) -> IndexReport:
        """Take a document out of the index; its file stays. Raises DocumentError if the index does not have it."""

    @abstractmethod
    def verify(self) -> list[str]:
        """What is wrong with the index, one line for each problem."""

    @abstractmethod
    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Rebuild what can be rebuilt; returns the problems that only a build can solve."""

    def removed(self) -> tuple[Path, ...]:
        """Existing files whose documents stay out of the index; empty if the next build takes them in again."""
        return ()

    def unread(self) -> tuple[str, ...]:
        """Files, and pages of PDF files, that were not read; empty if the index does not store them."""
        return ()

    def readmit(self, path: Path) -> None:
        """Let the next build take in the document of a removed file again."""

    def fill_chroma(self, on_progress: OnProgress) -> None:
        """Bring the Chroma collection that mirrors the index up to date, if there is one."""

    @property
    def empty(self) -> bool:
        """Whether no document is in the index."""
        return not self.status().documents

    @property
    def _embedder(self) -> Embedder:
        with self._mutex:
            if self._made is None:
                self._made = self._make_embedder()
            return self._made
