"""The only wiring: an Assistant is an index, an embedder and a writer behind a few verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self, overload

from pydantic import JsonValue

from assistant.answering import answer as answering
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.index_config import IndexConfig
from assistant.ingest.sync import WHOLE, Shard, sync, sync_documents
from assistant.ports import CrossEncoder, Describable, Embedder, GivenDocument, Writer
from assistant.query.understand import clean_question
from assistant.settings import Settings
from assistant.stores.base import IndexStatus
from assistant.stores.embedded import Index
from assistant.types import (
    Answer,
    Delta,
    Document,
    Filter,
    GenerationInfo,
    IndexedDocument,
    IndexReport,
    OnProgress,
    Passage,
    Turn,
    no_progress,
)

if TYPE_CHECKING:
    from assistant.stores.server import RemoteIndex

ANYWHERE = Filter()
"""Admits every document."""


class Assistant:
    """Answers questions about indexed documents. Made by ``Assistant.open``; safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        index: Index | RemoteIndex,
        embedder: Callable[[], Embedder],
        writer: Callable[[Settings], Writer],
    ) -> None:
        self.settings = settings
        self._index = index
        self._open_embedder = embedder
        self._open_writer = writer

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        writer: Writer | None = None,
    ) -> Self:
        """An Assistant over ``settings.index_dir``, which need not exist yet.

        ``embedder`` and ``writer`` replace those that the index configuration and the settings name.
        """
        settings = settings or Settings()
        load = (lambda: embedder) if embedder is not None else (lambda: _embedder(settings))
        index = _remote(settings, load) if settings.chroma_url else Index.open(settings.index_dir, load)
        return cls(settings, index, load, (lambda _: writer) if writer is not None else _writer)

    @overload
    def index(
        self,
        path: str | Path,
        on_progress: OnProgress | None = ...,
        shard: Shard = ...,
        *,
        collection: str = ...,
        chroma: bool = ...,
    ) -> IndexReport: ...
    @overload
    def index(
        self, *, documents: Iterable[GivenDocument], on_progress: OnProgress | None = ..., chroma: bool = ...
    ) -> IndexReport: ...
    def index(
        self,
        path: str | Path | None = None,
        on_progress: OnProgress | None = None,
        shard: Shard = WHOLE,
        *,
        documents: Iterable[GivenDocument] | None = None,
        collection: str = "",
        chroma: bool = True,
    ) -> IndexReport:
        """Bring the index up to date with the folder or file ``path``: what is new, changed or gone there.

        A ``collection`` is a folder of that name in the index, which the documents of ``path`` stand in from then on:
        ``Filter(sources=(collection,))`` admits them. With a ``shard``, only the files that fall to it are looked at;
        other machines take the others. With ``documents``, such as those of a LlamaIndex reader, these are added or
        replaced, and none is removed; those of one ``file_path`` or ``url`` in their metadata are the parts of one
        document. Without ``chroma``, the Chroma collection of the passages is left to ``fill_chroma``: questions do not
        need it.

        Raises DocumentError when ``path`` is not there (nothing is deleted then), IndexLockedError while another
        process is writing. What cannot be read is listed in the report.
        """
        report_to = on_progress or no_progress
        if documents is not None:
            report = sync_documents(self._index, documents, report_to)
        elif path is not None:
            report = sync(self._index, Path(path), report_to, shard, collection=collection)
        else:
            raise TypeError("index() takes a path or documents")
        if chroma:
            self.fill_chroma(on_progress)
        return report

    def fill_chroma(self, on_progress: OnProgress | None = None) -> None:
        """Bring the Chroma collection of an index in a folder up to date; imports chromadb where that takes work."""
        self._index.fill_chroma(on_progress or no_progress)

    def remove(self, source: str) -> IndexReport:
        """Take one document out of the index; its file stays where it is."""
        report = self._index.remove(source)
        self.fill_chroma()
        return report

    def removed(self) -> tuple[Path, ...]:
        """Files that are still there and whose documents were removed; ``restore`` takes one back."""
        return self._index.removed()

    def restore(self, path: Path) -> IndexReport:
        """Take the document of a removed file back, under the source it had: its root is indexed with it."""
        self._index.readmit(path)
        roots = [Path(root) for root in self.status().roots]
        above = [root for root in roots if path.is_relative_to(root)]
        return self.index(max(above, key=lambda root: len(root.parts), default=path))

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
        asked = clean_question(question)
        engines = self._reading
        wide = engines.settings.model_copy(update={"passages": max(limit, engines.settings.passages)})
        return answering.search(asked, where, engines._replace(settings=wide)).passages[:limit]

    def documents(self) -> tuple[IndexedDocument, ...]:
        """What is indexed, by source."""
        return self._index.documents()

    def document(self, source: str) -> Document | None:
        """An indexed document with its full text."""
        return self._index.document(source)

    def status(self) -> IndexStatus:
        """How much is indexed, by which configuration, and where it lies."""
        return self._index.status()

    @property
    def empty(self) -> bool:
        """Whether no document is indexed."""
        return self._index.empty

    def verify(self) -> list[str]:
        """What is wrong with the index, one line a problem; nothing when all its parts agree."""
        return self._index.verify()

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Build the search engines anew from what is stored; returns what is left for a build to mend."""
        return self._index.repair(on_progress)

    def with_settings(self, **changes: object) -> Self:
        """The same index and embedder under changed settings; closing one of the two closes the index of both.

        A writer that was handed to ``open`` stays, unless the settings that choose a writer change.
        """
        settings = Settings.model_validate({**self.settings.model_dump(), **changes})
        rewritten = changes.keys() & {"writer", "chat_model", "ollama_url", "max_words"}
        writer = _writer if rewritten else self._open_writer
        return type(self)(settings, self._index, lambda: self._reading.embedder, writer)

    def describe(self) -> dict[str, JsonValue]:
        """What its answers come from, for the header of an eval run.

        That is writer, model, options, prompt, index configuration and embedder.

        Raises BackendError where the model that is asked for is not there.
        """
        writer, status, settings = self._engines.writer, self.status(), self.settings
        written = writer.describe() if isinstance(writer, Describable) else GenerationInfo(writer=writer.name)
        told: dict[str, JsonValue] = {
            **written.model_dump(exclude_defaults=True, mode="json"),
            "embedder": status.embedder,
            "index_config": status.config.fingerprint,
            "passages": settings.passages,
            "answer_threshold": settings.answer_threshold,
            "version": version("assistant"),
        }
        return told

    def close(self) -> None:
        """Let go of the index's files."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _reading(self) -> answering.Engines:
        """What a search needs; a model that is asked for and is missing does not stand in its way."""
        embedder, reader = self._open_embedder(), _reader() if self.settings.cross_encoder else None
        return answering.Engines(self._index, embedder, ExtractiveWriter(), self.settings, reader)

    @cached_property
    def _engines(self) -> answering.Engines:
        return self._reading._replace(writer=self._open_writer(self.settings))


def chroma_dir(settings: Settings) -> Path:
    """The folder of the Chroma collection "passages", for ``chromadb.PersistentClient``; every build fills it."""
    return Index.open(settings.index_dir, lambda: _embedder(settings)).chroma_dir


def ask(question: str, history: Sequence[Turn] = (), settings: Settings | None = None) -> Answer:
    """Answer one question: ``Assistant`` opened, asked once and closed."""
    with Assistant.open(settings) as assistant:
        return assistant.ask(question, history)


def _remote(settings: Settings, embedder: Callable[[], Embedder]) -> RemoteIndex:
    from assistant.stores.chroma_server import ChromaServer
    from assistant.stores.server import RemoteIndex

    token, url = settings.chroma_token, settings.chroma_url or ""
    server = ChromaServer(url, token, settings.chroma_tenant, settings.chroma_database)
    return RemoteIndex.open(server, settings.chroma_collection, IndexConfig.read(settings.index_dir), embedder)


def _embedder(settings: Settings) -> Embedder:
    wanted = IndexConfig.read(settings.index_dir).embedder
    if wanted == "minilm":
        from assistant.models.minilm import MiniLM

        return MiniLM.open(settings.weights_dir)
    from assistant.models.ollama import Server
    from assistant.models.ollama_embedder import OllamaEmbedder

    return OllamaEmbedder(Server.of(settings), wanted)


@cache
def _reader() -> CrossEncoder:
    from assistant.models.cross_encoder import MiniCrossEncoder

    return MiniCrossEncoder.open()


def _writer(settings: Settings) -> Writer:
    """The writer that the settings name. Raises BackendError where ``ollama`` is asked for and is not ready."""
    if settings.writer == "extractive":
        return ExtractiveWriter()
    from assistant.answering.writers.generative import GenerativeWriter
    from assistant.answering.writers.preferred import PreferredWriter
    from assistant.models.ollama import OllamaChat

    chat = OllamaChat.of(settings)

    def model() -> GenerativeWriter:
        return GenerativeWriter(chat.ready(), settings.max_words)

    return model() if settings.writer == "ollama" else PreferredWriter(model, ExtractiveWriter())
