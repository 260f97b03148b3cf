"""Helpers of the tests that read files: write one, read it, and see its statements at a glance."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document


def write(folder: Path, name: str, content: str | bytes) -> FoundFile:
    """Write a file below ``folder`` as a build would find it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return FoundFile(name, path, path.stat().st_size, path.stat().st_mtime_ns)


def load(folder: Path, name: str, content: str | bytes) -> Document:
    """The document that a file of this content gives."""
    return read_document(write(folder, name, content))


def outline(document: Document) -> list[str]:
    """Each statement as ``kind: what a person reads <context>``."""
    lines = []
    for said in statements(document):
        reading = said.reading or " ".join(document.text[said.start : said.end].split())
        lines.append(f"{said.kind}: {reading}" + (f" <{said.context}>" if said.context else ""))
    return lines


def assert_sound(document: Document) -> None:
    """Blocks lie in the text in order and apart, cells in their row, and statements are verbatim and in order."""
    text = document.text
    for block in document.blocks:
        assert 0 <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end] or block.kind in ("code", "row")
        assert all(block.start <= start <= end <= block.end for start, end in block.cells)
    assert all(a.end <= b.start for a, b in pairwise(document.blocks))
    spans = [(said.start, said.end) for said in statements(document)]
    assert all(text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert list(document.pages) == sorted(document.pages)
    assert all(0 <= page <= len(text) for page in document.pages)
    assert len(document.about) <= 200
    assert "\n" not in document.about
