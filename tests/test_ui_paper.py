"""A document as it is read in the panel: tables, headings, marks, and pages of PDF files as pictures."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest

from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from assistant.types import Document, Span
from assistant.web import panel
from assistant.web.paper import Marks, drawn_page, parts, position
from tests.ui_help import pdf

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
PAGES = ("The harbour was opened in 1902.", "The light was lit on 4 May 1871.")


def read(tmp_path: Path, name: str, content: str | bytes) -> Document:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (file,) = find_files(tmp_path)[0]
    return read_document(file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ages.csv", "name,age\nAda,36\nBob,41\n"),
        ("ages.md", "# Ages\n\n| name | age |\n|---|---|\n| Ada | 36 |\n| Bob | 41 |\n\nEnd.\n"),
    ],
)
def test_a_table_is_a_table_with_the_quoted_row_marked(tmp_path: Path, name: str, text: str) -> None:
    document = read(tmp_path, name, text)
    row = next(block for block in document.blocks if block.kind == "row" and "Bob" in document.text[block.start :][:9])
    shown = parts(document, Span(0, len(document.text)), Marks(Span(row.start, row.end)))
    (table,) = [part for part in shown if part.kind == "table"]
    assert table.columns == ("name", "age")
    assert [row.kind for row in table.rows] == ["", "quoted"]
    assert [[cell[0].text for cell in row.cells] for row in table.rows] == [["Ada", "36"], ["Bob", "41"]]
    assert "|" not in "".join(segment.text for part in shown for segment in part.segments)


def test_a_heading_stands_out_without_its_signs(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", "Before.\n\n## The pier\n\nIt is closed.\n")
    shown = parts(document, Span(0, len(document.text)), Marks())
    assert [part.segments[0].text for part in shown if part.kind == "heading"] == ["The pier"]
    assert "#" not in "".join(segment.text for part in shown for segment in part.segments)


def test_a_page_of_a_pdf_is_a_picture_with_the_quotation_boxed(tmp_path: Path) -> None:
    from PIL import Image

    document = read(tmp_path, "harbour.pdf", pdf(*PAGES))
    start = document.text.index("lit on")
    drawn = drawn_page(document, tmp_path / "harbour.pdf", Span(start, start + 16))
    assert drawn
    assert (drawn.number, drawn.total) == (2, 2)
    (box,) = drawn.picture.boxes
    assert 0 < box.left < box.left + box.width < 60
    assert 14 < box.top < box.top + box.height < 20
    with Image.open(io.BytesIO(base64.b64decode(drawn.picture.data))) as image:
        assert (image.format, image.width) == ("WEBP", 1200)


@pytest.mark.parametrize(
    ("name", "said"), [("plan.pptx", "slide 2 of 2"), ("sums.xlsx", "sheet 2 of 2"), ("tides.pdf", "page 2 of 2")]
)
def test_the_place_of_a_quotation_is_called_by_its_name(name: str, said: str) -> None:
    assert position(Document(source=name, title="Plan", text="x" * 60, pages=(0, 30)), 40) == said


def test_the_place_in_a_long_text_is_its_heading_and_how_far_it_is(tmp_path: Path) -> None:
    document = read(tmp_path, "book.md", f"# The quay\n\n{'It rained. ' * 3000}\n\n## The cranes\n\nThey are tall.\n")
    assert position(document, document.text.index("They")) == "The cranes · at 99 %"
    assert position(document, document.text.index("It rained")) == "at 0 %"


def test_another_page_is_drawn_without_boxes(tmp_path: Path) -> None:
    document = read(tmp_path, "harbour.pdf", pdf(*PAGES))
    start = document.text.index("lit on")
    drawn = drawn_page(document, tmp_path / "harbour.pdf", Span(start, start + 16), 1)
    assert drawn
    assert (drawn.number, drawn.picture.boxes) == (1, ())


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4 nonsense", pdf("One page only.")], ids=["empty", "broken", "short"]
)
def test_a_page_that_cannot_be_drawn_leaves_the_text(tmp_path: Path, content: bytes) -> None:
    document = read(tmp_path, "harbour.pdf", pdf(*PAGES))
    (tmp_path / "harbour.pdf").write_bytes(content)
    start = document.text.index("lit on")
    assert drawn_page(document, tmp_path / "harbour.pdf", Span(start, start + 6)) is None
    assert "data-view" not in panel.document_html(document, Span(start, start + 6))
