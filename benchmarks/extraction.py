"""Measures how well the text of real PDF files is extracted, compared with the plain text of pypdf and pdfplumber.

FOLDER has PDF files with transcriptions by others: ``NAME.md`` has the paragraphs in reading order, ``NAME-str.xml``
the cells of tables in the format of the ICDAR 2013 table competition. Only letters and digits are compared.

    uv run --with pdfplumber python -m benchmarks.extraction FOLDER
"""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements

LEAST = 60
"""Letters of the shortest paragraph that is searched for."""

SHORTEST = 8
"""Letters of the shortest running head."""

HEAD = 30
"""Letters of the start of a paragraph by which its place is found."""


class Extracted(NamedTuple):
    """The lines of a file as a program reads them, and how many pages it has."""

    lines: Sequence[str]
    pages: int


class Share(NamedTuple):
    """A count of good items, and of all items."""

    good: int = 0
    of: int = 0

    def __add__(self, other: object) -> Share:
        """The two together."""
        assert isinstance(other, Share)
        return Share(self.good + other.good, self.of + other.of)

    def __str__(self) -> str:
        """``.873``, or a dash where there was nothing to find."""
        return f"{self.good / self.of:.3f}".lstrip("0") if self.of else "-"


def ours(path: Path) -> Extracted:
    """Each paragraph, item, field and row as a person reads it, without furniture."""
    document = read_document(FoundFile(path.name, path, path.stat().st_size, 0))
    lines: list[str] = []
    before = -1
    for statement in statements(document):
        text = statement.reading or " ".join(document.text[statement.start : statement.end].split())
        goes_on = statement.kind in ("paragraph", "quotation") and "\n\n" not in document.text[before : statement.start]
        if statement.kind != "furniture" or " | " in text:  # the header of a table is furniture too
            lines[-1:] = [f"{lines[-1]} {text}"] if goes_on and lines and before >= 0 else [*lines[-1:], text]
            before = statement.end
    return Extracted(lines, len(document.pages))


def with_pypdf(path: Path) -> Extracted:
    """The plain text of pypdf."""
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(path).pages]
    return Extracted("\n".join(pages).split("\n"), len(pages))


def with_pdfplumber(path: Path) -> Extracted:
    """The plain text of pdfplumber."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        pages = [page.extract_text() or "" for page in pdf.pages]
    return Extracted("\n".join(pages).split("\n"), len(pages))


PROGRAMS: Mapping[str, Callable[[Path], Extracted]] = {
    "assistant": ours,
    "pypdf": with_pypdf,
    "pdfplumber": with_pdfplumber,
}


def main() -> None:
    """Print a row for each program."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--each", action="store_true", help="a row for each file, too")
    options = arguments.parse_args()
    files = sorted(options.folder.glob("*.pdf"))
    print(f"{len(files)} files")
    print(f"{'':28}{'order':>8}{'whole':>8}{'words':>8}{'rows':>8}{'heads':>8}{'pages/s':>9}")
    for name, extract in PROGRAMS.items():
        total: dict[str, Share] = defaultdict(Share)
        pages, heads, seconds = 0, 0, 0.0
        for path in files:
            began = time.process_time()
            read = extract(path)
            seconds += time.process_time() - began
            pages += read.pages
            heads += repeated(read)
            found = measured(read, path)
            for key, share in found.items():
                total[key] += share
            if options.each:
                print(_row(f"  {path.stem[:24]}", found), flush=True)
        print(f"{_row(name, total)}{heads:8}{pages / seconds:9.1f}", flush=True)


def _row(name: str, found: Mapping[str, Share]) -> str:
    return f"{name:28}" + "".join(f"{found.get(key, Share())!s:>8}" for key in ("order", "whole", "words", "rows"))


# --- measures -------------------------------------------------------------------------------------


def measured(read: Extracted, path: Path) -> dict[str, Share]:
    """How much of the transcription was extracted.

    ``order``: pairs of neighboring paragraphs in the right order. ``whole``: paragraphs without an interruption.
    ``words``: words that are not divided. ``rows``: rows of tables that are one line with all cells.
    """
    found: dict[str, Share] = {}
    paragraphs, table = path.with_suffix(".md"), path.with_name(f"{path.stem}-str.xml")
    if paragraphs.exists():
        written = list(_paragraphs(paragraphs.read_text()))
        text = "".join(map(_letters, read.lines))
        places = [text.find(_letters(each)[:HEAD]) for each in written]
        found["order"] = _share(0 <= before < after for before, after in pairwise(places))
        found["whole"] = _share(_letters(each) in text for each in written)
        words = {_letters(word) for line in read.lines for word in line.split()}
        wanted = (_letters(word) for each in written for word in each.split() if len(word) > 5 and word.isalpha())
        found["words"] = _share(word in words for word in wanted)
    if table.exists():
        lines = [_letters(line) for line in read.lines]
        found["rows"] = _share(any(_holds(line, row) for line in lines) for row in _rows(table))
    return found


_NUMBER = re.compile(r"^\s*\d+\s*|\s*\d+\s*$")


def repeated(read: Extracted) -> int:
    """How many lines occur three times or more, apart from a number at an end: headers and footers."""
    lines = Counter(_NUMBER.sub("", line) for line in read.lines if len(_letters(line)) >= SHORTEST)
    return sum(times for times in lines.values() if 3 <= times <= read.pages)


def _share(good: Iterator[bool]) -> Share:
    verdicts = list(good)
    return Share(sum(verdicts), len(verdicts))


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


_MARKUP = re.compile(r"^(?:#|\||!|<|```|-{3})|^\s*(?:[-*•]|\d+[.)])\s")


def _paragraphs(markdown: str) -> Iterator[str]:
    """The paragraphs of running text."""
    for block in markdown.split("\n\n"):
        if not _MARKUP.match(block) and len(_letters(block)) >= LEAST:
            yield " ".join(block.replace("\\_", "_").replace("&amp;", "&").split())


def _rows(path: Path) -> Iterator[list[str]]:
    """The cells of each row of two or more, from left to right."""
    for region in ElementTree.parse(path).getroot().iter("region"):  # noqa: S314 - a file that the caller trusts
        rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for cell in region.iter("cell"):
            text = _letters(cell.findtext("content") or "")
            if text and cell.get("end-row", cell.get("start-row")) == cell.get("start-row"):
                rows[int(cell.get("start-row") or 0)].append((int(cell.get("start-col") or 0), text))
        yield from ([text for _, text in sorted(row)] for row in rows.values() if len(row) > 1)


def _holds(line: str, cells: Sequence[str]) -> bool:
    at = 0
    for cell in cells:
        at = line.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    return True


if __name__ == "__main__":
    main()
