"""Forms that are filled in by hand say what was ticked and written, and minutes what became of each motion."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading import assert_sound, load, outline


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Pets allowed: ☐ Yes ☒ No", "field: Pets allowed: No"),
        ("Pets allowed: Yes [ ] No [x]", "field: Pets allowed: No"),
        ("Keys: ☒ front door ☐ cellar ☒ mailbox", "field: Keys: front door, mailbox; unticked: cellar"),
        ("Mark if the tenant smokes. Yes ☐ No ☒", "item: Mark if the tenant smokes. No"),
        ("Mark if the tenant smokes Yes ☒ No ☐", "item: Mark if the tenant smokes Yes"),
        ("Mark if the tenant smokes.\n\nYes ☒ No ☐", "item: Mark if the tenant smokes. Yes"),
        ("Keys: ☐ front door ☐ cellar", "field: Keys: ☐ front door ☐ cellar"),
        ("Phone: ____", "furniture: Phone: __"),
        ("Date of return: __/__/____", "furniture: Date of return: //__"),
        ("Contact: ..........", "furniture: Contact: .........."),
        ("Policy #: POL-22", "field: Policy number: POL-22"),
        ("[x] Fire door closed", "item: Fire door closed: ticked"),
        ("- [ ] Fire door closed", "item: Fire door closed: not ticked"),
    ],
)
def test_boxes_are_read_as_what_is_ticked_and_open_fields_say_nothing(tmp_path: Path, line: str, said: str) -> None:
    assert outline(load(tmp_path, "a.txt", f"Name: Asta Quill\n{line}\n"))[-1].partition(" <")[0] == said
    assert outline(load(tmp_path, "a.md", f"Name: Asta Quill\n\n{line}\n"))[-1].partition(" <")[0] == said


def test_a_question_and_its_boxes_are_one_answer(tmp_path: Path) -> None:
    text = "1. Phone:\n   ________\n2. Which berth?\n   ( ) North\n   (x) South\nWhat to bring:\n[ ] boots\n[ ] rope\n"
    document = load(tmp_path, "a.txt", text)
    assert_sound(document)
    assert outline(document) == [
        "furniture: 1. Phone:",
        "item: 2. Which berth? South",
        "paragraph: What to bring:",
        "item: boots: not ticked <What to bring:>",
        "item: rope: not ticked <What to bring:>",
    ]


def test_minutes_without_line_breaks_have_their_headings_and_outcomes(tmp_path: Path) -> None:
    text = "TOWN COUNCIL The meeting was called to order at 7:00 p.m. by Mayor Lind. Councillor Strand was absent. "
    text += "1. APPROVAL OF AGENDA Moved by Holm, that the agenda be approved. Motion carried. "
    text += "2. PUBLIC HEARINGS Ms. Vik spoke against the plan. Moved by Quill, that Lot 14 be rezoned. Motion carried "
    text += "3-1. 3. ADJOURNMENT The meeting was adjourned at 8:45 p.m. and the next one will be held in two weeks. "
    assert outline(load(tmp_path, "a.txt", text + "The town clerk keeps the minutes of all meetings."))[2:8] == [
        "heading: 1. APPROVAL OF AGENDA",
        "paragraph: Moved by Holm, that the agenda be approved. <1. APPROVAL OF AGENDA>",
        "paragraph: Motion carried. <1. APPROVAL OF AGENDA › Moved by Holm, that the agenda be approved.>",
        "heading: 2. PUBLIC HEARINGS",
        "paragraph: Ms. Vik spoke against the plan. <2. PUBLIC HEARINGS>",
        "paragraph: Moved by Quill, that Lot 14 be rezoned. <2. PUBLIC HEARINGS>",
    ]
