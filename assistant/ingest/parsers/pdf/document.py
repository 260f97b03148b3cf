"""Parses PDF: pages in reading order with headings, tables and furniture; pages that are pictures by OCR."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.pdf.flow import lay_pages
from assistant.ingest.parsers.pdf.furniture import without_furniture
from assistant.ingest.parsers.pdf.printed import Page, Piece, Word, grouped
from assistant.ingest.parsers.properties import sensible_name, sensible_title

MAX_UNMAPPED = 0.15
"""Share of unknown characters above which a page counts as unreadable, unless its words are known."""

OCR_SECONDS = 35.0
"""Seconds for OCR of the pages of one file; a note names the pages that are not read."""


def parse_pdf(data: bytes, source: str) -> Content:
    """The pages with their blocks. Raises DocumentError if the file is encrypted or no page can be read."""
    known = _known(data)
    pages, unread = _pages(data, source)
    if not any(page.pieces or page.aside for page in pages):
        raise DocumentError(
            f"{source!r} holds no text, only images of pages. {_CURE}, or `ocrmypdf {source!r} text.pdf`"
        )
    builder = TextBuilder()
    largest = lay_pages(without_furniture(pages), builder)
    return Content(
        builder.text,
        title=_title(largest, known.title, builder.text),
        publisher=_publisher(known, builder.text),
        published=known.published,
        pages=builder.pages,
        blocks=builder.blocks(),
        notes=tuple(unread),
    )


def _title(largest: str, told: str | None, text: str) -> str | None:
    """The title in the properties if the document also shows it, else the largest heading, else the former."""
    said = sensible_title(told)
    if said and _letters(said) in _letters(text[:4000]):
        return said
    return sensible_title(largest) or said


def _publisher(known: _Known, text: str) -> str | None:
    """The publisher, or the author in the properties if the first pages show the name too: programs fill it in."""
    if known.publisher or not known.author:
        return known.publisher
    first = re.split(r"[,;&]", known.author)[0]
    return known.author if _letters(first) in _letters(text[:4000]) else None


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


# --- pages ----------------------------------------------------------------------------------------

_CURE = "`pip install 'assistant[ocr]'`"


def _pages(data: bytes, source: str) -> tuple[list[Page], list[str]]:
    """All pages, and notes on those that could not be read."""
    import pypdfium2 as pdfium

    from assistant.ingest.parsers.pdf.glyphs import has_pictures, read_page

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as exc:
        if "password" in str(exc).lower():
            raise DocumentError(
                f"{source!r} is encrypted. `qpdf --decrypt --password=... {source!r} open.pdf`"
            ) from exc
        return list(_plain_pages(data)), []
    if form := document.get_formtype():
        document.init_forms()
    pages: list[Page] = []
    pictures: list[int] = []
    garbled: list[int] = []
    for number in range(len(document)):
        try:
            sheet = _filled(document, number) if form else document[number]
            page = read_page(sheet)
        except pdfium.PdfiumError:  # one damaged page costs no other
            page, sheet = Page(), None
        if is_garbled(page):
            garbled.append(number)
            page = Page()
        elif not page.pieces and sheet is not None and has_pictures(sheet):
            pictures.append(number)
        pages.append(page)
    read = _recognized(document, sorted([*pictures, *garbled]))
    for number, page in read.items():
        pages[number] = page
    return pages, [
        *_unread(pictures, read, "a picture"),
        *_unread(garbled, read, "in letters that its fonts do not name"),
    ]


def _filled(document: Any, number: int) -> Any:
    """The page with the values of its form as part of its text."""
    document[number].flatten()
    return document[number]


def _recognized(document: Any, numbers: Sequence[int]) -> dict[int, Page]:
    """The pages that OCR has read, by number; none if OCR is not installed."""
    if not numbers:
        return {}
    from assistant.ingest.parsers.pdf.scans import recognizer

    recognize = recognizer()
    if recognize is None:
        return {}
    began, pages = time.monotonic(), {}
    for number in numbers:
        if time.monotonic() - began > OCR_SECONDS:
            break
        sheet = document[number]
        scale = min(200 / 72, 3000 / max(*sheet.get_size(), 1.0))
        pages[number] = recognize(sheet.render(scale=scale).to_pil(), scale)
    return pages


def _unread(numbers: Sequence[int], read: dict[int, Page], what: str) -> Iterator[str]:
    """Notes on pages that were read by OCR, and on those that were not read."""
    by_ocr = [number for number in numbers if number in read and read[number].pieces]
    left = [number for number in numbers if number not in read]
    if by_ocr:
        yield f"{_named(by_ocr)} {what}; read by OCR, with its errors."
    if left:
        yield f"{_named(left)} {what}, not read. {_CURE}"


def _named(numbers: Sequence[int]) -> str:
    """``Page 2 is``, ``Pages 2, 3 and 7 to 9 are``."""
    runs = grouped(numbers, lambda run, number: number == run[-1] + 1)
    said = [f"{run[0] + 1} to {run[-1] + 1}" if len(run) > 2 else ", ".join(str(n + 1) for n in run) for run in runs]
    if len(numbers) == 1:
        return f"Page {said[0]} is"
    listed = ", ".join(said[:12]) + (", ..." if len(said) > 12 else "")
    return f"Pages {listed} are"


_WORDLIKE = re.compile(r"[\W_]*[^\W\d_]+(?:['’\-/.,][^\W\d_]+)*[\W_]*")
_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýąęó]|[^\x00-\u024f]", re.IGNORECASE)
_ENOUGH = 30  # words; fewer are too few to judge a text by


def is_garbled(page: Page) -> bool:
    """Whether the letters of a page are not those printed, because a font does not say which letters it draws."""
    words = [word.text for piece in page.pieces for word in piece.words]
    said = [word for word in words if any(map(str.isalpha, word))]
    if len(words) < _ENOUGH:
        return page.unmapped > 0.5
    good = sum(
        bool(_WORDLIKE.fullmatch(word) and (sum(map(str.isalpha, word)) < 3 or _VOWEL.search(word))) for word in said
    )
    if page.unmapped > MAX_UNMAPPED:  # in all fonts, or in one next to text that can be read
        return page.unmapped > 0.5 or good < 0.8 * len(said) or len(said) < _ENOUGH
    return len(said) >= _ENOUGH and good < 0.45 * len(said)


def _plain_pages(data: bytes) -> Iterator[Page]:
    """The pages of a file that only the second library can open, line by line."""
    from pypdf import PdfReader

    for page in PdfReader(io.BytesIO(data)).pages:
        lines = (line.split() for line in (page.extract_text() or "").split("\n"))
        yield Page(tuple(_plain_piece(words, row) for row, words in enumerate(lines) if words))


def _plain_piece(words: Sequence[str], row: int) -> Piece:
    """A line with positions as on a typewriter: six points for each letter, twelve for each line."""
    made, at = [], 0.0
    for word in words:
        made.append(Word(word, at, at + 6.0 * len(word)))
        at += 6.0 * (len(word) + 1)
    return Piece(tuple(made), 12.0 * row, 10.0)


# --- properties -----------------------------------------------------------------------------------


class _Known(NamedTuple):
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None


def _known(data: bytes) -> _Known:
    """The title and author in the properties, if they are credible."""
    from pypdf import PdfReader

    with suppress(Exception):  # a file without readable properties is still a document
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return _Known()
        told = reader.metadata
        extended = reader.xmp_metadata
        publishers = [name for name in (extended.dc_publisher or ()) if sensible_title(name)] if extended else []
        # The day a PDF was made is not the day its text was published.
        days = [moment.date() for moment in extended.dc_date or ()] if extended else []
        publisher = publishers[0] if publishers else None
        author = sensible_name(told.author if told else None)
        return _Known(told.title if told else None, publisher, author, min(days, default=None))
    return _Known()
