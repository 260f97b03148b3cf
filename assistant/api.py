"""The only wiring: an Assistant is an index, an embedder and a writer behind a few verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant import answer as answering
from assistant.index.store import Index, IndexStatus
from assistant.ports import Embedder, Writer
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Delta,
    Document,
    Filter,
    IndexedDocument,
    IndexReport,
    OnProgress,
    Passage,
    Turn,
)

ANYWHERE = Filter()
"""Admits every document."""


class Assistant:
    """Answers questions about indexed documents. Made by ``Assistant.open``; safe to share between threads."""

    def __init__(self, settings: Settings, index: Index, embedder: Callable[[], Embedder], writer: Writer) -> None:
        self.settings = settings
        self._index = index
        self._open_embedder = embedder
        self._writer = writer

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        writer: Writer | None = None,
    ) -> Self:
        """An Assistant over ``settings.index_dir``, which need not exist yet.

        ``embedder`` and ``writer`` replace those that the recipe and the settings name.
        """
        settings = settings or Settings()
        load = (lambda: embedder) if embedder is not None else (lambda: _embedder(settings))
        index = Index.open(settings.index_dir, load)
        return cls(settings, index, load, writer or _writer(settings))

    def index(self, path: str | Path, on_progress: OnProgress | None = None) -> IndexReport:
        """Bring the index up to date with the folder or file ``path``: what is new, changed or gone there.

        Raises DocumentError when ``path`` is not there (nothing is deleted then), IndexLockedError while another
        process is writing. Files that cannot be read are listed in the report.
        """
        return self._index.sync(Path(path), on_progress)

    def remove(self, source: str) -> IndexReport:
        """Take one document out of the index; its file stays where it is."""
        return self._index.remove(source)

    def ask(self, question: str, history: Sequence[Turn] = (), where: Filter = ANYWHERE) -> Answer:
        """Answer ``question``; ``history`` is the conversation before it, ``where`` narrows the documents.

        Raises QuestionError for an empty or endless question, IndexMissingError and IndexStaleError.
        """
        (answer,) = (event for event in self.stream(question, history, where) if isinstance(event, Answer))
        return answer

    def stream(self, question: str, history: Sequence[Turn] = (), where: Filter = ANYWHERE) -> Iterator[Delta | Answer]:
        """The answer's text as it comes about, then the Answer that ``ask`` would return."""
        yield from answering.stream(question, history, where, self._engines)

    def search(self, question: str, limit: int = 10, where: Filter = ANYWHERE) -> tuple[Passage, ...]:
        """The ``limit`` passages that most likely answer ``question``, without writing an answer."""
        asked = answering.clean_question(question)
        engines = self._engines
        wide = engines.settings.model_copy(update={"passages": max(limit, engines.settings.passages)})
        return answering.search(asked, where, engines._replace(settings=wide))[1].passages[:limit]

    def documents(self) -> tuple[IndexedDocument, ...]:
        """What is indexed, by source."""
        return self._index.documents()

    def document(self, source: str) -> Document | None:
        """An indexed document with its full text."""
        return self._index.document(source)

    def status(self) -> IndexStatus:
        """How much is indexed, by which recipe, and where it lies."""
        return self._index.status()

    def verify(self) -> list[str]:
        """What is wrong with the index, one line a problem; nothing when all its parts agree."""
        return self._index.verify()

    def close(self) -> None:
        """Let go of the index's files."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _engines(self) -> answering.Engines:
        return answering.Engines(self._index, self._open_embedder(), self._writer, self.settings)


def ask(question: str, history: Sequence[Turn] = (), settings: Settings | None = None) -> Answer:
    """Answer one question: ``Assistant`` opened, asked once and closed."""
    with Assistant.open(settings) as assistant:
        return assistant.ask(question, history)


def _embedder(settings: Settings) -> Embedder:
    from assistant.backends.minilm import MiniLM

    return MiniLM.open(settings.weights_dir)


def _writer(settings: Settings) -> Writer:
    from assistant.write.extractive import ExtractiveWriter

    return ExtractiveWriter(settings.max_words)
