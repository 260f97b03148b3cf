"""Each line of a chat export is said by the writer of its message, at its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading import assert_sound, load, outline

REST = ("It is in the shed.", "We start at ten.", "Wear boots.")


def lines(folder: Path, text: str, name: str = "a.txt") -> list[str]:
    document = load(folder, name, text)
    assert_sound(document)
    return outline(document)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("[12/03/2026, 09:14] Marta Holm: ", "[12/03/2026, 09:16] Ole: "),
        ("[12.03.26, 09:14:05] Marta Holm: ", "[12.03.26, 09:16:10] ~ Per K.: "),
        ("12.03.26, 09:14 - Marta Holm: ", "12.03.26, 09:16 - +47 912 34 567: "),
        ("3/12/26, 9:14\u202fAM - Marta Holm: ", "3/12/26, 9:16\u202fAM - Ole: "),
        ("[09:14] <marta> ", "[09:16] <ole> "),
        ("Marta Holm  9:14 AM\n", "Ole  9:16 AM\nMe.\n\nMarta Holm  9:18 AM\n"),
        ("Marta Holm — 12/03/2026 9:14 AM\n", "Ole — Today at 9:16 AM\n"),
        ("Marta Holm, [12.03.2026 09:14]\n", "Ole, [12.03.2026 09:16]\n"),
        ("[09:14] Marta Holm\n", "[09:16] Ole\n"),
    ],
    ids=["phone", "seconds", "dash", "narrow space", "relay", "channel", "server", "comma", "meeting"],
)
def test_every_sentence_and_line_is_of_its_writer(tmp_path: Path, one: str, two: str) -> None:
    text = f"{one}The pump arrived. It is in the shed.\nWe start at ten.\n\nWear boots.\n\n{two}Great! I come.\n"
    said = [line for line in lines(tmp_path, text) if not line.startswith("furniture")]
    assert said[0].startswith("quotation: The pump arrived. <")
    marta = said[0].removeprefix("quotation: The pump arrived. ")
    assert "9:14" in marta
    assert marta.endswith((" › Marta Holm:>", " › marta:>"))
    assert said[1:4] == [f"quotation: {each} {marta}" for each in REST]
    assert said[-1].startswith("quotation: I come. <")
    assert marta not in said[-1]


def test_lists_days_and_notices_of_a_chat(tmp_path: Path) -> None:
    text = "Boat club chat\n\n[12/03/26, 09:10] Marta created group “Boats”\nThursday, 12 March\n"
    text += "[12/03/26, 09:14] Marta: To bring:\n- boots\n- rope\n[12/03/26, 09:15] Ole: \u200eimage omitted\n"
    assert lines(tmp_path, text) == [
        "heading: Boat club chat",
        "paragraph: Marta created group “Boats” <Boat club chat › 12/03/26, 09:10>",
        "heading: Thursday, 12 March <Boat club chat>",
        "quotation: To bring: <Boat club chat › Thursday, 12 March › 12/03/26, 09:14 › Marta:>",
        "item: boots <Boat club chat › Thursday, 12 March › 12/03/26, 09:14 › To bring: › Marta:>",
        "item: rope <Boat club chat › Thursday, 12 March › 12/03/26, 09:14 › To bring: › Marta:>",
        "furniture: image omitted <Boat club chat › Thursday, 12 March>",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[2026-03-12 09:14:11] ERROR: disk full\n[2026-03-12 09:14:12] INFO: disk cleaned\n",
        "Welcome  9:00 AM\nLunch  12:00 PM\nTalks  1:00 PM\nLunch  12:00 PM\n",
        "Keynote  9:00 AM\nIn the hall.\n\nWorkshop  11:00 AM\nIn the annex.\n",
    ],
    ids=["log", "schedule", "programme"],
)
def test_logs_and_schedules_are_no_chats(tmp_path: Path, text: str) -> None:
    assert not any(line.startswith("quotation") for line in lines(tmp_path, text))
