"""Presentations give each slide as a page: its title, bullets with depths, tables, charts and notes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # publishes no types
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document

A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def read(folder: Path, presentation: Any) -> Document:
    done = BytesIO()
    presentation.save(done)
    path = folder / "a.pptx"
    path.write_bytes(done.getvalue())
    return read_document(FoundFile("a.pptx", path, len(done.getvalue()), 0))


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_bullets_have_depths_and_stand_under_their_title(tmp_path: Path) -> None:
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "The kiln project"
    frame = slide.placeholders[1].text_frame
    frame.text = "Led by Suri Paoli"
    for said, level in (("since October", 1), ("Financed by the Tessel fund", 0)):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = said, level
    slide.notes_slide.notes_text_frame.text = "Thank the fund."
    document = read(tmp_path, made)
    assert kinds(document) == [
        ("heading", "The kiln project"),
        ("item", "Led by Suri Paoli"),
        ("item", "since October"),
        ("item", "Financed by the Tessel fund"),
        ("paragraph", "Thank the fund."),
    ]
    assert [block.level for block in document.blocks if block.kind == "item"] == [1, 2, 1]
    assert document.blocks[2].headings == ("The kiln project",)
    assert document.title == "The kiln project"


def test_numbered_bullets_keep_their_numbers(tmp_path: Path) -> None:
    made = Presentation()
    frame = made.slides.add_slide(made.slide_layouts[1]).placeholders[1].text_frame
    for number, said in enumerate(("Dig", "Fill", "Paint")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = said
        etree.SubElement(paragraph._p.get_or_add_pPr(), f"{{{A}}}buAutoNum", type="romanUcParenR", startAt="3")
    assert read(tmp_path, made).text.split("\n") == ["III) Dig", "IV) Fill", "V) Paint"]


def test_tables_and_charts_give_rows(tmp_path: Path) -> None:
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, 0, 0, Inches(5), Inches(1)).table
    for row, line in zip(table.rows, (("Year", "", "Note"), ("2023", "12", "dry"), ("2024", "15", "wet")), strict=True):
        for cell, said in zip(row.cells, line, strict=True):
            cell.text = said
    table.cell(0, 0).merge(table.cell(0, 1))
    chart: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    chart.categories = ["2023", "2024"]
    chart.add_series("Boats", (12, 15.5))
    chart.add_series("Guests", (40, 44))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, Inches(3), Inches(5), Inches(3), chart)
    rows = [said.reading for said in statements(read(tmp_path, made)) if said.kind == "row"]
    assert rows[0] == "Year: 2023 · Year: 12 · Note: dry"
    assert rows[2:] == ["2023 · Boats: 12 · Guests: 40", "2024 · Boats: 15.5 · Guests: 44"]


def test_boxes_are_read_from_the_top_left_and_feet_once(tmp_path: Path) -> None:
    made = Presentation()
    for number in range(2):
        slide = made.slides.add_slide(made.slide_layouts[6])
        for said, left, top in (
            ("Right", 5, 2),
            ("Below them both.", 1, 5),
            ("Left", 1, 2),
            (f"Slide of day {number}", 1, 0.5),
        ):
            slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = said
    made.slides[1].element.set("show", "0")
    document = read(tmp_path, made)
    assert [text for _, text in kinds(document)][:4] == ["Slide of day 0", "Left", "Right", "Below them both."]
    assert document.blocks[0].kind == "heading"
    assert document.notes == ("It has a hidden slide; it was read.",)
    assert document.page_at(document.text.index("Slide of day 1")) == 2


def test_a_title_that_holds_the_text_of_a_slide_heads_nothing(tmp_path: Path) -> None:
    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "\n".join(
        f"Code {number}: the office for matters of kind {number}" for number in range(9)
    )
    document = read(tmp_path, made)
    assert [kind for kind, _ in kinds(document)] == ["field"] * 9
    assert document.title == "a"
