"""What an index in a folder and an index on a server have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Self

from assistant.index_config import IndexConfig
from assistant.ports import Embedder
from assistant.types import OnProgress, Value


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


class BaseIndex(ABC):
    """Makes its embedder when that is first needed, and is closed at the end of a ``with`` block."""

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
        """Let go of what is held; the index may be used again afterwards."""

    @abstractmethod
    def status(self) -> IndexStatus:
        """What is in the index; zeros where there is none."""

    def removed(self) -> tuple[Path, ...]:
        """Files that are still there and whose documents stay out; none where the next build takes them back."""
        return ()

    def unread(self) -> tuple[str, ...]:
        """Files that could not be read when they were indexed; none where that is not remembered."""
        return ()

    def readmit(self, path: Path) -> None:  # noqa: B027 - nothing to do where nothing stays out
        """Let the next build take in the document of a removed file again."""

    def fill_chroma(self, on_progress: OnProgress) -> None:  # noqa: B027 - not every index has one
        """Bring a Chroma collection that mirrors the index up to date, where there is one."""

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
