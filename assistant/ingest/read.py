"""Reads a file as a document: its text, blocks, title, publisher and date."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Container, Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from assistant.errors import DocumentError
from assistant.ingest.about import about
from assistant.ingest.dated import Dated, date_in_head, date_in_name
from assistant.ingest.discover import FoundFile, find_files
from assistant.ingest.parsers import parser_for
from assistant.ingest.parsers.content import Content
from assistant.types import Document, one_line

MAX_BYTES = 100_000_000
"""A larger file is refused."""

MAX_CHARACTERS = 50_000_000
"""A longer text is refused."""

VERSION = 5
"""Increase it when parsers read files differently: files read by an older version are then read again."""


def read_document(file: FoundFile) -> Document:
    """The document in ``file``, without what is attached to it. Raises what ``read_documents`` raises."""
    return read_documents(file)[0]


def read_documents(file: FoundFile) -> tuple[Document, ...]:
    """The document in ``file``, and those attached to it, whose sources are below its own: ``mail.eml/plan.pdf``.

    Raises DocumentError if the file cannot be opened, is larger than ``MAX_BYTES``, is damaged or not what its ending
    says, is encrypted, holds no text or too much, or has invalid front matter.
    """
    suffix = Path(file.source).suffix.lower()
    data = _bytes(file)
    if not data:
        raise DocumentError(f"{file.source!r} holds no text. It is empty; save it again, or `rm {str(file.path)!r}`")
    content = parsed(data, file.source, suffix, f"`mv {str(file.path)!r} ..`")
    return tuple(_with_attached(file.source, content))


def parsed(data: bytes, source: str, suffix: str, instead: str = "leave it out") -> Content:
    """What the parser of files that end in ``suffix`` makes of ``data``; ``instead``: what else than mending helps.

    Raises DocumentError as ``read_documents`` does.
    """
    try:
        content = parser_for(suffix)(data, source)
    except (DocumentError, MemoryError):
        raise
    except Exception as exc:  # parsers raise various exceptions for damaged files
        what = _plain_line(f"{type(exc).__name__}: {exc}"[:200])
        cure = f"Save it again, or {instead}"
        raise DocumentError(f"{source!r} is damaged, or no {suffix[1:].upper()} ({what}). {cure}") from exc
    if _characters(content) > MAX_CHARACTERS:
        limit = f"{MAX_CHARACTERS // 1_000_000} million characters"
        raise DocumentError(f"{source!r} holds more than {limit}. Divide it, then `assistant index build`")
    if not content.text.strip():
        raise DocumentError(f"{source!r} holds no text. Write some, then `assistant index build`")
    return content


def read_folder(folder: Path, on_error: Callable[[DocumentError], None] = lambda _: None) -> dict[str, Document]:
    """The documents in ``folder`` by source, as a build reads them; files that cannot be read are left out.

    Raises DocumentError if there is no such folder.
    """
    documents: dict[str, Document] = {}
    for file in find_files(folder)[0]:
        try:
            documents |= {document.source: document for document in read_documents(file)}
        except DocumentError as error:
            on_error(error)
    return documents


def document_of(source: str, content: Content, sent: date | None = None) -> Document:
    """The document of what a parser made of a file; its name stands in for a title, or for a date, where it has one.

    One without any date that was ``sent`` with a message is of that day.
    """
    dated = None
    if content.published is None:
        dated = date_in_name(source) or date_in_head(content.text, content.blocks)
        dated = dated or (Dated(sent, FROM_MESSAGE) if sent else None)
    document = Document(
        source=source,
        title=_plain_line(content.title) or _title_from_name(source),
        publisher=_plain_line(content.publisher),
        published=dated.day if dated else content.published,
        kind=_plain_line(content.kind),
        text=content.text,
        blocks=content.blocks,
        pages=content.pages,
        notes=(*content.notes, *((dated.note,) if dated else ())),
    )
    return document.model_copy(update={"about": about(document)})


def pages_without_text(document: Document) -> int:
    """How many pages of the document have no text, for example because they are pictures."""
    ends = [*document.pages[1:], len(document.text)]
    return sum(not document.text[start:end].strip() for start, end in zip(document.pages, ends, strict=False))


def content_hash(file: FoundFile) -> str:
    """A hash of the bytes of ``file``, with the version of the parsers. Raises DocumentError if it cannot be opened."""
    mark = hashlib.blake2b(digest_size=16)
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                mark.update(block)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    return f"{VERSION}:{mark.hexdigest()}"


# --- attachments ----------------------------------------------------------------------------------

FROM_MESSAGE = "Its date is that of the message it is attached to."
"""The note on such a document."""

_NAME_LENGTH = 100


def _with_attached(source: str, content: Content, sent: date | None = None) -> Iterator[Document]:
    yield document_of(source, content, sent)
    taken: set[str] = set()
    for name, attached, day in content.attachments:
        free = _free_name(name, taken)
        taken.add(free)
        yield from _with_attached(f"{source}/{free}", attached, day)


def _free_name(name: str, taken: Container[str]) -> str:
    """``name`` as one part of a source, with a number if it is ``taken``."""
    path = PurePosixPath(re.sub(r"[/\\]+", "_", name))
    stem, number = path.stem[:_NAME_LENGTH].strip(" .") or "attachment", 1
    free = stem + path.suffix
    while free in taken:
        number += 1
        free = f"{stem}-{number}{path.suffix}"
    return free


def _characters(content: Content) -> int:
    return len(content.text) + sum(_characters(attached.content) for attached in content.attachments)


# --- bytes and names ------------------------------------------------------------------------------


def _bytes(file: FoundFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 1_000_000} MB"
        raise DocumentError(
            f"{file.source!r} is larger than {size}. Divide it: `split -C {MAX_BYTES} {str(file.path)!r}`"
        )
    return data


def _unreadable(file: FoundFile, exc: OSError) -> DocumentError:
    return DocumentError(f"Cannot open {file.source!r}: {exc.strerror}. Allow it: `chmod u+r {str(file.path)!r}`")


def _plain_line(text: str | None) -> str | None:
    return one_line("".join(mark if mark.isprintable() else " " for mark in text or "")) or None


def _title_from_name(source: str) -> str:
    """The name of the file without its ending, with spaces for underscores."""
    name = unicodedata.normalize("NFC", Path(source).stem)
    return _plain_line(name.replace("_", " ")) or source
