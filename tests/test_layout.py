"""Plain text keeps every character, and its layout says what each line is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading import load, outline


def lines(folder: Path, text: str) -> list[str]:
    return outline(load(folder, "a.txt", text))


def test_a_form_has_headings_and_fields(tmp_path: Path) -> None:
    form = "ACCIDENT FORM B-7\n\nPlace: Hollin Sound\nCraft: trawler Merganser\n\nDamage\nHull: substantial\n\n"
    form += "Probable cause\nThe helmsman fell asleep after eighteen hours.\n"
    assert lines(tmp_path, form) == [
        "heading: ACCIDENT FORM B-7",
        "field: Place: Hollin Sound <ACCIDENT FORM B-7>",
        "field: Craft: trawler Merganser <ACCIDENT FORM B-7>",
        "heading: Damage <ACCIDENT FORM B-7>",
        "field: Hull: substantial <ACCIDENT FORM B-7 › Damage>",
        "heading: Probable cause <ACCIDENT FORM B-7>",
        "paragraph: The helmsman fell asleep after eighteen hours. <ACCIDENT FORM B-7 › Probable cause>",
    ]


def test_numbered_headings_go_on_above_lists(tmp_path: Path) -> None:
    text = "House rules\n\n1. Quiet\n   It is quiet from 10 to 6.\n\n2. Waste\n   - paper: Fridays\n   - glass: never\n"
    assert lines(tmp_path, text)[3:] == [
        "heading: 2. Waste <House rules>",
        "item: paper: Fridays <House rules › 2. Waste>",
        "item: glass: never <House rules › 2. Waste>",
    ]


def test_letters_stand_below_numbers_and_bullets_below_letters(tmp_path: Path) -> None:
    text = "You must:\n1. bring a coat, unless\na) it is summer\nb) it is dry\n- or both\n2. be on time\n"
    assert lines(tmp_path, text)[1:] == [
        "item: 1. bring a coat, unless <You must:>",
        "item: a) it is summer <You must: 1. bring a coat, unless>",
        "item: b) it is dry <You must: 1. bring a coat, unless>",
        "item: or both <You must: 1. bring a coat, unless b) it is dry>",
        "item: 2. be on time <You must:>",
    ]


def test_fields_beside_each_other_are_several(tmp_path: Path) -> None:
    text = "Visit\n\nName: Ada Lind\tAge: 36\nWard:     B     Doctor:     Dr. Moss\nNote: she came late, by train\n"
    assert lines(tmp_path, text)[1:] == [
        "field: Name: Ada Lind <Visit>",
        "field: Age: 36 <Visit>",
        "field: Ward: B <Visit>",
        "field: Doctor: Dr. Moss <Visit>",
        "field: Note: she came late, by train <Visit>",
    ]


def test_a_statement_reads_without_ligatures_and_unseen_signs(tmp_path: Path) -> None:
    assert lines(tmp_path, "The ﬁrst ﬁle is Saﬁ's sal\u200bary.") == ["paragraph: The first file is Safi's salary."]


def test_each_line_of_a_log_says_one_thing(tmp_path: Path) -> None:
    log = "2025-05-02 03:14:07 INFO  backup started\n2025-05-02 03:52:41 ERROR backup failed: disk full\n"
    log += "  on /dev/sdb1\n2025-05-02 09:52:44 INFO  backup finished\n"
    assert lines(tmp_path, log) == [
        "paragraph: 2025-05-02 03:14:07 INFO backup started",
        "paragraph: 2025-05-02 03:52:41 ERROR backup failed: disk full on /dev/sdb1",
        "paragraph: 2025-05-02 09:52:44 INFO backup finished",
    ]


def test_one_long_line_does_not_say_how_wide_a_text_is(tmp_path: Path) -> None:
    text = (
        "Wi-Fi\n-----\nNetwork: Larch\nPassword: heron\nPrinter: HP in room 2, its queue is pr-guest\nOpening hours\n"
    )
    text += "Mon  8-18\nTue  9-13\nSun  closed\n"
    assert "field: Printer: HP in room 2, its queue is pr-guest <Wi-Fi>" in lines(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Guide\n=====\n\nIt is short.\n\nUse\n---\n\nRun it.\n", ["Guide", "Use"]),
        ("MINUTES\n\nThe mayor opened it.\n\nBUDGET\n\nIt was passed.\n", ["MINUTES", "BUDGET"]),
        ("Report\n\n1. Scope\n\nIt is wide.\n\n1.1 Limits\n\nThere are none.\n", ["Report", "1. Scope", "1.1 Limits"]),
        ("The club\n\nWe sail daily.\n\nWhere we are\n\nWe are on the quay.\n", ["The club", "Where we are"]),
        ("Fares\n\nHow much?\nIt is free.\n\nAnd dogs?\nThey are, too.\n", ["Fares", "How much?", "And dogs?"]),
    ],
    ids=["underlined", "capitals", "numbered", "short line above prose", "questions"],
)  # fmt: skip
def test_headings_are_found(tmp_path: Path, text: str, headings: list[str]) -> None:
    document = load(tmp_path, "a.txt", text)
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"] == headings
    assert document.title == headings[0]


def test_a_short_line_that_answers_another_stays_a_statement(tmp_path: Path) -> None:
    said = lines(tmp_path, "Sailing club\n\nLicense\n\nMIT\n\nAuthor\n\nJo Ferrante\n")
    assert "paragraph: MIT <Sailing club › License>" in said
    assert "paragraph: Jo Ferrante <Sailing club › Author>" in said


@pytest.mark.parametrize(
    "text", ["Dear Mr. Okoro,\n\nthank you.\n", "12 cows\nred barn\n\nquay 5, Ommel\n", "It rained.\n\nAll day.\n"]
)
def test_what_is_no_title_is_none(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, "my_notes.txt", text).title == "my notes"


def test_wrapped_lines_are_one_paragraph_and_broken_words_are_whole(tmp_path: Path) -> None:
    text = "They approved the infra-\nstructure of the long-\nterm programme, and a long-term budget\nwas set.\n"
    document = load(tmp_path, "a.txt", text)
    assert document.text == text
    assert outline(document) == [
        "paragraph: They approved the infrastructure of the long-term programme, and a long-term budget was set."
    ]


def test_lists_nest_and_know_what_introduces_them(tmp_path: Path) -> None:
    text = "The board consists of:\n- Ada Holm,\n  who chairs it\n- two members:\n    * Bo Lind\n"
    text += "    * Cy Roth\n\n1) pay\n2) sail\n"
    assert lines(tmp_path, text) == [
        "paragraph: The board consists of:",
        "item: Ada Holm, who chairs it <The board consists of:>",
        "item: two members: <The board consists of:>",
        "item: Bo Lind <The board consists of: two members:>",
        "item: Cy Roth <The board consists of: two members:>",
        "item: 1) pay <The board consists of:>",
        "item: 2) sail <The board consists of:>",
    ]


def test_lines_without_markers_are_a_list_below_what_introduces_them(tmp_path: Path) -> None:
    assert lines(tmp_path, "Attendees:\nAnna Berg\nBo Lind\nCy Roth\n") == [
        "paragraph: Attendees:",
        "item: Anna Berg <Attendees:>",
        "item: Bo Lind <Attendees:>",
        "item: Cy Roth <Attendees:>",
    ]


def test_an_address_stays_together(tmp_path: Path) -> None:
    assert lines(tmp_path, "We are here.\n\nAddress:\nQuay Street 5\n12345 Ommel\n")[1:] == [
        "field: Address: Quay Street 5 12345 Ommel"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "There is one thing that we all should know: never feed the lions.",
        "See https://example.org/x: it is down.",
        "The train leaves at 10:30 from the north.",
        "He said: come at noon.",
    ],
)
def test_prose_with_a_colon_is_no_field(tmp_path: Path, line: str) -> None:
    assert {said.partition(":")[0] for said in lines(tmp_path, f"It rained.\n\n{line}\n")} == {"paragraph"}


def test_fields_of_records_know_their_record(tmp_path: Path) -> None:
    text = "Name: Anna Berg\nPhone: 555-0101\n\nName: Bo Lind\nPhone: 555-0102\n"
    assert lines(tmp_path, text)[1::2] == [
        "field: Phone: 555-0101 <Name: Anna Berg>",
        "field: Phone: 555-0102 <Name: Bo Lind>",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Branch    Manager    Staff\nFjordby   Tuva Lie      31\nOld Town  Ida Moe       12\n",
        "Branch\tManager\tStaff\nFjordby\tTuva Lie\t31\nOld Town\tIda Moe\t12\n",
        "Branch | Manager | Staff\nFjordby | Tuva Lie | 31\nOld Town | Ida Moe | 12\n",
        "+---+\n| Branch | Manager | Staff |\n+===+===+\n| Fjordby | Tuva Lie | 31 |\n| Old Town | Ida Moe | 12 |\n",
    ],
    ids=["gaps", "tabs", "bars", "drawn"],
)  # fmt: skip
def test_rows_are_read_with_their_columns(tmp_path: Path, table: str) -> None:
    said = [line for line in lines(tmp_path, f"Branches:\n\n{table}") if line.startswith("row")]
    assert said == [
        "row: Branch: Fjordby · Manager: Tuva Lie · Staff: 31 <Branches:>",
        "row: Branch: Old Town · Manager: Ida Moe · Staff: 12 <Branches:>",
    ]


@pytest.mark.parametrize("text", ["He paid a | b and then c | d.\n", "It ended.  Then he left.\nNobody knows.  Why?\n"])
def test_prose_with_bars_or_gaps_is_no_table(tmp_path: Path, text: str) -> None:
    assert {said.partition(":")[0] for said in lines(tmp_path, text)} == {"paragraph"}


def test_code_keeps_its_lines(tmp_path: Path) -> None:
    document = load(
        tmp_path, "a.txt", "Run this:\n\n    pip install it\n    it --init\n\n```\nx = 1\n```\n\n$ make all\n"
    )
    code = [document.text[block.start : block.end] for block in document.blocks if block.kind == "code"]
    assert code == ["pip install it\n    it --init", "x = 1", "$ make all"]


def test_quoted_lines_are_of_who_wrote_them(tmp_path: Path) -> None:
    text = "We come on 12 June.\n\nOn Mon, 3 Jun 2024 at 09:12, Dora Lind <d@p.example> wrote:\n"
    text += "> Can you come\n> on 5 June?\n>\n"
    text += "> On 2 June 2024, Marek Zahn wrote:\n>> We have forty.\n> Fine.\n"
    assert [line for line in lines(tmp_path, text) if line.startswith("quotation")] == [
        "quotation: Can you come on 5 June? <Dora Lind:>",
        "quotation: On 2 June 2024, Marek Zahn wrote: <Dora Lind:>",
        "quotation: We have forty. <Marek Zahn:>",
        "quotation: Fine. <Dora Lind:>",
    ]


def test_turns_of_a_dialogue_are_of_who_speaks(tmp_path: Path) -> None:
    text = "Anna: When did you start?\nVasco: I started in 1988. I was a sailor.\n"
    text += "Anna: And who was before you?\nVasco: My uncle was, for thirty years.\n"
    assert "quotation: I was a sailor. <Vasco:>" in lines(tmp_path, text)
    chat = "[10:02] Mira: the lift is broken\n[10:03] Jon: noon\n"
    assert lines(tmp_path, chat) == [
        "quotation: the lift is broken <10:02 › Mira:>",
        "quotation: noon <10:03 › Jon:>",
    ]


def test_a_question_and_its_answer_belong_together(tmp_path: Path) -> None:
    assert lines(tmp_path, "Q: What does the lift cost?\nA: A ticket is 38 euro.\n") == [
        "heading: Q: What does the lift cost?",
        "field: A: A ticket is 38 euro. <Q: What does the lift cost?>",
    ]


def test_page_marks_are_furniture_and_form_feeds_begin_pages(tmp_path: Path) -> None:
    document = load(tmp_path, "a.txt", "The first page is short.\n\nPage 1 of 2\n\fThe second page ends it.\n")
    assert [block.kind for block in document.blocks] == ["paragraph", "furniture", "paragraph"]
    assert document.page_at(document.text.index("second")) == 2


def test_restructured_text_has_directives_fields_and_literal_blocks(tmp_path: Path) -> None:
    text = "=======\nLantern\n=======\n\n:Author: Jo Ferrante\n\nIt needs :ref:`Python <py>`.\n\n"
    text += "Install\n-------\n\nRun::\n\n    make\n\n"
    text += ".. note:: Never as root.\n\n.. code-block:: sh\n   :linenos:\n\n   make clean\n\n"
    text += ".. image:: x.png\n   :alt: x\n\n#. one\n#. two\n"
    document = load(tmp_path, "a.rst", text)
    assert document.title == "Lantern"
    assert outline(document) == [
        "heading: Lantern",
        "field: Author: Jo Ferrante <Lantern>",
        "paragraph: It needs Python. <Lantern>",
        "heading: Install <Lantern>",
        "paragraph: Run:: <Lantern › Install>",
        "code: make <Lantern › Install › Run::>",
        "paragraph: Never as root. <Lantern › Install>",
        "code: make clean <Lantern › Install>",
        "item: one <Lantern › Install>",
        "item: two <Lantern › Install>",
    ]


def test_asciidoc_has_sections_lists_definitions_and_tables(tmp_path: Path) -> None:
    text = "= Guide\n:toc:\n\nIt is short.\n\n== Steps\n\n. First\n* bullet\n** deeper\n\n"
    text += "Port:: the port\n\n----\nmake\n----\n\n"
    text += "[quote, Ada Lovelace]\n____\nThe engine weaves.\n____\n\n|===\n|Option |Default\n\n"
    text += "|port |8417\n|host |127.0.0.1\n|===\n"
    assert outline(load(tmp_path, "a.adoc", text)) == [
        "heading: Guide",
        "paragraph: It is short. <Guide>",
        "heading: Steps <Guide>",
        "item: First <Guide › Steps>",
        "item: bullet <Guide › Steps>",
        "item: deeper <Guide › Steps › bullet>",
        "field: Port:: the port <Guide › Steps>",
        "code: make <Guide › Steps>",
        "quotation: The engine weaves. <Guide › Steps › Ada Lovelace:>",
        "furniture: Option |Default <Guide › Steps>",
        "row: Option: port · Default: 8417 <Guide › Steps>",
        "row: Option: host · Default: 127.0.0.1 <Guide › Steps>",
    ]


def test_short_paragraphs_below_a_label_are_about_it(tmp_path: Path) -> None:
    said = lines(tmp_path, "Members:\n\nAda Lind, town clerk\n\nBo Ek, engineer\n\nSecretary:\n\nSiri Dahl\n")
    assert said[1:3] == ["paragraph: Ada Lind, town clerk <Members:>", "paragraph: Bo Ek, engineer <Members:>"]
    assert said[4] == "paragraph: Siri Dahl <Secretary:>"
