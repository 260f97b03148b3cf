"""A folder at a glance: how many documents of which kinds, outlets and dates, and which files are not read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.api import Assistant
from assistant.errors import AssistantError
from assistant.ingest.discover import find_files
from assistant.types import Skipped
from assistant.web.library import Library

_KINDS = {
    "PDF": "pdf", "Word": "docx docm odt rtf", "web pages": "html htm", "e-mail": "eml mbox msg",
    "text": "txt text log rst adoc asciidoc", "Markdown": "md markdown", "tables": "csv tsv xlsx xlsm xls ods",
    "slides": "pptx pptm odp", "e-books": "epub", "pictures": "png jpg jpeg tif tiff", "subtitles": "vtt srt",
    "JSON": "json jsonl ndjson", "notebooks": "ipynb",
}  # fmt: skip
KINDS = tuple(_KINDS)
"""All kinds of files that are read, as they are called."""

_KIND = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}

NOT_INDEXED = "It could not be read, or is newer than the index."


class Glance(NamedTuple):
    """What is indexed, counted; ``kinds`` are names with counts, most first."""

    documents: int
    outlets: int
    first: date | None
    last: date | None
    kinds: tuple[tuple[str, int], ...]
    unread: tuple[Skipped, ...]


def glance(assistant: Assistant, library: Library) -> Glance | None:
    """What a reader sees first; None where nothing is indexed."""
    try:
        documents = assistant.documents()
    except AssistantError:
        return None
    if not documents:
        return None
    suffixes = [PurePosixPath(each.source).suffix[1:].lower() for each in documents]
    days = [each.published for each in documents if each.published]
    return Glance(
        documents=len(documents),
        outlets=len({each.publisher for each in documents if each.publisher}),
        first=min(days, default=None),
        last=max(days, default=None),
        kinds=tuple(Counter(_KIND.get(suffix, suffix.upper()) for suffix in suffixes).most_common()),
        unread=unread(assistant, library, {each.source for each in documents}),
    )


def unread(assistant: Assistant, library: Library, indexed: set[str]) -> tuple[Skipped, ...]:
    """Files in the indexed folders that no answer draws on, and why; not those that were removed."""
    removed = set(assistant.removed())
    missing: list[Skipped] = []
    for root in library.roots():
        try:
            found, skipped = find_files(root)
        except AssistantError:  # the folder is not there at present
            continue
        left = [each for each in found if each.source not in indexed and each.path not in removed]
        missing += [*skipped, *(Skipped(source=each.source, reason=NOT_INDEXED) for each in left)]
    return tuple(missing)
