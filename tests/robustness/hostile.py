"""Builds an index from malformed and hostile files of all formats: none may stop, crash or slip by the build.

Good files are cut, overwritten, shuffled and glued together at random, and some are made to hurt: bombs, endless
nesting, loops, patterns that make careless regular expressions slow. Every file has to be indexed or reported.

    python -m tests.robustness.hostile [--files 500] [--seed 0]
"""

from __future__ import annotations

import argparse
import io
import random
import re
import resource
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from assistant.ingest.sync import sync
from assistant.ingest.worker import Limits
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Document
from tests.robustness.formats import SUFFIXES, made

LIMITS = Limits(seconds=10, memory=1 << 30)


class Outcome(NamedTuple):
    """What became of the files, by what the report says of them; and which of them nobody has heard of."""

    files: int
    indexed: int
    reported: int
    lost: list[str]
    problems: list[str]
    reasons: Counter[str]


def main() -> None:
    """Print what became of the files."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcome = run(Path(name), options.files, options.seed)
    print(f"{outcome.files} files: {outcome.indexed} indexed, {outcome.reported} reported, {len(outcome.lost)} lost")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"No file may take more than {LIMITS.seconds:g} s; {memory} MB here at most")
    for reason, number in outcome.reasons.most_common():
        print(f"{number:6}  {reason}")
    print(*outcome.lost, *outcome.problems, sep="\n")
    sys.exit(1 if outcome.lost or outcome.problems else 0)


def run(folder: Path, number: int, seed: int, heavy: bool = True) -> Outcome:
    """Make the files in ``folder``, index them there, and compare."""
    docs = folder / "docs"
    docs.mkdir()
    names = [write(docs, name, data) for name, data in files(number, seed, heavy)]
    embedder = FakeEmbedder()
    with Index(folder / "index", lambda: embedder) as index:
        report = sync(index, docs, limits=LIMITS)
        problems = index.verify()
    reported = {skipped.source: skipped.reason for skipped in report.skipped}
    lost = sorted(set(names) - set(report.added) - reported.keys())
    kinds = Counter(_kind(reason) for reason in reported.values())
    return Outcome(len(names), len(report.added), len(reported), lost, problems, kinds)


def write(docs: Path, name: str, data: bytes) -> str:
    """Write a file, and return its name."""
    (docs / name).write_bytes(data)
    return name


def _kind(reason: str) -> str:
    """A reason without the name of the file."""
    words = re.sub(r"^'[^']*'", "", reason)
    return re.sub(r"\d[\d,]*", "n", words.split(" (")[0].split(". ")[0]).strip(" ,:")[:70]


# --- the files ------------------------------------------------------------------------------------


def files(number: int, seed: int, heavy: bool = True) -> Iterator[tuple[str, bytes]]:
    """``number`` names and contents: first those made to hurt, then good ones at random spoiled."""
    chance = random.Random(seed)
    text = "\n\n".join(f"Paragraph {n} says that river {n} rose by {3 * n} metres." for n in range(40))
    document = Document(source="a", title="Rivers", publisher="The Gauge", published=date(2025, 5, 8), text=text)
    good = {suffix: made(document, suffix) for suffix in SUFFIXES}
    hurting = [(name, make) for name, make in made_to_hurt(good).items() if heavy or name not in HEAVY]
    yield from ((name, make()) for name, make in hurting[:number])
    for n in range(max(0, number - len(hurting))):
        suffix = SUFFIXES[n % len(SUFFIXES)]
        yield f"spoiled-{n:03}{suffix}", spoiled(good[suffix], good, chance)


def spoiled(data: bytes, others: dict[str, bytes], chance: random.Random) -> bytes:
    """``data`` with one to three accidents."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([1, 4, 64, 1024]))
        other = chance.choice(list(others.values()))
        data = chance.choice(
            [
                data[:start],
                data[start:],
                data[:start] + chance.randbytes(end - start) + data[end:],
                data[:start] + bytes(end - start) + data[end:],
                data[:start] + data[end:],
                data[:start] + data[start:end] * chance.choice([2, 50]) + data[end:],
                data[:start] + other[start:end] + data[end:],
                data[:start] + other,
                bytes(byte ^ (1 << chance.randrange(8)) if chance.random() < 0.01 else byte for byte in data),
            ]
        )
    return data


_LONG_TEXTS = {"one-line.txt", "stars.txt", "dots.txt", "initials.txt", "quotes.txt", "one-word.txt", "pipes.txt"}
_LONG_LINES = {"hashes.md", "brackets.md", "headers.eml"}
_LONG_TABLES = {"bomb.xlsx", "rows.xlsx", "messages.mbox", "lines.rst", "cues.vtt"}
_LONG = {"bomb.docx", "bomb-in-limits.docx", "long.pdf", "nested.html"}
HEAVY = frozenset({*_LONG, *_LONG_TEXTS, *_LONG_LINES, *_LONG_TABLES})
"""Files made to hurt that take seconds to make or to index."""


def made_to_hurt(good: dict[str, bytes]) -> dict[str, Callable[[], bytes]]:
    """Files that someone wrote on purpose, and how to make them."""
    laughs = "".join(f'<!ENTITY a{n + 1} "{"&a" + str(n) + ";" * 1}{f"&a{n};" * 9}">' for n in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><x>&a9;</x>'
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    found: dict[str, Callable[[], bytes]] = {
        "empty.pdf": lambda: b"",
        "bomb.docx": lambda: _zipped(good[".docx"], "word/document.xml", bytes(1_000_000_000)),
        "bomb-in-limits.docx": lambda: _zipped(good[".docx"], "word/document.xml", b"<a>" * 150_000_000),
        "laughs.docx": lambda: _zipped(good[".docx"], "word/document.xml", bomb.encode()),
        "laughs.epub": lambda: _zipped(good[".epub"], "OPS/book.opf", bomb.encode()),
        "outside.epub": lambda: _zipped(good[".epub"], "OPS/book.opf", outside.encode()),
        "locked.epub": lambda: _zipped(good[".epub"], "META-INF/rights.xml", b"<rights/>"),
        "no-container.epub": lambda: _zipped(good[".epub"], "META-INF/container.xml", b"<x/>"),
        "old-format.docx": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        "plain-zip.pptx": lambda: _zipped(good[".pptx"], "ppt/presentation.xml", b"<x/>"),
        "nested.html": lambda: b"<div>" * 300_000 + b"deep",
        "nested.jsonl": lambda: b"[" * 300_000,
        "number.jsonl": lambda: b"1" * 1_000_000,
        "hashes.md": lambda: b"# " + b" #" * 200_000 + b" x\n\nText.",
        "brackets.md": lambda: b"# " + b"[" * 200_000 + b"\n\nText.",
        "stars.txt": lambda: b"* " * 500_000,
        "dots.txt": lambda: b"." * 1_000_000,
        "initials.txt": lambda: b"A." * 500_000,
        "quotes.txt": lambda: b'"' * 1_000_000,
        "one-word.txt": lambda: b"a" * 4_000_000,
        "one-line.txt": lambda: b"It rose again and again. " * 160_000,
        "pipes.txt": lambda: b"| " * 500_000,
        "front.md": lambda: b"---\n" + b"a: &a [" * 10_000 + b"\n---\nText.",
        "aliases.md": lambda: b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntitle: [*c,*c]\n---\nText.",
        "long-front.md": lambda: b"---\n" + b"key: value\n" * 100_000 + b"---\nText.",
        "field.csv": lambda: b'a,b\n"' + b"x" * 1_000_000,
        "columns.csv": lambda: b"," * 1_000_000 + b"\n" + b"1," * 100_000,
        "sniff.csv": lambda: b"'a'," * 1_000 + b"'" * 3_000,
        "parts.eml": lambda: _many_parts(),
        "headers.eml": lambda: b"Subject: " + b"=?utf-8?q?x?= " * 100_000 + b"\n\nText.",
        "rows.xlsx": lambda: _sheet(good[".xlsx"], "".join(f'<row r="{n}"/>' for n in range(2, 1_000_001))),
        "far.xlsx": lambda: _sheet(good[".xlsx"], '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "merged.xlsx": lambda: _sheet(good[".xlsx"], "", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "laughs.xlsx": lambda: _zipped(good[".xlsx"], "xl/workbook.xml", bomb.encode()),
        "bomb.xlsx": lambda: _zipped(good[".xlsx"], "xl/worksheets/sheet1.xml", bytes(1_000_000_000)),
        "rows.ods": lambda: _repeated(good[".ods"], "row", 1_048_576),
        "columns.ods": lambda: _repeated(good[".ods"], "column", 1_048_576),
        "laughs.odt": lambda: _zipped(good[".odt"], "content.xml", bomb.encode()),
        "nested.odt": lambda: _zipped(good[".odt"], "content.xml", b"<a>" * 100_000 + b"x" + b"</a>" * 100_000),
        "braces.rtf": lambda: b"{\\rtf1 " + b"{" * 300_000 + b"deep" + b"}" * 300_000,
        "pictures.rtf": lambda: b"{\\rtf1 {\\pict " + b"ab" * 2_000_000 + b"} Text.}",
        "nested.ipynb": lambda: b'{"cells": ' + b"[" * 300_000,
        "nested.json": lambda: b'{"a": ' * 300_000,
        "cues.vtt": lambda: b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\n<v A>\n\n" * 100_000,
        "arrows.srt": lambda: b"1\n" + b"-->" * 500_000,
        "messages.mbox": lambda: b"From a@b.c Thu May  8 10:00:00 2025\nSubject: x\n\nText.\n\n" * 20_000,
        "from.mbox": lambda: b"From " * 500_000,
        "lines.rst": lambda: b"Head\n====\n\n" * 50_000,
        "bars.adoc": lambda: b"|===\n" * 100_000,
        "form-in-itself.pdf": lambda: form_in_itself(),
        "encrypted.pdf": lambda: _encrypted(good[".pdf"]),
        "images.pdf": lambda: _without_text(),
        "loop.pdf": lambda: _looping(),
        "itself.pdf": lambda: pdf_in_itself(),
        "long.pdf": lambda: long_pdf(),
    }
    others = {suffix: good[".pdf" if suffix != ".pdf" else ".docx"] for suffix in good}
    return found | {f"other{suffix}": lambda other=other: other for suffix, other in others.items()}


def _zipped(archive: bytes, name: str, data: bytes) -> bytes:
    """``archive`` with one member replaced or added."""
    done = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(done, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, data)
    return done.getvalue()


def _sheet(book: bytes, rows: str, after: str = "") -> bytes:
    """``book`` with further rows in its sheet, and what stands behind them."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    changed = sheet.replace("</sheetData>", f"{rows}</sheetData>{after}")
    return _zipped(book, "xl/worksheets/sheet1.xml", changed.encode())


def _repeated(book: bytes, what: str, times: int) -> bytes:
    """``book`` with each row or cell as many times."""
    tag, attribute = {"row": ("table-row", "rows"), "column": ("table-cell", "columns")}[what]
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        content = archive.read("content.xml").decode()
    changed = content.replace(f"<table:{tag}>", f'<table:{tag} table:number-{attribute}-repeated="{times}">')
    return _zipped(book, "content.xml", changed.encode())


def _many_parts() -> bytes:
    depth = 2_000
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"Subject: x\n{heads}Content-Type: text/plain\n\ndeep".encode()


def _encrypted(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer, done = PdfWriter(clone_from=PdfReader(io.BytesIO(data))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(done)
    return done.getvalue()


def _without_text() -> bytes:
    from pypdf import PdfWriter

    writer, done = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(done)
    return done.getvalue()


def _pdf_of(*objects: bytes) -> bytes:
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + end


def _looping() -> bytes:
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
    )


def pdf_in_itself() -> bytes:
    """A page that draws a form, which draws itself."""
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >> /Length 4 >>"
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R /Resources << /XObject << /F 4 0 R >> >> >>",
        form + b"\nstream\n/F Do\nendstream",
        b"<< /Length 5 >>\nstream\n/F Do\nendstream",
    )


def form_in_itself() -> bytes:
    """A page with a field of a form, whose looks draw themselves."""
    looks = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 4 >>"
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (b) /Rect [0 0 9 9] /AP << /N 5 0 R >> /Parent 4 0 R >>"
    )
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [4 0 R 4 0 R] >>",
        field,
        looks + b"\nstream\n/F Do\nendstream",
    )


def long_pdf() -> bytes:
    """A page whose drawing takes a minute to follow."""
    stream = b"BT /F1 12 Tf " + b"(x) Tj 1 0 0 1 0 1 Tm " * 500_000 + b"ET"
    font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources %b >>" % font,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    )


if __name__ == "__main__":
    main()
