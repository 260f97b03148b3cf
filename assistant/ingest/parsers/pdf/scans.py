"""Reads pictures of text by OCR if the extra ``ocr`` is installed: PNG, JPEG, TIFF."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.pdf.flow import lay_pages
from assistant.ingest.parsers.pdf.furniture import without_furniture
from assistant.ingest.parsers.pdf.printed import Page, Piece, Word

Recognize = Callable[[Any, float], Page]
"""Reads a Pillow image; the second argument is the number of pixels for each point of the page."""

MAX_FRAMES = 50
"""Pages of a TIFF file that are read."""

MAX_PIXELS = 100_000_000
"""A larger picture is refused."""

_SIDE = 3_000  # pixels; a larger picture is made smaller first
_SURE = 0.5  # a line that the model is less sure of is noise


def parse_picture(data: bytes, source: str) -> Content:
    """The text of a picture. Raises DocumentError without the extra ``ocr``, and if the picture has no text."""
    recognize = recognizer()
    if recognize is None:
        raise DocumentError(f"{source!r} is a picture and was not read. `pip install 'assistant[ocr]'`")
    pages = [recognize(frame, 200 / 72) for frame in _frames(data, source)]
    if not any(page.pieces for page in pages):
        raise DocumentError(f"{source!r} is a picture without text. `mv {source!r} ..`")
    builder = TextBuilder()
    title = lay_pages(without_furniture(pages), builder)
    notes = ("It is a picture; read by OCR, with its errors.",)
    return Content(builder.text, title=title, pages=builder.pages, blocks=builder.blocks(), notes=notes)


def _frames(data: bytes, source: str) -> Iterator[Any]:
    from PIL import Image, ImageOps, ImageSequence

    image = Image.open(io.BytesIO(data))
    if image.width * image.height > MAX_PIXELS:
        raise DocumentError(f"{source!r} has more than {MAX_PIXELS // 1_000_000} million pixels. Save it smaller")
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number == MAX_FRAMES:
            return
        made = ImageOps.exif_transpose(frame).convert("RGB")
        made.thumbnail((_SIDE, _SIDE))
        yield made


@cache
def recognizer() -> Recognize | None:
    """The function that reads pictures, or None if the extra ``ocr`` is not installed."""
    try:
        import logging

        import numpy as np
        from rapidocr import RapidOCR
    except ImportError:
        return None
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    engine: Callable[..., Any] = RapidOCR(params={"Global.log_level": "critical"})

    def recognize(image: Any, scale: float) -> Page:
        found = engine(np.asarray(image.convert("RGB"))[:, :, ::-1])
        if found.boxes is None or found.txts is None or found.scores is None:
            return Page()
        lines = zip(found.boxes, found.txts, found.scores, strict=True)
        return Page(tuple(_piece(box, said, scale) for box, said, sure in lines if sure > _SURE and said.strip()))

    return recognize


def _piece(box: Any, said: str, scale: float) -> Piece:
    """A line with its words spread over its box in proportion to their letters."""
    xs, ys = [float(x) / scale for x, _ in box], [float(y) / scale for _, y in box]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    words = said.split()
    width = (right - left) / max(1, sum(map(len, words)) + len(words) - 1)
    made, at = [], left
    for word in words:
        made.append(Word(word, at, at + width * len(word)))
        at += width * (len(word) + 1)
    return Piece(tuple(made), bottom - 0.2 * (bottom - top), round(0.75 * (bottom - top)))
