"""Gold questions and their documents, as the training scripts read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.eval import Case, Suite, load, open_dataset
from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from assistant.types import Document


def read_folder(folder: Path) -> Mapping[str, Document]:
    """The readable documents of a folder by source."""
    return {found.source: read_document(found) for found in find_files(folder)[0]}


def open_set(name: str) -> Suite:
    """The set ``KIND:PATH`` as ``assistant eval --dataset`` takes it, or the dev questions of ``suite:FOLDER``."""
    kind, _, path = name.partition(":")
    return load(Path(path), read_folder) if kind == "suite" else open_dataset(kind, path, read_folder)


def in_full(case: Case) -> str:
    """The question so that it stands alone: for a follow-up, the same question asked in full."""
    return next(iter(case.tagged("full")), case.question)
