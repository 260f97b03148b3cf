"""How a build writes to a catalog: documents are pending until one transaction publishes them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.index_config import IndexConfig
from assistant.ports import Embedder, NewChunk, StoredFile
from assistant.stores.catalog import Catalog, Change
from assistant.stores.paths import Paths
from assistant.types import Document, IndexReport, OnProgress, Progress

_BATCH = 128  # chunks that are embedded and committed together: what an interruption may cost


class CatalogSink:
    """``ports.Sink`` for a catalog. An interrupted build loses no committed embeddings: the next one continues."""

    def __init__(
        self, catalog: Catalog, root: Path | None, config: IndexConfig, embedder: Embedder, on_progress: OnProgress
    ) -> None:
        self.config, self.embedder = config, embedder
        self.change: Change | None = None
        """What ``publish`` changed, if anything."""
        built_with = (catalog.fact("config"), catalog.fact("embedder"))
        self._outdated = catalog.generation > 0 and built_with != (config.fingerprint, embedder.fingerprint)
        self._catalog = catalog
        self._paths = Paths(catalog.index_dir)
        self._root = self._paths.note(root.absolute().as_posix()) if root else None
        self._on_progress = on_progress
        self._added = False
        self._build = catalog.begin(self._root or "")

    @property
    def outdated(self) -> bool:
        """Whether the index was made with another configuration or embedder."""
        return self._outdated

    def files(self) -> list[StoredFile]:
        """The files of live documents, and those that were removed by hand."""
        live = [file._replace(location=self._paths.path(file.location)) for file in self._catalog.files()]
        excluded = [StoredFile("", self._paths.path(note), state="excluded") for note in self._catalog.excluded()]
        return [*live, *excluded]

    def document(self, source: str) -> Document | None:
        """The live document of that source."""
        return self._catalog.document(source)

    def keep(self, file: StoredFile) -> None:
        """Update what is known about the file of a live document that has not changed."""
        self._catalog.touch(self._noted(file))

    def add(self, document: Document, file: StoredFile, chunks: Sequence[NewChunk]) -> None:
        """Store a document as pending."""
        noted = self._noted(file)
        self._catalog.readmit([noted.location])
        self._catalog.insert(document, noted, chunks)
        self._added = True

    def publish(self, removed: Sequence[StoredFile]) -> int:
        """Embed the pending documents, then make them live and forget ``removed`` in one transaction."""
        self._catalog.readmit(self._paths.note(file.location) for file in removed if file.state == "excluded")
        gone = [file.source for file in removed if file.state == "live"]
        embedded = self._embed()
        if gone or self._added or self._outdated:
            self.change = self._catalog.publish(gone, self.config.fingerprint, self.embedder.fingerprint)
        return embedded

    def finish(self, report: IndexReport) -> None:
        """Journal the build as complete."""
        self._catalog.finish(self._build, self._root, report.model_dump_json())

    def _noted(self, file: StoredFile) -> StoredFile:
        return file._replace(location=self._paths.note(file.location))

    def _embed(self) -> int:
        """Embed the pending chunks that have no vectors, batch by batch; returns the number of texts."""
        places = self._catalog.unembedded(self.embedder.fingerprint)
        for start in range(0, len(places), _BATCH):
            self._on_progress(Progress(stage="embedding", done=start, total=len(places)))
            chunks = self._catalog.new_chunks(places[start : start + _BATCH])
            texts, statements = zip(*(chunk.embedded for chunk in chunks), strict=True)
            embeddings = self.embedder.embed_documents(texts, statements)
            self._catalog.add_vectors(self.embedder.fingerprint, [chunk.key for chunk in chunks], embeddings)
        if places:
            self._on_progress(Progress(stage="embedding", done=len(places), total=len(places)))
        return len(places)
