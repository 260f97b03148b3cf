"""Word documents give headings, numbered lists, tables, notes, comments and text boxes in their order."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers.office import word
from assistant.ingest.parsers.office.numbering import spelled
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(folder: Path, document: Any) -> Document:
    done = BytesIO()
    document.save(done)
    path = folder / "a.docx"
    path.write_bytes(done.getvalue())
    return read_document(FoundFile("a.docx", path, len(done.getvalue()), 0))


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def texts(document: Document, kind: str) -> list[str]:
    return [text for each, text in kinds(document) if each == kind]


def readings(document: Document) -> list[str]:
    return [said.reading for said in statements(document) if said.kind == "row"]


def _paragraph(document: Any, xml: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, parse_xml(f"<w:p {W}>{xml}</w:p>"))


def _add_part(document: Any, name: str, kind: str, body: str) -> None:
    blob = f"<w:{name} {W}>{body}</w:{name}>".encode()
    content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
    part = Part(PackURI(f"/word/{name}.xml"), content, blob, document.part.package)
    document.part.relate_to(part, kind)


def test_headings_have_their_level_by_style_outline_and_looks(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("The harbour", 0)
    made.add_heading("Piers", 1)
    made.add_heading("North pier", 2)
    made.add_paragraph("It is 80 metres long.")
    _paragraph(made, '<w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Repairs</w:t></w:r>')
    made.add_paragraph("They ended in March.")
    made.add_paragraph().add_run("Opening hours").bold = True
    made.add_paragraph("The pier is open until nine.")
    document = read(tmp_path, made)
    assert document.title == "The harbour"
    assert [
        (block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind == "heading"
    ] == [
        (1, "The harbour"),
        (1, "Piers"),
        (2, "North pier"),
        (3, "Repairs"),
        (word.UNSTYLED, "Opening hours"),
    ]
    assert document.blocks[-1].headings == ("Piers", "North pier", "Repairs", "Opening hours")


def test_lists_keep_their_numbers_and_depths(tmp_path: Path) -> None:
    made = docx.Document()
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, form, text in ((0, "decimal", "%1."), (1, "lowerLetter", "%1.%2)"), (2, "bullet", "x"))
    )
    root = made.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {W} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    root.append(parse_xml(f'<w:num {W} w:numId="92"><w:abstractNumId w:val="90"/>{again}</w:num>'))
    steps = [
        (91, 0, "Dig"),
        (91, 1, "deep"),
        (91, 1, "wide"),
        (91, 2, "twice"),
        (91, 0, "Fill"),
        (91, 1, "slowly"),
        (92, 0, "Paint"),
    ]
    for key, depth, said in steps:
        numbered = f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{key}"/></w:numPr></w:pPr>'
        _paragraph(made, f"{numbered}<w:r><w:t>{said}</w:t></w:r>")
    document = read(tmp_path, made)
    lines = [line.strip() for line in document.text.split("\n")]
    assert lines == ["1. Dig", "1.a) deep", "1.b) wide", "- twice", "2. Fill", "2.a) slowly", "7. Paint"]
    assert [block.level for block in document.blocks] == [1, 2, 2, 3, 1, 2, 1]


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [(4, "decimal", "4"), (28, "lowerLetter", "bb"), (1994, "upperRoman", "MCMXCIV"), (9, "lowerRoman", "ix"),
     (22, "ordinal", "22nd"), (13, "ordinal", "13th"), (5, "decimalZero", "05"), (3, "unheardOf", "3")],
)  # fmt: skip
def test_numbers_are_spelled_as_word_spells_them(number: int, form: str, expected: str) -> None:
    assert spelled(number, form) == expected


def test_tables_with_merged_cells_give_whole_rows(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("Staff by site", style="Caption")
    table = made.add_table(4, 4)
    said = (
        ("", "North wing", "", "South"),
        ("Role", "Full-time", "Part-time", "Full-time"),
        ("Guides", "6", "11", "4"),
        ("", "7", "12", "5"),
    )
    for row, line in zip(table.rows, said, strict=True):
        for cell, text in zip(row.cells, line, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(2, 0).merge(table.cell(3, 0))
    assert readings(read(tmp_path, made)) == [
        "Role: Guides · North wing Full-time: 6 · North wing Part-time: 11 · South Full-time: 4",
        "Role: Guides · North wing Full-time: 7 · North wing Part-time: 12 · South Full-time: 5",
    ]


def test_a_table_of_labels_and_values_is_a_list_of_fields(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(3, 2)
    for row, line in zip(
        table.rows, (("Vessel", "Grebe"), ("Cause:", "A loose fuel hose"), ("Crew", "4")), strict=True
    ):
        row.cells[0].text, row.cells[1].text = line
    assert texts(read(tmp_path, made), "field") == ["Vessel: Grebe", "Cause: A loose fuel hose", "Crew: 4"]


def test_a_table_that_only_places_text_does_not_fuse_it(tmp_path: Path) -> None:
    made = docx.Document()
    left, right = made.add_table(1, 2).rows[0].cells
    for cell, lines in (
        (left, ("Present:", "Tilda Orne", "Bram Koss", "Eda Finn")),
        (right, ("Guests:", "A. Lorn", "J. Pryde")),
    ):
        cell.text = lines[0]
        for line in lines[1:]:
            cell.add_paragraph(line, style="List Bullet")
    document = read(tmp_path, made)
    assert texts(document, "item") == ["Tilda Orne", "Bram Koss", "Eda Finn", "A. Lorn", "J. Pryde"]
    assert [block.lead_in for block in document.blocks if block.kind == "item"] == ["Present:"] * 3 + ["Guests:"] * 2


def test_lists_side_by_side_are_no_rows(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(3, 2)
    said = (
        ("MEMBERS PRESENT", "STAFF PRESENT"),
        ("Mayor Tilda Orne", "Mr. A. Lorn, Clerk"),
        ("Eda Finn of Tarn", "Ms. J. Pryde, Cook"),
    )
    for row, line in zip(table.rows, said, strict=True):
        row.cells[0].text, row.cells[1].text = line
    document = read(tmp_path, made)
    assert [
        (block.lead_in, document.text[block.start : block.end]) for block in document.blocks if block.kind == "item"
    ] == [
        ("MEMBERS PRESENT", "Mayor Tilda Orne"),
        ("MEMBERS PRESENT", "Eda Finn of Tarn"),
        ("STAFF PRESENT", "Mr. A. Lorn, Clerk"),
        ("STAFF PRESENT", "Ms. J. Pryde, Cook"),
    ]


def test_headers_and_footers_are_furniture_once(tmp_path: Path) -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Confidential"
    made.sections[0].footer.paragraphs[0].text = "Page 1"
    made.add_paragraph("The pier is open.")
    made.add_section().header.is_linked_to_previous = True
    assert kinds(read(tmp_path, made)) == [("furniture", "Confidential"), ("paragraph", "The pier is open.")]


def test_notes_come_after_their_section_and_comments_after_their_section(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("Prices", 1)
    _paragraph(made, '<w:r><w:t>A berth costs 12 euro.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>')
    run = made.add_paragraph("Boats may stay.").runs[0]
    made.add_comment(run, "For how long?", author="Ada Voss")
    made.add_heading("Rules", 1)
    note = "<w:footnote w:id='2'><w:p><w:r><w:t>In winter 9 euro.</w:t></w:r></w:p></w:footnote>"
    line = "<w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
    _add_part(made, "footnotes", RELATIONSHIP_TYPE.FOOTNOTES, line + note)
    document = read(tmp_path, made)
    assert [text for _, text in kinds(document)] == [
        "Prices",
        "A berth costs 12 euro.",
        "Boats may stay.",
        "Footnote 1: In winter 9 euro.",
        "For how long?",
        "Rules",
    ]
    assert document.blocks[-2].speaker == "Comment by Ada Voss"


def test_typed_numbers_tell_how_deep_items_are(tmp_path: Path) -> None:
    made = docx.Document()
    for said in ("1.\tBooking", "1.1\tBook two weeks ahead.", "2.\tHotels", "a)\tThey cost 180 at most."):
        made.add_paragraph(said)
    assert [said.context for said in statements(read(tmp_path, made))] == ["", "1. Booking", "", "2. Hotels"]


def test_fields_that_tabs_part_are_several(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("Name: Ada Lind\tAge: 36")
    made.add_paragraph("Ward:\tB\tDoctor:\tDr. Moss")
    said = ["Name: Ada Lind", "Age: 36", "Ward: B", "Doctor: Dr. Moss"]
    assert kinds(read(tmp_path, made)) == [("field", each) for each in said]


def test_cells_that_hold_a_label_and_a_value_are_fields(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(rows=2, cols=2)
    said = ("Prepared by\nYara Lind", "Approved by\nSam Cole, CFO", "Version\n3.2", "Valid from\n1 May 2025")
    for cell, text in zip((cell for row in table.rows for cell in row.cells), said, strict=True):
        cell.text = text
    document = read(tmp_path, made)
    assert kinds(document)[1] == ("field", "Approved by: Sam Cole, CFO")
    assert document.about.startswith("Prepared by: Yara Lind · Approved by: Sam Cole, CFO")


def test_text_boxes_are_read_once_and_deletions_not_at_all(tmp_path: Path) -> None:
    made = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed words.</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    choice = f'<mc:AlternateContent {mc}><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
    _paragraph(made, f"<w:r><w:t>Around it.</w:t></w:r><w:r>{choice}</mc:AlternateContent></w:r>")
    deleted = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
    _paragraph(made, f'<w:r><w:t xml:space="preserve">The </w:t></w:r>{deleted}<w:r><w:t> pier</w:t></w:r>')
    _paragraph(made, "<w:r><w:t>photo</w:t><w:softHyphen/><w:t>voltaic</w:t><w:noBreakHyphen/><w:t>panel</w:t></w:r>")
    assert texts(read(tmp_path, made), "paragraph") == [
        "Around it.",
        "Boxed words.",
        "The new pier",
        "photovoltaic-panel",
    ]


def test_a_table_of_contents_is_furniture(tmp_path: Path) -> None:
    made = docx.Document()
    style = made.styles.add_style("toc 1", 1)
    made.add_paragraph("Piers 3", style=style)
    made.add_paragraph("The pier is open.")
    assert kinds(read(tmp_path, made))[0] == ("furniture", "Piers 3")


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("Rules of the harbour", "Harbour Board of Tarn", ("Rules of the harbour", "Harbour Board of Tarn")),
        ("Microsoft Word - rules_v3.docx", "jsmith", ("a", None)),
        ("Document1", "Microsoft Office User", ("a", None)),
    ],
)
def test_properties_that_programs_fill_in_are_not_believed(
    tmp_path: Path, title: str, author: str, expected: tuple[str, str | None]
) -> None:
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = title, author
    made.add_paragraph("The pier is open.")
    document = read(tmp_path, made)
    assert (document.title, document.publisher) == expected


def test_a_number_and_capitals_are_a_heading_and_boxes_stay_with_their_labels(tmp_path: Path) -> None:
    made = docx.Document()
    for said in ("A.\tPURPOSE", "The plan is kept here.", "To do:", "☒ Design", "☐ Paint", "Tea: ☒ Yes ☐ No"):
        made.add_paragraph(said)
    assert kinds(read(tmp_path, made)) == [
        ("heading", "A. PURPOSE"),
        ("paragraph", "The plan is kept here."),
        ("item", "To do:\n\n☒ Design\n☐ Paint"),
        ("field", "Tea: ☒ Yes ☐ No"),
    ]


def test_a_transcript_of_a_meeting_is_of_who_speaks(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("0:0:0.0 --> 0:0:1.51\nAda Lind\nThe pump arrived. It works.")
    made.add_paragraph("Bo Ek   0:03\nGood.")
    document = read(tmp_path, made)
    assert [(block.kind, block.speaker, block.lead_in) for block in document.blocks] == [
        ("quotation", "Ada Lind", "0:0:0.0"),
        ("quotation", "Bo Ek", "0:03"),
    ]
