"""Reads files that hold more than text: PDF, DOCX, PPTX, EPUB, e-mail, CSV and JSON Lines.

Each reader takes the bytes of a file and its source and may raise anything; ``read`` says it in words. The
libraries behind PDF and the Office formats come with ``assistant[files]``. LlamaIndex has readers for the same
formats, but they wrap these very libraries, cost seconds of import, and give no offset of a page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import accumulate
from typing import Any

from assistant.errors import DocumentError
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.packed import publish_date, unpackable

# --- PDF ------------------------------------------------------------------------------------------


def read_pdf(data: bytes, source: str) -> Content:
    """The text layer, page by page."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    # Many files are encrypted with an empty password, only to forbid printing.
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentError(f"{source!r} is encrypted. `qpdf --decrypt --password=... {source!r} open.pdf`")
    pages = [_unwrapped(_cleaned(page.extract_text() or "")) for page in reader.pages]
    if not any(pages):
        raise DocumentError(f"{source!r} holds no text, only images of pages. `ocrmypdf {source!r} text.pdf`")
    text, starts = _joined(pages)
    known = reader.metadata
    extended = reader.xmp_metadata
    publishers: list[str | None] = [*((extended and extended.dc_publisher) or ()), known.author if known else None]
    return Content(
        text,
        title=_somebody(known.title) if known else None,
        publisher=_somebody(publishers[0]),
        # The day a PDF was made is not the day its text was published.
        published=_first_date(extended),
        pages=starts,
    )


def _first_date(xmp: Any) -> date | None:
    """The earliest of the dates in a PDF's XMP metadata; None where one of them is no date of the calendar."""
    try:
        return min((each.date() for each in (xmp and xmp.dc_date) or ()), default=None)
    except (ValueError, OverflowError):
        return None


_FULL = 0.75  # of the length of a page's long lines: one that is shorter ends its paragraph


def _unwrapped(page: str) -> str:
    """A page's lines as paragraphs: PDF knows lines only, and a sentence goes on where a line is full."""
    lines = [" ".join(line.split()) for line in page.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    full = _FULL * lengths[len(lengths) * 9 // 10] if lengths else 0
    text = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        ends = not after or len(line) + len(after.partition(" ")[0]) < full
        # Whether the hyphen belongs to the word is not to be told, so it stays.
        text += line + ("\n\n" if ends else "" if line[-1:] == "-" and after[:1].islower() else " ")
    return re.sub("\n{3,}", "\n\n", text).strip()


def _joined(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    """The pages' text with where each begins; a sentence that runs on to the next page stays one."""
    ends = [" " if _goes_on(page) else "\n\n" for page in pages]
    parts = [page + end for page, end in zip(pages, ends, strict=True)]
    starts = accumulate((len(part) for part in parts[:-1]), initial=0)
    return "".join(parts).rstrip(), tuple(starts)


def _goes_on(page: str) -> bool:
    """Whether the last paragraph is cut by the end of the page; a short one is a heading or a page number."""
    last = page.rpartition("\n\n")[2]
    return len(last) >= _HEADING and last[-1] not in ".!?:;”\"')]"


_HEADING = 60  # characters that a line under which nothing follows has at most
_NOBODY = {"", "anonymous", "(anonymous)", "unknown", "untitled", "(unspecified)", "python-docx", "user", "admin"}


def _somebody(name: str | None) -> str | None:
    """A name, unless programs write it where they know none."""
    return name if name and name.strip().casefold() not in _NOBODY else None


# --- Office ---------------------------------------------------------------------------------------


def read_pptx(data: bytes, source: str) -> Content:
    """Slides with their notes; each slide is a page."""
    from pptx import Presentation

    archive = unpackable(data, source)
    presentation = Presentation(io.BytesIO(data))
    slides = []
    for slide in presentation.slides:
        blocks = list(_shapes(slide.shapes))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            blocks.append(slide.notes_slide.notes_text_frame.text)
        slides.append(_paragraphs(blocks))
    text, starts = _joined(slides)
    known = presentation.core_properties
    return Content(
        text,
        title=_somebody(known.title),
        publisher=_somebody(known.author),
        published=publish_date(archive),
        pages=starts,
    )


def _shapes(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield _table(shape.table)


def _table(table: Any) -> str:
    rows = (" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in table.rows)
    return "\n".join(row for row in rows if row.strip(" |"))


def _paragraphs(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for each in blocks if (block := _cleaned(each).strip()))


# --- common ---------------------------------------------------------------------------------------


_UNPRINTABLE = re.compile("[\0-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def _cleaned(text: str) -> str:
    """Without what no text holds; a vertical tab is a line break in Office."""
    return _UNPRINTABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))
