"""Pages of PDF files as pictures, with the place of quoted words on them.

A file may be hostile, so a page is drawn in a process of its own, which runs this file and imports nothing else of
the package. What it says is checked here, and shown only as a picture.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 15
"""Seconds a page may take to be drawn."""

MEMORY = 1 << 30
"""Bytes of memory that drawing may take, where the system can limit it."""

WIDTH, LONGEST = 1200, 2400
"""Pixels of a picture's width, and of its longer side at most."""


class Box(NamedTuple):
    """A place on a page, in percent of its width and height."""

    left: float
    top: float
    width: float
    height: float


class Picture(NamedTuple):
    """A page as WebP in base64, and the boxes of the words that were looked for."""

    data: str
    boxes: tuple[Box, ...]


def picture(file: Path, page: int, words: str = "") -> Picture | None:
    """Page ``page``, from 1, of a PDF file; None where it cannot be drawn."""
    try:
        return _drawn(file, file.stat().st_mtime_ns, page, words)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _drawn(file: Path, changed: int, page: int, words: str) -> Picture | None:  # noqa: ARG001 - a part of the key
    wanted = json.dumps({"file": str(file), "page": page, "words": words})
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, this file
            [sys.executable, "-I", __file__], input=wanted, capture_output=True, text=True, timeout=SECONDS, check=True
        )
        told = json.loads(done.stdout)
        data = str(told["data"])
        base64.b64decode(data, validate=True)
        return Picture(data, tuple(Box(*map(float, box)) for box in told["boxes"]))
    except (subprocess.SubprocessError, ValueError, LookupError, TypeError):
        return None


# --- in the process that draws


def main() -> None:
    """Draw the page that standard input names."""
    _limit()
    wanted = json.load(sys.stdin)
    print(json.dumps(_draw(Path(wanted["file"]).read_bytes(), wanted["page"], wanted["words"])))  # noqa: T201


def _limit() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    except (ImportError, ValueError, OSError):  # not on every system
        pass


def _draw(data: bytes, number: int, words: str) -> dict[str, Any]:
    import pypdfium2 as pdfium

    page = pdfium.PdfDocument(data)[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / width, LONGEST / max(width, height))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "WEBP", quality=72)
    boxes = [_percent(page, box) for box in _lines(_places(page.get_textpage(), words))]
    return {"data": base64.b64encode(out.getvalue()).decode(), "boxes": boxes}


def _places(text: Any, words: str) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top of each letter of ``words``, found by letters and digits alone."""
    from pypdfium2 import raw

    letters = [(chr(raw.FPDFText_GetUnicode(text, n) or 32).casefold(), n) for n in range(text.count_chars())]
    letters = [(letter, n) for letter, n in letters if letter.isalnum()]
    wanted = "".join(letter for letter in words.casefold() if letter.isalnum())
    found = "".join(letter[0] for letter, _ in letters).find(wanted) if wanted else -1
    for _, n in letters[found : found + len(wanted)] if found >= 0 else ():
        yield text.get_charbox(n)


def _lines(places: Iterator[tuple[float, float, float, float]]) -> list[list[float]]:
    """Letters that stand on one line as one box."""
    lines: list[list[float]] = []
    for left, bottom, right, top in places:
        line = lines[-1] if lines else None
        if line and line[1] < (bottom + top) / 2 < line[3] and left > line[0]:
            lines[-1] = [line[0], min(line[1], bottom), max(line[2], right), max(line[3], top)]
        else:
            lines.append([left, bottom, right, top])
    return lines


def _percent(page: Any, box: Sequence[float]) -> list[float]:
    from pypdfium2 import raw

    def seen(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, 100_000, 100_000, 0, x, y, across, down)
        return across.value / 1000, down.value / 1000

    (left, bottom), (right, top) = seen(box[0], box[1]), seen(box[2], box[3])
    low, high = sorted((top, bottom))
    first, last = sorted((left, right))
    return [first - 0.4, low - 0.3, last - first + 0.8, high - low + 0.6]


if __name__ == "__main__":
    main()
