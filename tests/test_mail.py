"""Mail is searchable by its headers, and every part of it belongs to whoever wrote it."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from assistant.ingest.read import read_documents
from tests.reading import load, outline, write

HEAD = "From: Ove Lund <ove@town.example>\nTo: Mia <mia@g.example>; Bo <bo@g.example>\n"
HEAD += "Date: Mon, 3 Jun 2024 14:02:11 +0200\n"


def test_attachments_in_an_archive_name_their_message(tmp_path: Path) -> None:
    box = b""
    for subject, pieces in (("Stock", b"15"), ("Next stock", b"12")):
        message = EmailMessage()
        message["From"], message["Subject"] = "Bo <bo@x.example>", subject
        message["Date"] = "Mon, 1 Sep 2025 08:00:00 +0000"
        message.set_content("It is attached.\n")
        message.add_attachment(b"Item,Pieces\nOar," + pieces, maintype="text", subtype="csv", filename="stock.csv")
        box += b"From - Mon Sep  1 00:00:00 2025\n" + message.as_bytes() + b"\n"
    archive, *tables = read_documents(write(tmp_path, "a.mbox", box))
    assert "field: Attached: stock.csv" in "\n".join(outline(archive))
    assert [(table.source, table.title, table.published) for table in tables] == [
        ("a.mbox/stock.csv", "stock.csv (attached to Stock)", date(2025, 9, 1)),
        ("a.mbox/stock-2.csv", "stock.csv (attached to Next stock)", date(2025, 9, 1)),
    ]
    assert outline(tables[1])[-1] == "row: Item: Oar · Pieces: 12"


def test_who_signs_a_letter_heads_nothing(tmp_path: Path) -> None:
    mail = "From: Jon <j@x.example>\nSubject: Stand\n\nTake stand 41.\n\nJon\n\nOn 4 Sep 2025, Ada Lind wrote:\n"
    mail += "> The corner is free.\n"
    assert outline(load(tmp_path, "a.eml", mail))[-3:-1] == [
        "paragraph: Jon",
        "paragraph: On 4 Sep 2025, Ada Lind wrote: <Jon>",
    ]


def test_headers_are_fields_and_known_of_the_message(tmp_path: Path) -> None:
    mail = "Subject: =?utf-8?q?Br=C3=BCcke?=\nCc: c@g.example\n" + HEAD + "\nIt closes on 14 June.\n"
    document = load(tmp_path, "a.eml", mail)
    assert outline(document) == [
        "field: From: Ove Lund <ove@town.example> <Who wrote and sent this e-mail message>",
        "field: To: Mia <mia@g.example>, Bo <bo@g.example> <To whom this e-mail message was written and sent>",
        "field: Cc: c@g.example <Who was copied on this e-mail message>",
        "field: Date: Mon, 3 Jun 2024 14:02:11 +0200 <When this e-mail message was written and sent>",
        "field: Subject: Brücke <What this e-mail message is about>",
        "paragraph: It closes on 14 June.",
    ]
    assert (document.title, document.publisher, document.published) == ("Brücke", "Ove Lund", date(2024, 6, 3))
    assert "Ove Lund" in document.about


def body(folder: Path, text: str) -> list[str]:
    return [line for line in outline(load(folder, "a.eml", f"{HEAD}\n{text}")) if not line.startswith("field")]


@pytest.mark.parametrize(
    "original",
    [
        "-----Original Message-----\nFrom: Mia Strand <m@g.example>\nSent: Monday, 9:15 AM\nTo: Ove\nSubject: B\n\n",
        "---------- Forwarded message ---------\nFrom: Mia Strand <m@g.example>\nDate: 3 June\nSubject: Bridge\n\n",
        "________________________________\nVon: Mia Strand\nGesendet: Montag\nAn: Ove\nBetreff: Brücke\n\n",
        "On Mon, Jun 3, 2024 at 9:15 AM Mia Strand <m@g.example> wrote:\n\n",
        "Am 03.06.2024 um 09:15 schrieb Mia Strand:\n\n",
    ],
    ids=["original", "forwarded", "rule", "wrote", "schrieb"],
)
def test_an_original_message_is_of_its_writer(tmp_path: Path, original: str) -> None:
    said = body(tmp_path, f"It closes on 14 June.\n\n{original}When does it close? I heard May.\n")
    assert said[0] == "paragraph: It closes on 14 June."
    assert "quotation: I heard May. <Mia Strand:>" in said


def test_quoted_mail_in_html_is_of_its_writer(tmp_path: Path) -> None:
    page = '<p>It closes.</p><div class="gmail_quote"><div>On 3 Jun 2024, Mia &lt;m@g.example&gt; wrote:</div>'
    page += "<blockquote><p>When does it close?</p></blockquote></div>"
    said = outline(load(tmp_path, "a.eml", f"{HEAD}Content-Type: text/html\n\n{page}"))
    assert "quotation: When does it close? <Mia:>" in said


@pytest.mark.parametrize(
    "closing",
    [
        "-- \nOve Lund\nTown engineer\nPhone 555-0107\n",
        "Sent from my iPhone\n",
        "This e-mail is confidential and intended only for the addressee.\n",
    ],
    ids=["signature", "device", "disclaimer"],
)
def test_signatures_and_disclaimers_are_furniture(tmp_path: Path, closing: str) -> None:
    said = body(tmp_path, f"It closes on 14 June.\n\n{closing}")
    assert [line.partition(":")[0] for line in said] == ["paragraph", "furniture"]


def test_attachments_are_documents_and_those_that_are_not_read_are_told(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Plans"
    message.set_content("See attached.\n")
    message.add_attachment(b"# Plan\n\nStart in May.\n", maintype="text", subtype="markdown", filename="../plan.md")
    message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="x.bin")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Ada <ada@x.example>", "Inner"
    inner.set_content("The inner text.\n")
    inner.add_attachment("The oldest text.\n", filename="old.txt")
    message.add_attachment(inner)
    read = read_documents(write(tmp_path, "a.eml", message.as_bytes()))
    assert [(document.source, document.title, document.publisher) for document in read] == [
        ("a.eml", "Plans", None),
        ("a.eml/_plan.md", "../plan.md (attached to Plans)", None),
        ("a.eml/Inner.eml", "Inner (attached to Plans)", "Ada"),
        ("a.eml/Inner.eml/old.txt", "old.txt (attached to Inner)", None),
    ]
    assert "Attached: ../plan.md, x.bin, Inner.eml" in read[0].text
    assert "paragraph: Start in May. <Plan>" in outline(read[1])
    assert read[0].notes == ("Its attachment 'x.bin' was not read: files of this kind cannot be read.",)


def test_messages_within_messages_are_read_to_a_depth(tmp_path: Path) -> None:
    inner = EmailMessage()
    inner["Subject"] = "M5"
    inner.set_content("The oldest text.\n")
    for number in (4, 3, 2, 1):
        outer = EmailMessage()
        outer["Subject"] = f"M{number}"
        outer.set_content(f"Text {number}.\n")
        outer.add_attachment(inner)
        inner = outer
    read = read_documents(write(tmp_path, "a.eml", inner.as_bytes()))
    assert [document.source for document in read][-1] == "a.eml/M2.eml/M3.eml/M4.eml"
    assert read[-1].notes == ("Its attachment 'M5.eml' was not read: files of this kind cannot be read.",)


def test_an_archive_has_a_heading_for_each_message(tmp_path: Path) -> None:
    one = "From a@c Mon Jun  3 08:00:00 2024\nFrom: Asta Vik <a@c.example>\nSubject: Paint\n"
    one += "Date: Mon, 3 Jun 2024 08:00:00 +0000\n\n"
    two = "From f@c Tue Jun  4 08:00:00 2024\nFrom: Finn Mork <f@c.example>\nSubject: Re: Paint\n\n"
    document = load(tmp_path, "box.mbox", f"{one}We need red paint.\n\n>From now on oil.\n\n{two}I bought it.\n")
    assert [line for line in outline(document) if line.startswith("paragraph")] == [
        "paragraph: We need red paint. <Paint (Asta Vik, 3 June 2024)>",
        "paragraph: From now on oil. <Paint (Asta Vik, 3 June 2024)>",
        "paragraph: I bought it. <Re: Paint (Finn Mork)>",
    ]
    assert (document.title, document.about) == ("box", "")


def test_a_message_saved_as_text_is_read_as_one(tmp_path: Path) -> None:
    text = "From: Ove Lund <o@t.example>\nTo: Mia\nSubject: Bridge\n\nIt closes on 14 June.\n\nSent from my phone\n"
    assert outline(load(tmp_path, "a.txt", text))[-2:] == [
        "quotation: It closes on 14 June. <Ove Lund:>",
        "furniture: Sent from my phone",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "Subject: =?x-unknown?q?a?=\n",
        'From: "a\n',
        "Date: soon\n",
        "To: ;;;\n",
        "Content-Type: text/plain; charset=nope\n",
    ],
    ids=["charset", "quotation mark", "date", "addresses", "body charset"],
)
def test_broken_headers_cost_no_message(tmp_path: Path, head: str) -> None:
    assert "It closes." in load(tmp_path, "a.eml", f"{head}\nIt closes.\n").text
