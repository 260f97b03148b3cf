"""Tables: CSV, TSV, XLSX and XLS give a row for each record, with its columns, as a person sees the values."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers.cells import is_number
from assistant.ingest.parsers.office.number_formats import Scalar, displayed
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document
from tests.reading import outline


def load(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    return read_document(FoundFile(name, path, len(data), 0))


def rows(document: Document) -> list[str]:
    """The rows as a person reads them, each below its caption."""
    return [
        " › ".join(filter(None, [block.caption, said.reading or document.text[block.start : block.end]]))
        for block, said in zip(document.blocks, statements(document), strict=True)
        if block.kind == "row"
    ]


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def workbook(fill: Callable[[Worksheet], object], *more: Callable[[Worksheet], object]) -> bytes:
    book, done = openpyxl.Workbook(), io.BytesIO()
    for number, each in enumerate((fill, *more)):
        sheet = book.active if number == 0 else book.create_sheet()
        assert isinstance(sheet, Worksheet)
        each(sheet)
    book.save(done)
    return done.getvalue()


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    """A workbook with ``old`` replaced in its first sheet."""
    done = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(done, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, part.replace(old, new) if name.endswith("sheet1.xml") else part)
    return done.getvalue()


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("comma.csv", b"city,opened\nOslo,1987\n", ["city: Oslo · opened: 1987"]),
        (
            "semicolon.csv",
            b"Stadt;Preis\nWels;1,50\nLinz;2,75\n",
            ["Stadt: Wels · Preis: 1,50", "Stadt: Linz · Preis: 2,75"],
        ),
        ("tab.tsv", b"id\tnote\n1\ta, b, c\n2\td, e, f\n", ["id: 1 · note: a, b, c", "id: 2 · note: d, e, f"]),
        ("pipe.csv", b"a|b|c\n1|2|3\n", ["a: 1 · b: 2 · c: 3"]),
        ("told.csv", b"sep=;\na;b\n1;2\n", ["a: 1 · b: 2"]),
        ("quoted.csv", b'name,note\nAda,"one; ""two""\nthree"\n', ['name: Ada · note: one; "two" three']),
        ("ragged.csv", b"a,b,c\n1,2\n3,,4,5\n", ["a: 1 · b: 2", "a: 3 · c: 4 · 5"]),
    ],
)
def test_csv_finds_what_parts_its_cells(tmp_path: Path, name: str, data: bytes, expected: list[str]) -> None:
    assert rows(load(tmp_path, name, data)) == expected


def test_csv_header_of_two_rows_names_each_column_whole(tmp_path: Path) -> None:
    data = b",2023,,2024,\nRegion,Plan,Actual,Plan,Actual\nNorth,10,12,11,13\nSouth,20,19,21,22\n"
    assert rows(load(tmp_path, "a.csv", data))[0] == (
        "Region: North · 2023 Plan: 10 · 2023 Actual: 12 · 2024 Plan: 11 · 2024 Actual: 13"
    )


def test_csv_lines_above_the_header_are_its_caption(tmp_path: Path) -> None:
    data = b"Harbour dues,,\nin thousands of euro,,\nPort,2023,2024\nTarn,14,15\nLervik,9,8\n"
    document = load(tmp_path, "a.csv", data)
    assert rows(document)[1] == "Harbour dues › in thousands of euro › Port: Lervik · 2023: 9 · 2024: 8"


def test_csv_without_a_header_takes_no_row_for_one(tmp_path: Path) -> None:
    assert rows(load(tmp_path, "a.csv", b"1,2.5,3\n4,5.5,6\n")) == ["1 · 2.5 · 3", "4 · 5.5 · 6"]


def test_csv_quotation_mark_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    data = b'size,part\n5",bolt\n"6,nut\n' + b"7,rod\n" * 300
    assert len(rows(load(tmp_path, "a.csv", data))) == 302


def test_csv_cell_may_hold_an_article(tmp_path: Path) -> None:
    article = ("The truce held. " * 10_000).strip()
    document = load(tmp_path, "a.csv", f"id,article\n1,{article}\n2,short\n".encode())
    assert f"1 | {article}" in document.text


def test_csv_of_one_column_is_a_list_of_paragraphs(tmp_path: Path) -> None:
    document = load(tmp_path, "a.csv", b"name\nAda\nBram\n")
    assert kinds(document) == [("paragraph", "name"), ("paragraph", "Ada"), ("paragraph", "Bram")]


# --- spreadsheets ---------------------------------------------------------------------------------


def _budget(sheet: Worksheet) -> None:
    sheet.title = "Budget"
    sheet.append(["Budget of the harbour"])
    sheet.append(["in thousands of euro"])
    sheet.append([])
    sheet.append([None, "Year 2023", None, "Year 2024"])
    sheet.append(["Department", "Plan", "Actual", "Plan", "Actual"])
    sheet.append(["Piers", 1400, 1250.5, 0.125, date(2024, 3, 5)])
    sheet.append(["Boats", 90, 88, 0.5, date(2024, 4, 6)])
    sheet.append(["Source: the harbour master."])
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B4:C4")
    sheet.merge_cells("D4:E4")
    for row in (6, 7):
        for column, code in (("B", "#,##0"), ("C", "0.0"), ("D", "0.0%"), ("E", "d mmmm yyyy")):
            sheet[f"{column}{row}"].number_format = code


def test_xlsx_rows_are_displayed_values_below_merged_headers(tmp_path: Path) -> None:
    document = load(tmp_path, "a.xlsx", workbook(_budget))
    assert document.pages == (0,)
    assert rows(document)[0] == (
        "in thousands of euro › Department: Piers · Year 2023 Plan: 1,400 · Year 2023 Actual: 1250.5 · "
        "Year 2024 Plan: 12.5% · Year 2024 Actual: 5 March 2024"
    )
    assert kinds(document)[0] == ("heading", "Budget")
    assert kinds(document)[-1] == ("paragraph", "Source: the harbour master.")


def test_xlsx_sheets_are_pages_and_hidden_ones_are_read(tmp_path: Path) -> None:
    def hidden(sheet: Worksheet) -> None:
        sheet.title, sheet.sheet_state = "Salaries", "hidden"
        sheet.append(["Name", "Salary"])
        sheet.append(["Ada", 61000])

    data = workbook(_budget, hidden)
    document = load(tmp_path, "a.xlsx", data)
    assert document.page_at(document.text.index("Ada")) == 2
    assert rows(document)[-1] == "Name: Ada · Salary: 61000"
    assert document.notes == ("Its sheet 'Salaries' is hidden; it was read.",)


def test_xlsx_tables_of_one_sheet_are_told_apart(tmp_path: Path) -> None:
    def two(sheet: Worksheet) -> None:
        for row in (["Boat", "Trips"], ["Grebe", 12], [], ["Pier", "Length"], ["North", 80]):
            sheet.append(row)
        beside: dict[str, str | int] = {"E1": "Month", "F1": "Guests", "E2": "May", "F2": 31, "E3": "June", "F3": 45}
        for place, value in beside.items():
            sheet[place] = value

    found = rows(load(tmp_path, "a.xlsx", workbook(two)))
    assert found == [
        "Boat: Grebe · Trips: 12",
        "Pier: North · Length: 80",
        "Month: May · Guests: 31",
        "Month: June · Guests: 45",
    ]


def test_xlsx_labels_beside_values_are_fields(tmp_path: Path) -> None:
    def form(sheet: Worksheet) -> None:
        for row in (["Client", "Norvik Boats"], ["Opened", datetime(2024, 5, 8)], ["Discount", 0.1]):
            sheet.append(row)
        sheet["B3"].number_format = "0%"
        sheet["B1"].comment = Comment("Ask Ada first", "Bram")

    document = load(tmp_path, "a.xlsx", workbook(form))
    assert [text for kind, text in kinds(document) if kind == "field"] == [
        "Client: Norvik Boats",
        "Opened: 2024-05-08",
        "Discount: 10%",
    ]
    assert "Comment on Norvik Boats: Ask Ada first" in document.text


def test_xlsx_formulas_without_results_are_told(tmp_path: Path) -> None:
    def formulas(sheet: Worksheet) -> None:
        sheet.append(["Sum", "=1+1"])
        sheet.append(["Twice", "=B1*2"])

    document = load(tmp_path, "a.xlsx", workbook(formulas))
    assert document.notes == ("It has 2 formulas without results; open it in a spreadsheet program, and save it.",)


def test_xlsx_that_claims_a_million_rows_is_read_at_once(tmp_path: Path) -> None:
    def far(sheet: Worksheet) -> None:
        sheet.append(["Boat", "Trips"])
        sheet.append(["Grebe", 12])
        sheet.cell(1_048_576, 16_384, "the far corner")

    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:XFD900000"/></mergeCells>'
    document = load(tmp_path, "a.xlsx", changed(workbook(far), b"</sheetData>", merged))
    assert rows(document) == ["Boat: Grebe · Trips: 12"]
    assert document.text.endswith("the far corner")


def test_xlsx_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    done = io.BytesIO(workbook(_budget))
    with zipfile.ZipFile(done, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", bytes(501_000_000))
    with pytest.raises(DocumentError, match="unpacks to 501 MB"):
        load(tmp_path, "a.xlsx", done.getvalue())


_XLS = (  # a workbook of Excel 97: a merged header, percents, thousands, dates, and a hidden sheet
    "c-rk)O-NKx6#nj;H_kZuGmbx`!SoQcG7+;DZFI^=Tcp?z6cN-L=Yf+tGrXAyTa;-ogP>K>MzElb)utc%p;omBj0%Dv(4tkVprD2N"
    "I`_;Q^JfAF%23`n+;i_e_nv#tJ?Gq?d9No*CP(j9O<@sQ;KHnxkGy$2K`B2|@q^keOBOS^my+dRRUzL?j?8o8QQ<3(^r7_k6cpT1"
    "pA!W>Q96zUI^!`zTS2t44!V#!Gz*ntPr-FcMW|%G0!+J^mNLD~eIGO3#hgn_o2l=lIEIN(XWdRaj*lwU+*U+X;6BTIV9qv_<E4z_"
    "^Or@suN%9~sNT2c8-i*9#y~;PZo~{z*7I=#D$v-_SQAu>aT7iuqV@OpYXgKylu@*d;fJLG-!sR;GtJ?zEMI{5KNs>nf8cxRRL{nj"
    "p3cVik<%CRuP77~gRo8txpziTh<B=NaicY^r;?Hp^rYjeGoCV%(>TR9gG}pyLx!G=$F!!#rX3_EMclw)Gnz<Jwe56YAKftf^<+v*"
    "5s#YMO(SejzRxh@v5nNV$Iuc{!_>~`NzF78dek%`S~RA0=w^3MgHPU3e5UyqoN0x;(+h}3P|W2L-tT_WYx>r=Hyz=w&<W-YvZm?V"
    "u12mE7A{B$5-#Evb&l4t#8#$5Jn9B6S1~Ok6Hs2;Rc;sBhPls0Zmp$xwlm&_Hq9$<rt-+w0}p~DpF>-yJl;Nawru=;XcX1trwGZ*"
    "-!SS$y|{K&;$bM03;SIB$h30F8R=F0th)=AeWe#;Ms91ihs0A}y~5U!y#=pyVQ<MRVVbUGY?-b}S=U_6MK#r)S;;b%!efztaZd5E"
    "bpi;Nl7@;rn-$XAj=NC0-9=Wdc$wDCm1R5^k0(9;1nW840~iu={d<J;$j}Qp#us}PV0~MZ0Paae=-&8^m53xUM^|eki6xOF?JteR"
    "Rz)_eI&k2?fddB){x1Z-_F%uIz%McR%JJCWb!I5dI-g0_EDj=0zZCt)+lv_GCI)hfp9;7|W-PHxnauY>i6b<-iC%<RkKUZ)mtLu2"
    "{(6=z=>L0LDA)OCbJ6o3&;JWHuQOi"
)


def test_xls_is_read_as_displayed(tmp_path: Path) -> None:
    data = zlib.decompress(base64.b85decode(_XLS))
    document = load(tmp_path, "boats.xls", data)
    assert rows(document)[0] == (
        "Boat: Grebe · Season 2024 Trips: 1,240 · Season 2024 Full: 12.5% · Last trip: 8 Oct 2024"
    )
    assert document.page_at(document.text.index("The pier")) == 2
    assert document.notes == ("Its sheet 'Notes' is hidden; it was read.",)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234.5, "General", "1234.5"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (0.0864, "0.0%", "8.6%"),
        (1234567, "#,##0", "1,234,567"),
        (1234567, "#,##0,", "1,235"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-3, "0", "-3"),
        (0, '0;-0;"none"', "none"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, '_-* #,##0.00\\ "kr"_-', "1,234.50 kr"),
        (7, "000", "007"),
        (2.5, "0.##", "2.5"),
        (12, '0" m"', "12 m"),
        (0.25, "# ?/?", "0.25"),
        (True, "General", "TRUE"),
        (date(2024, 5, 8), "dd/mm/yyyy", "08/05/2024"),
        (datetime(2024, 5, 8, 14, 5), "mmm d, yyyy h:mm AM/PM", "May 8, 2024 2:05 PM"),
        (datetime(2024, 5, 8), "General", "2024-05-08"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        ("text", "0.00", "text"),
        (None, "0", ""),
    ],
)
def test_displayed_values_follow_their_formats(value: Scalar, code: str, expected: str) -> None:
    assert displayed(value, code) == expected


@pytest.mark.parametrize(
    "cell", ["1,234", "-3.5 %", "€ 12", "(1.200,50)", "2024-05-08", "8.5.2024", "14:30", "5 May", "USD 3"]
)
def test_is_number_knows_amounts_and_dates(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize("cell", ["Grebe", "Plan 2024", "PO-1000", "12 boats", "", "A1"])
def test_is_number_knows_words(cell: str) -> None:
    assert not is_number(cell)


def test_a_long_cell_is_read_by_sentences(tmp_path: Path) -> None:
    answer = (
        "Write to the office. " + "The desk is open on weekdays from nine to five and on Saturdays until noon. " * 6
    )
    rows = f'id,question,answer\n7,How do I cancel?,"{answer.strip()}"\n8,Is it free?,Yes.\n'
    said = outline(load(tmp_path, "faq.csv", rows.encode()))
    assert said[1:4] == [
        "row: id: 7",
        "row: question: How do I cancel?",
        "paragraph: Write to the office. <id: 7 · question: How do I cancel?>",
    ]
    assert said[-1] == "row: id: 8 · question: Is it free? · answer: Yes."


def test_xlsx_header_apart_from_its_figures_names_them(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for year, sales in ((2023, 120), (2022, 110)):
            sheet.append(["In millions of euro", None, None, f"January to June\n{year}"])
            sheet.append([None, "Sales (a)", "Profit", "Costs"])
            sheet.append([])
            sheet.append(["North", sales, 31, 89])
            sheet.append(["South", 70, 20, 50])
            sheet.append([])

    document = load(tmp_path, "a.xlsx", workbook(fill))
    assert rows(document)[:2] == [
        "In millions of euro January to June 2023 › North · Sales (a): 120 · Profit: 31 · Costs: 89",
        "In millions of euro January to June 2023 › South · Sales (a): 70 · Profit: 20 · Costs: 50",
    ]
    assert rows(document)[2].startswith("In millions of euro January to June 2022 › North · Sales (a): 110")


def test_xlsx_empty_column_before_figures_parts_no_table(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["In thousands of euro", None, "2024", None, None, "2023"])
        sheet.append([None, "Loss", "Gain", None, "Loss", "Gain"])
        sheet.append(["North", 1, 2, None, 3, 4])
        sheet.append(["South", 5, 6, None, 7, 8])

    assert rows(load(tmp_path, "a.xlsx", workbook(fill))) == [
        "In thousands of euro › North · 2024 Loss: 1 · 2024 Gain: 2 · 2023 Loss: 3 · 2023 Gain: 4",
        "In thousands of euro › South · 2024 Loss: 5 · 2024 Gain: 6 · 2023 Loss: 7 · 2023 Gain: 8",
    ]


def test_title_of_a_sheet_that_is_its_name_is_furniture(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.title = "Cups since 1967"
        for row in (["Cups since 1967"], ["Team", "Cups"], ["Blues", 1], ["Flyers", 2]):
            sheet.append(row)

    assert kinds(load(tmp_path, "a.xlsx", workbook(fill)))[1] == ("furniture", "Cups since 1967")
