"""Amounts of a receipt are those of what stands above them."""

from __future__ import annotations

from pathlib import Path

import docx

from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from tests.reading import outline


def read(folder: Path, *lines: str) -> list[str]:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    made.save(str(folder / "a.docx"))
    return outline(read_document(FoundFile("a.docx", folder / "a.docx", 0, 0)))


def test_amounts_are_led_by_what_was_bought(tmp_path: Path) -> None:
    said = read(tmp_path, "Oar", "2 @ $14.00", "$28.00", "Sail", "of linen", "Cut $-5.00", "$90.00", "Bell", "€9")
    assert said == [
        "paragraph: Oar",
        "paragraph: 2 @ $14.00 <Oar>",
        "paragraph: $28.00 <Oar>",
        "paragraph: Sail",
        "paragraph: of linen",
        "paragraph: Cut $-5.00 <Sail of linen>",
        "paragraph: $90.00 <Sail of linen>",
        "paragraph: Bell",
        "paragraph: €9 <Bell>",
    ]


def test_two_amounts_are_no_receipt(tmp_path: Path) -> None:
    assert read(tmp_path, "Oar", "$28.00", "Sail", "$90.00")[1] == "paragraph: $28.00"
