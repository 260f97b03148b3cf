"""``Assistant``: an index, an embedder and a writer behind a few methods. The only place that puts them together."""

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
from assistant.ingest.fetch import Fetcher, is_address
from assistant.ingest.places import WHOLE, Shard
from assistant.ingest.sync import sync, sync_documents
from assistant.ingest.web_pages import FOLDER, WebPages
from assistant.ports import ChatModel, CrossEncoder, Describable, Embedder, GivenDocument, Writer
from assistant.query.understand import clean_question
from assistant.settings import LLAMAINDEX, Settings
from assistant.stores.base import BaseIndex, IndexStatus
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

WRITERS_OWN = frozenset({"writer", "chat_model", "ollama_url", "openai_url", "openai_model", "max_words"})
"""The settings that choose a writer."""

ANYWHERE = Filter()
"""Admits every document."""


class Assistant:
    """Answers questions about indexed documents. Made by ``Assistant.open``; safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        index: BaseIndex,
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
        index = _remote(settings, load) if settings.chroma_url else Index(settings.index_dir, load)
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
        """Bring the index up to date with the folder or file ``path``: add, replace and remove what changed there.

        ``path`` may also be the address of a web page, as a ``str``: the page is fetched and kept in the index folder.
        With a ``collection``, the sources of ``path`` are in a folder of that name in the index, in this build and
        later ones; ``Filter(sources=(collection,))`` admits them. A ``shard`` limits the build to its share of the
        files; other machines index the rest. With ``documents``, such as those of a LlamaIndex reader, these are added
        or replaced and none is removed; documents with one ``file_path`` or ``url`` in their metadata are the parts of
        one document. Without ``chroma`` the Chroma collection, which questions do not need, is left as it is until
        ``fill_chroma``. The report lists files that cannot be read.

        Raises DocumentError if ``path`` does not exist (nothing is deleted then) or cannot be fetched, and
        IndexLockedError while another process is writing.
        """
        report_to = on_progress or no_progress
        if documents is not None:
            report = sync_documents(self._index, documents, report_to)
        elif isinstance(path, str) and is_address(path):
            page = self._web_pages.fetch(path, collection)
            self._index.readmit(page.file)
            report = sync(self._index, page.root, report_to, collection=page.root.name)
        elif path is not None:
            report = sync(self._index, Path(path), report_to, shard, collection=collection)
        else:
            raise TypeError("index() takes a path or documents")
        if chroma:
            self.fill_chroma(on_progress)
        return report

    def refresh_web_pages(self, on_progress: OnProgress | None = None) -> tuple[IndexReport, ...]:
        """Fetch the indexed web pages again, and index what changed: a report for each collection with pages.

        A page that cannot be fetched stays as it is, and its report lists it as skipped.

        Raises IndexLockedError while another process is writing.
        """
        report_to, reports = on_progress or no_progress, []
        for root, failed in self._web_pages.refresh(self.removed(), report_to).items():
            report = sync(self._index, root, report_to, collection=root.name)
            reports.append(report.model_copy(update={"skipped": (*report.skipped, *failed)}))
        if reports:
            self.fill_chroma(on_progress)
        return tuple(reports)

    def fill_chroma(self, on_progress: OnProgress | None = None) -> None:
        """Bring the Chroma collection up to date, if this index has one; imports chromadb only if it has to change."""
        self._index.fill_chroma(on_progress or no_progress)

    def remove(self, source: str) -> IndexReport:
        """Remove one document from the index. Its file is kept, unless it is that of a fetched web page."""
        report = self._index.remove(source)
        self._web_pages.forget(report.removed)
        self.fill_chroma()
        return report

    def removed(self) -> tuple[Path, ...]:
        """Files that still exist although their documents were removed; ``restore`` takes one back."""
        return self._index.removed()

    def restore(self, path: Path) -> IndexReport:
        """Index a removed file again, under the source it had; the folder it was indexed from is indexed with it."""
        self._index.readmit(path)
        roots = [Path(root) for root in self.status().roots]
        above = [root for root in roots if path.is_relative_to(root)]
        return self.index(max(above, key=lambda root: len(root.parts), default=path))

    def ask(self, question: str, history: Sequence[Turn] = (), where: Filter = ANYWHERE) -> Answer:
        """Answer ``question``, which may follow the conversation ``history``, from the documents that ``where`` admits.

        Raises QuestionError for an empty or too long question, and IndexMissingError or IndexStaleError.
        """
        (answer,) = (event for event in self.stream(question, history, where) if isinstance(event, Answer))
        return answer

    def stream(self, question: str, history: Sequence[Turn] = (), where: Filter = ANYWHERE) -> Iterator[Delta | Answer]:
        """The answer's text while it is being written, then the Answer that ``ask`` would return."""
        for event in answering.stream(question, history, where, self._engines):
            refused = isinstance(event, Answer) and event.outcome == "not_in_documents"
            yield event.model_copy(update={"unread": self._index.unread()}) if refused else event

    def search(self, question: str, limit: int = 10, where: Filter = ANYWHERE) -> tuple[Passage, ...]:
        """The ``limit`` passages that most likely answer ``question``, without writing an answer."""
        asked = clean_question(question)
        engines = self._reading
        wide = engines.settings.model_copy(update={"passages": max(limit, engines.settings.passages)})
        return answering.search(asked, where, engines._replace(settings=wide)).passages[:limit]

    def documents(self) -> tuple[IndexedDocument, ...]:
        """The indexed documents, sorted by source."""
        return self._index.documents()

    def document(self, source: str) -> Document | None:
        """An indexed document with its full text."""
        return self._index.document(source)

    def status(self) -> IndexStatus:
        """How much is indexed, with which configuration, and where."""
        return self._index.status()

    @property
    def empty(self) -> bool:
        """Whether no document is indexed."""
        return self._index.empty

    def verify(self) -> list[str]:
        """What is wrong with the index, one line for each problem."""
        return self._index.verify()

    def repair(self, on_progress: OnProgress | None = None) -> list[str]:
        """Rebuild the search engines from the stored documents; returns the problems that only a build can solve."""
        return self._index.repair(on_progress)

    def with_settings(self, **changes: object) -> Self:
        """An Assistant with changed settings and the same index and embedder; closing either closes the shared index.

        A writer given to ``open`` is kept unless a setting that chooses the writer changes.
        """
        settings = Settings.model_validate({**self.settings.model_dump(), **changes})
        rewritten = changes.keys() & WRITERS_OWN
        writer = _writer if rewritten else self._open_writer
        return type(self)(settings, self._index, lambda: self._reading.embedder, writer)

    def describe(self) -> dict[str, JsonValue]:
        """What the answers depend on: writer, model, options, prompt, index configuration and embedder.

        Raises BackendError if the chosen model is not available.
        """
        writer, status, settings = self._engines.writer, self.status(), self.settings
        written = writer.describe() if isinstance(writer, Describable) else GenerationInfo(writer=writer.name)
        described: dict[str, JsonValue] = {
            **written.model_dump(exclude_defaults=True, mode="json"),
            "embedder": status.embedder,
            "index_config": status.config.fingerprint,
            "passages": settings.passages,
            "answer_threshold": settings.answer_threshold,
            "version": version("assistant"),
        }
        return described

    def close(self) -> None:
        """Close the files of the index."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _web_pages(self) -> WebPages:
        return WebPages(self.settings.index_dir / FOLDER, Fetcher(self.settings.local_addresses))

    @cached_property
    def _reading(self) -> answering.Engines:
        """What a search needs. It has no chat model, so searching works while the chosen model is missing."""
        embedder, cross_encoder = self._open_embedder(), _cross_encoder() if self.settings.cross_encoder else None
        return answering.Engines(self._index, embedder, ExtractiveWriter(), self.settings, cross_encoder)

    @cached_property
    def _engines(self) -> answering.Engines:
        return self._reading._replace(writer=self._open_writer(self.settings))


def chroma_dir(settings: Settings) -> Path:
    """The folder of the Chroma collection "passages", for ``chromadb.PersistentClient``; every build fills it."""
    return Index(settings.index_dir, lambda: _embedder(settings)).chroma_dir


def ask(question: str, history: Sequence[Turn] = (), settings: Settings | None = None) -> Answer:
    """Answer one question: ``Assistant`` opened, asked once and closed."""
    with Assistant.open(settings) as assistant:
        return assistant.ask(question, history)


def _remote(settings: Settings, embedder: Callable[[], Embedder]) -> RemoteIndex:
    from assistant.stores.chroma_server import ChromaServer
    from assistant.stores.server import RemoteIndex

    token, url = settings.chroma_token, settings.chroma_url or ""
    server = ChromaServer(url, token, settings.chroma_tenant, settings.chroma_database)
    return RemoteIndex(server, settings.chroma_collection, IndexConfig.read(settings.index_dir), embedder)


def _embedder(settings: Settings) -> Embedder:
    wanted = IndexConfig.read(settings.index_dir).embedder
    if wanted == "minilm":
        from assistant.models.minilm import MiniLM

        return MiniLM.open(settings.weights_dir)
    from assistant.models.ollama import Server
    from assistant.models.ollama_embedder import OllamaEmbedder

    return OllamaEmbedder(Server.of(settings), wanted)


@cache
def _cross_encoder() -> CrossEncoder:
    from assistant.models.cross_encoder import MiniCrossEncoder

    return MiniCrossEncoder.open()


def _writer(settings: Settings) -> Writer:
    """The writer that the settings name. Raises BackendError or ConfigError if it is a model that is not ready."""
    if settings.writer == "extractive":
        return ExtractiveWriter()
    from assistant.answering.writers.generative import GenerativeWriter

    if settings.writer == "auto":
        from assistant.answering.writers.preferred import PreferredWriter
        from assistant.models.ollama import OllamaChat

        chat = OllamaChat(settings)
        return PreferredWriter(lambda: GenerativeWriter(chat.ready(), settings.max_words), ExtractiveWriter())
    return GenerativeWriter(_chat(settings), settings.max_words)


def _chat(settings: Settings) -> ChatModel:
    if settings.writer == "ollama":
        from assistant.models.ollama import OllamaChat

        return OllamaChat(settings).ready()
    if settings.writer == "openai":
        from assistant.models.openai import OpenAIChat

        return OpenAIChat(settings).ready()
    from assistant.models.llamaindex import LlamaIndexChat

    return LlamaIndexChat.named(settings.writer.removeprefix(LLAMAINDEX), settings.llamaindex_options)
