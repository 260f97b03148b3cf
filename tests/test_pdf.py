"""PDF is read as it is printed: columns, tables, headings, furniture, words broken at line ends, pages."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers.hyphens import Hyphens
from assistant.ingest.parsers.pdf.document import is_garbled
from assistant.ingest.parsers.pdf.printed import Page, Piece, Word
from assistant.ingest.parsers.properties import sensible_name, sensible_title
from assistant.ingest.read import read_document
from assistant.ingest.statements import statements
from assistant.types import Document
from tests.robustness.hostile import pdf_in_itself

OCR = importlib.util.find_spec("rapidocr") is not None


def drawn(*pages: Callable[[Canvas], object], title: str = "", author: str = "") -> bytes:
    """A PDF with a page for each function that draws one."""
    done = BytesIO()
    canvas = Canvas(done, pagesize=(595, 842))
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return done.getvalue()


def typeset(*story: Flowable) -> bytes:
    done = BytesIO()
    SimpleDocTemplate(done).build(list(story))
    return done.getvalue()


def load(folder: Path, data: bytes) -> Document:
    path = folder / "a.pdf"
    path.write_bytes(data)
    return read_document(FoundFile("a.pdf", path, len(data), 0))


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def readings(document: Document) -> list[str]:
    return [said.reading for said in statements(document) if said.kind == "row"]


def lines(canvas: Canvas, x: float, y: float, said: Sequence[str], step: float = 13) -> None:
    for number, line in enumerate(said):
        canvas.drawString(x, y - step * number, line)


LEFT = [
    "The observatory was founded in 1931 by",
    "the physicist Edda Volkmar, and its large",
    "mirror was ground in the town of Turku.",
]
PROSE = [
    "The water of the bay was clear on most of",
    "the days and so the divers could work from",
    "a small boat that was moored in the middle",
    "of each of the beds that were to be counted",
    "in frames which were thrown at random from",
    "the stern while another of the team wrote",
    "down how deep it was and how strongly the",
    "current ran between the rocks and the land",
] * 3
RIGHT = [
    "The village lies below the summit and",
    "has 640 people, most of whom keep goats",
    "and sell a hard cheese called rask.",
]


# --- order ----------------------------------------------------------------------------------------


def test_columns_drawn_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for number, pair in enumerate(zip(LEFT, RIGHT, strict=True)):
            lines(canvas, 50, 700 - 13 * number, [pair[0]])
            lines(canvas, 310, 700 - 13 * number, [pair[1]])

    assert kinds(load(tmp_path, drawn(page))) == [("paragraph", " ".join(LEFT)), ("paragraph", " ".join(RIGHT))]


def test_a_sidebar_does_not_interrupt_a_sentence(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for number, line in enumerate(LEFT + RIGHT):
            if number < 4:
                lines(
                    canvas, 40, 700 - 13 * number, [("Contact", "Brenn House", "Tel 0151 440", "Mon-Fri 9-17")[number]]
                )
            lines(canvas, 200, 700 - 13 * number, [line])

    document = load(tmp_path, drawn(page))
    assert ("paragraph", " ".join(LEFT + RIGHT)) in kinds(document)
    assert ("paragraph", "Tel 0151 440") in kinds(document)


def test_text_drawn_last_is_read_where_it_is_printed(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 50, 700, LEFT)
        canvas.setFont("Helvetica-Bold", 18)
        lines(canvas, 50, 750, ["The harbour of Tarn"])

    assert kinds(load(tmp_path, drawn(page))) == [("heading", "The harbour of Tarn"), ("paragraph", " ".join(LEFT))]


# --- paragraphs -----------------------------------------------------------------------------------


def test_words_broken_at_line_ends_are_whole(tmp_path: Path) -> None:
    said = [
        "The works make bio-",
        "degradable film under a long-",
        "term contract with the man-",
        "agement of the town.",
    ]
    document = load(tmp_path, drawn(lambda canvas: lines(canvas, 50, 700, said)))
    assert (
        document.text == "The works make biodegradable film under a long-term contract with the management of the town."
    )


@pytest.mark.parametrize(
    ("before", "after", "known", "expected"),
    [
        ("the solar-", "powered lamp", ["solar-powered"], "the solar-powered lamp"),
        ("the infra-", "structure", [], "the infrastructure"),
        ("the water-", "front houses", ["water", "front"], "the water-front houses"),
        ("the river-", "bank", ["riverbank", "river", "bank"], "the riverbank"),
        ("Anna-", "Lena came", [], "Anna-Lena came"),
        ("state-", "ments", [], "statements"),
        ("1990-", "1995", [], "1990- 1995"),
        ("the photo\ufffe", "voltaic", [], "the photovoltaic"),
        ("one word", "another", [], "one word another"),
    ],
)
def test_hyphens_of_compounds_are_kept(before: str, after: str, known: list[str], expected: str) -> None:
    assert Hyphens(known).join(before, after) == expected


def test_a_paragraph_goes_on_over_pages_and_furniture(tmp_path: Path) -> None:
    body = [
        "Section 5. If the delivery is late by more than ten days, the supplier shall pay the",
        "buyer a penalty of 1,250 euro.",
    ]

    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, 50, 800, ["Corvin Holdings - Confidential"])
            lines(canvas, 50, 700, ["The pumps are carried to the harbour of Vanes within six weeks of an order."])
            lines(canvas, 50, 680, [body[number]])
            lines(canvas, 50, 40, [f"Page {number + 1} of 2"])

        return draw

    def second(canvas: Canvas) -> None:
        lines(canvas, 50, 800, ["Corvin Holdings - Confidential"])
        lines(canvas, 50, 780, [body[1]])
        lines(canvas, 50, 40, ["Page 2 of 2"])

    document = load(tmp_path, drawn(page(0), second))
    assert ("paragraph", " ".join(body)) in kinds(document)
    assert [text for kind, text in kinds(document) if kind == "furniture"] == [
        "Corvin Holdings - Confidential",
        "Page 1 of 2",
    ]
    assert document.page_at(document.text.index("shall pay")) == 1
    assert document.page_at(document.text.index("a penalty")) == 2
    assert document.text[document.pages[1] :].startswith("buyer a penalty")


def test_the_head_of_a_single_page_is_furniture_if_it_counts_pages(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for y, left, right in ((740, "Ken House", "Section 43"), (727, "Instructions", "Page 1 of 8")):
            canvas.drawString(72, y, left)
            canvas.drawString(400, y, right)
        canvas.drawString(72, 690, "Submissions are due on 3 May.")

    assert kinds(load(tmp_path, drawn(page))) == [
        ("furniture", "Ken House Section 43"),
        ("furniture", "Instructions Page 1 of 8"),
        ("paragraph", "Submissions are due on 3 May."),
    ]


def test_text_that_repeats_with_other_numbers_is_no_furniture(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        return lambda canvas: lines(
            canvas, 50, 780, [f"River {7 * number} rose by {3 * number * number} metres on the first day."]
        )

    document = load(tmp_path, drawn(*map(page, range(5))))
    assert [kind for kind, _ in kinds(document)] == ["paragraph"] * 5


def test_lines_of_text_that_repeat_below_other_text_are_no_furniture(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        said = [
            f"The surveyors measured {7 * number * number} metres at buoy {number} in the morning, and noted",
            "the weather as calm in the log.",
        ]
        return lambda canvas: lines(canvas, 50, 780, said)

    document = load(tmp_path, drawn(*map(page, range(4))))
    assert document.text.count("the weather as calm in the log.") == 4


def test_indents_and_short_lines_begin_paragraphs(tmp_path: Path) -> None:
    full = "The committee met in the town hall of Vessel Bay and spoke of the harbour, of the pier and of its"
    said = [
        full,
        "repair. It was closed",
        "The mayor opened the meeting of the council in the evening, and greeted all of the guests and",
    ]
    document = load(tmp_path, drawn(lambda canvas: lines(canvas, 50, 700, [*said, "their friends."])))
    assert kinds(document) == [("paragraph", f"{full} {said[1]}"), ("paragraph", f"{said[2]} their friends.")]


def test_items_and_fields_are_recognized(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 50, 760, ["Vessel: Grebe", "Home port: Tarn"])
        lines(canvas, 50, 720, ["The crew consists of:"])
        lines(canvas, 50, 707, ["•"])
        lines(
            canvas,
            62,
            707,
            ["a master who has held the licence for ten years and knows the waters of the bay,", "and a mate"],
        )
        lines(canvas, 50, 681, ["•"])
        lines(canvas, 62, 681, ["two deckhands"])
        lines(canvas, 62, 668, ["–"])
        lines(canvas, 74, 668, ["one of them a cook"])

    document = load(tmp_path, drawn(page))
    assert kinds(document) == [
        ("field", "Vessel: Grebe"),
        ("field", "Home port: Tarn"),
        ("paragraph", "The crew consists of:"),
        ("item", "a master who has held the licence for ten years and knows the waters of the bay, and a mate"),
        ("item", "two deckhands"),
        ("item", "one of them a cook"),
    ]
    assert [block.level for block in document.blocks][3:] == [1, 1, 2]
    assert document.blocks[3].lead_in == "The crew consists of:"


# --- headings and titles --------------------------------------------------------------------------


def test_headings_have_levels_by_size_and_weight(tmp_path: Path) -> None:
    styles = getSampleStyleSheet()
    story = [
        Paragraph("Harbour rules", styles["Title"]),
        Paragraph("Piers", styles["Heading2"]),
        Paragraph("The pier is 80 metres long and open to all boats of the town. " * 3, styles["BodyText"]),
        Paragraph("<b>Opening hours</b>", styles["BodyText"]),
        Paragraph("It is open until nine in the evening, and in winter until five. " * 3, styles["BodyText"]),
    ]
    document = load(tmp_path, typeset(*story))
    assert document.title == "Harbour rules"
    found = [
        (block.level, document.text[block.start : block.end]) for block in document.blocks if block.kind == "heading"
    ]
    assert found == [(1, "Harbour rules"), (2, "Piers"), (3, "Opening hours")]
    assert document.blocks[-1].headings == ("Harbour rules", "Piers", "Opening hours")


def test_what_is_entered_into_a_form_stands_behind_its_label(tmp_path: Path) -> None:
    def form(canvas: Canvas) -> None:
        for number, (label, value) in enumerate((("Name", "Ines Haddad"), ("Trip", "Repair in Lund"), ("Km", "412"))):
            canvas.drawString(60, 700 - 30 * number, label)
            canvas.acroForm.textfield(name=label, value=value, x=200, y=695 - 30 * number, width=200, height=18)

    document = load(tmp_path, drawn(form))
    assert [text for _, text in kinds(document)] == ["Name: Ines Haddad", "Trip: Repair in Lund", "Km: 412"]


def test_fields_in_large_letters_head_nothing(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 16)
        lines(canvas, 72, 700, ["Project number: 2021004", "Sponsor: Elm Hospital"], 24)
        canvas.setFont("Helvetica", 10)
        lines(canvas, 72, 600, ["The study lasts three weeks, and nobody pays for it.", "It is for adults."], 13)

    assert kinds(load(tmp_path, drawn(page)))[:2] == [
        ("field", "Project number: 2021004"),
        ("field", "Sponsor: Elm Hospital"),
    ]


def test_a_sum_in_large_letters_is_a_field(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 700, ["Soap for the hands and the feet $12.99", "Oil for the chain of a bicycle $4.00"])
        canvas.setFont("Helvetica-Bold", 16)
        lines(canvas, 72, 650, ["TOTAL $16.99"])

    assert kinds(load(tmp_path, drawn(page)))[-1] == ("field", "TOTAL $16.99")


def test_fields_beside_each_other_are_several(tmp_path: Path) -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Date: 8 May 2025")
        canvas.drawString(300, 700, "Place: Oslo")

    assert kinds(load(tmp_path, drawn(form))) == [("field", "Date: 8 May 2025"), ("field", "Place: Oslo")]


def test_items_may_be_numbered_without_stops(tmp_path: Path) -> None:
    said = ("Fill it with half a litre of water.", "Boil it once and wait for an hour.", "Rinse it twice with water.")

    def steps(canvas: Canvas) -> None:
        for number, step in enumerate(said, 1):
            canvas.drawString(60, 700 - 13 * number, str(number))
            canvas.drawString(80, 700 - 13 * number, step)

    assert kinds(load(tmp_path, drawn(steps))) == [("item", f"{number} {step}") for number, step in enumerate(said, 1)]


def test_a_table_stands_within_a_column_of_text(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 700, PROSE[:8])
        for row, cells in enumerate((("Depth", "2021", "2023"), ("0-2 m", "9", "31"), ("2-4 m", "14", "78"))):
            for column, cell in enumerate(cells):
                canvas.drawString(60 + 70 * column, 700 - 13 * (8 + row), cell)
        lines(canvas, 60, 700 - 13 * 11, PROSE[8:14])
        lines(canvas, 330, 700, PROSE[14:])

    document = load(tmp_path, drawn(page))
    rows = [said.reading for said in statements(document) if said.kind == "row"]
    assert rows == ["Depth: 0-2 m · 2021: 9 · 2023: 31", "Depth: 2-4 m · 2021: 14 · 2023: 78"]
    prose = " ".join(text.replace("\n", " ") for kind, text in kinds(document) if kind == "paragraph")
    assert prose == " ".join(PROSE)


def test_left_and_right_pages_may_have_heads_that_share_a_part(tmp_path: Path) -> None:
    def page(name: str, words: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.drawString(60, 810, name)
            canvas.drawRightString(530, 810, "Eelgrass in Skarv Bay")
            lines(canvas, 60, 760, [f"{words} number {line} of them all." for line in range(6)])

        return draw

    document = load(tmp_path, drawn(page("J. Coast. 12 (2024)", "Shoots"), page("Ferreira and Quist", "Beds")))
    heads = [text for kind, text in kinds(document) if kind == "furniture"]
    assert heads == ["J. Coast. 12 (2024) Eelgrass in Skarv Bay", "Ferreira and Quist Eelgrass in Skarv Bay"]


@pytest.mark.parametrize(
    ("title", "largest", "expected"),
    [
        ("Rules of the pier", "The pier", "The pier"),
        ("The pier of Tarn", "The pier of Tarn", "The pier of Tarn"),
        ("Microsoft Word - pier_v2.doc", "The pier", "The pier"),
        ("paper.dvi", "", "a"),
        ("Rules of the pier", "", "Rules of the pier"),
    ],
)
def test_the_title_is_the_largest_heading_before_the_properties(
    tmp_path: Path, title: str, largest: str, expected: str
) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 50, 700, LEFT)
        canvas.setFont("Helvetica", 18)
        lines(canvas, 50, 750, [largest])

    assert load(tmp_path, drawn(page, title=title)).title == expected


@pytest.mark.parametrize(("shown", "publisher"), [("By Ada Quill, Oslo", "Ada Quill"), ("Estimate 7 of May", None)])
def test_the_author_in_the_properties_counts_where_the_page_shows_the_name(
    tmp_path: Path, shown: str, publisher: str | None
) -> None:
    made = drawn(lambda canvas: lines(canvas, 72, 700, [shown, "The bumper is repaired."]), author="Ada Quill")
    assert load(tmp_path, made).publisher == publisher


@pytest.mark.parametrize(
    "name", ["ADMS", "paper.dvi", "Administrator", "EDGAR Online", "jsmith", "pdfTeX", "", "Adobe InDesign CS6"]
)
def test_names_of_programs_and_accounts_are_no_publishers(name: str) -> None:
    assert sensible_name(name) is None


@pytest.mark.parametrize("name", ["Harbour Board of Tarn", "News.Az", "Ada Voss", "Norvik Boats Ltd", "News & Co"])
def test_names_of_people_and_houses_are_publishers(name: str) -> None:
    assert sensible_name(name) == name


@pytest.mark.parametrize(
    "title", ["untitled", "Microsoft Word - x.doc", "report_final.pdf", "Document1", "PowerPoint Presentation"]
)
def test_titles_made_by_programs_are_ignored(title: str) -> None:
    assert sensible_title(title) is None


# --- tables ---------------------------------------------------------------------------------------

STAFF = [
    ["", "North wing", "", "South"],
    ["Role", "Full-time", "Part-time", "Full-time"],
    ["Guides", "6", "11", "4"],
    ["Guards", "3", "2", "5"],
]


def test_a_ruled_table_keeps_its_rows_and_merged_headers(tmp_path: Path) -> None:
    table = Table(STAFF, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("SPAN", (1, 0), (2, 0))]))
    assert readings(load(tmp_path, typeset(table))) == [
        "Role: Guides · North wing Full-time: 6 · North wing Part-time: 11 · South Full-time: 4",
        "Role: Guards · North wing Full-time: 3 · North wing Part-time: 2 · South Full-time: 5",
    ]


def test_a_cell_of_several_lines_stays_one(tmp_path: Path) -> None:
    style = getSampleStyleSheet()["BodyText"]
    rows: list[list[object]] = [
        ["Tool", "Months", "Warranty"],
        [
            "Drill",
            "36",
            Paragraph("Two years from the day of purchase, and three for all parts that turn", style),
        ],
        ["Saw", "12", "One year"],
    ]
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    assert readings(load(tmp_path, typeset(Table(rows, colWidths=[80, 60, 150], style=grid)))) == [
        "Tool: Drill · Months: 36 · Warranty: Two years from the day of purchase, and three for all parts that turn",
        "Tool: Saw · Months: 12 · Warranty: One year",
    ]


def test_labels_and_values_in_one_pair_of_cells_are_a_row_each(tmp_path: Path) -> None:
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    form = Table(
        [["Insured", "Vehicle"], ["Name\nClaim\nPolicy\nPhone", "Ada Lind\nSF-10\nPOL-55\n555-0107"], ["Paid", "No"]],
        style=grid,
    )
    assert [said for kind, said in kinds(load(tmp_path, typeset(form))) if kind == "field"] == [
        "Insured: Vehicle",
        "Name: Ada Lind",
        "Claim: SF-10",
        "Policy: POL-55",
        "Phone: 555-0107",
        "Paid: No",
    ]


def test_columns_within_a_frame_that_has_no_rules_for_them_stay_apart(tmp_path: Path) -> None:
    rows = [["Region", "Code", "Unit rate", "Night rate", "Charge"]]
    rows += [[f"Fjord {n}", f"{10 + n}", f"2{n}.19", f"1{n}.62", f"5{n}.37"] for n in range(6)]
    drawn_rules = (("BOX", (-1, -1)), ("LINEBELOW", (-1, 0)), ("LINEAFTER", (0, -1)))
    style = TableStyle([(name, (0, 0), end, 0.5, colors.black) for name, end in drawn_rules])
    framed = Table(rows, colWidths=[90] * 5, style=style)
    assert readings(load(tmp_path, typeset(framed)))[-1] == (
        "Region: Fjord 5 · Code: 15 · Unit rate: 25.19 · Night rate: 15.62 · Charge: 55.37"
    )


def test_aligned_columns_without_rules_are_a_table(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 50, 760, ["Table 2. Harbour dues in thousands of euro"])
        for number, row in enumerate(
            (("Port", "2022", "2023"), ("Tarn", "1,204", "1,310"), ("Vessel Bay", "88", "97"))
        ):
            for x, cell in zip((50, 250, 350), row, strict=True):
                lines(canvas, x, 740 - 15 * number, [cell])

    document = load(tmp_path, drawn(page))
    assert readings(document) == ["Port: Tarn · 2022: 1,204 · 2023: 1,310", "Port: Vessel Bay · 2022: 88 · 2023: 97"]
    assert document.blocks[-1].caption == "Table 2. Harbour dues in thousands of euro"


def test_a_table_that_goes_on_keeps_its_columns(tmp_path: Path) -> None:
    def page(rows: Sequence[tuple[str, ...]]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for number, row in enumerate(rows):
                for x, cell in zip((50, 250, 350), row, strict=True):
                    lines(canvas, x, 740 - 15 * number, [cell])

        return draw

    first = page([("Port", "Boats", "Guests"), ("Tarn", "12", "40"), ("Lervik", "9", "31"), ("Odra", "3", "8")])
    second = page([("Wels", "4", "11"), ("Linz", "6", "19"), ("Graz", "2", "5")])
    assert readings(load(tmp_path, drawn(first, second)))[-1] == "Port: Graz · Boats: 2 · Guests: 5"


def test_numbers_of_lines_are_left_out(tmp_path: Path) -> None:
    said = [f"The witness said that boat {number} lay at the pier" for number in range(1, 12)]

    def page(canvas: Canvas) -> None:
        for number, line in enumerate(said, 1):
            lines(canvas, 40, 700 - 20 * number, [str(number)])
            lines(canvas, 90, 700 - 20 * number, [line])

    assert load(tmp_path, drawn(page)).text.split("\n\n")[0].startswith("The witness said that boat 1 lay")


# --- what cannot be read --------------------------------------------------------------------------


def test_a_page_with_wrong_letters_counts_as_garbled() -> None:
    def page(text: str) -> Page:
        words = tuple(Word(word, 0, 10) for word in text.split())
        return Page((Piece(words, 0, 10),))

    assert is_garbled(page("7KH WUXFH KHOG LQ 0D\\ DQG WKH 7XUNLVK PHGLDWRUV OHIW WKH WRZQ " * 8))
    assert not is_garbled(page("The truce held in May, and the Turkish mediators left the town. " * 8))
    assert not is_garbled(page("Das Schiff fuhr nach Ostende und löschte dort seine Ladung. " * 8))
    readable = page("The truce held in May, and the Turkish mediators left the town. " * 8)
    assert not is_garbled(readable._replace(unmapped=0.2))
    assert is_garbled(page("7KH WUXFH KHOG LQ 0D\\ DQG WKH " * 8)._replace(unmapped=0.2))
    assert not is_garbled(page("停战协议在五月生效 " * 40))
    assert not is_garbled(page("12 14.5 % 1,204 2023 EUR " * 40))


@pytest.mark.skipif(OCR, reason="the extra ocr is installed")
def test_pages_that_are_pictures_are_named_by_number(tmp_path: Path) -> None:
    document = load(tmp_path, drawn(lambda canvas: lines(canvas, 50, 700, LEFT), _picture))
    assert document.notes == ("Page 2 is a picture, not read. `pip install 'assistant[ocr]'`",)


@pytest.mark.skipif(not OCR, reason="the extra ocr is not installed")
def test_pages_that_are_pictures_are_read(tmp_path: Path) -> None:
    document = load(tmp_path, drawn(lambda canvas: lines(canvas, 50, 700, LEFT), _picture))
    assert document.notes == ("Page 2 is a picture; read by OCR, with its errors.",)
    assert document.page_at(document.text.index("THE RENT IS 740 EURO")) == 2


def _picture(canvas: Canvas) -> None:
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader

    image = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(image).text((40, 60), "THE RENT IS 740 EURO", fill="black", font_size=60)
    canvas.drawImage(ImageReader(image), 50, 500, 450, 100)


def test_a_pdf_that_contains_itself_is_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="holds no text"):
        load(tmp_path, pdf_in_itself())
