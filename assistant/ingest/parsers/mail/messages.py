"""Parses mail: single messages (EML, MSG) and archives (mbox), with the writer of each part and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Attachment, Content, cleaned
from assistant.ingest.parsers.encoding import decoded
from assistant.ingest.parsers.markup.structure import lay_out, parse_tree, pieces
from assistant.ingest.parsers.plain.correspondence import with_writers
from assistant.ingest.parsers.plain.text import bare_blocks
from assistant.types import Block, one_line

MAX_ATTACHMENTS = 100
"""Attachments of one message that are read."""

_DEPTH = 3  # of messages attached to messages


class Mail(NamedTuple):
    """A message from any format. Addresses look like ``Dora Lind <dora@park.example>``."""

    subject: str
    sender: str
    to: str
    cc: str
    sent: str
    day: date | None
    plain: str
    html: str
    attachments: tuple[tuple[str, bytes], ...]


def parse_eml(data: bytes, source: str) -> Content:
    """One message."""
    return _content(_from_bytes(data), source, _DEPTH)


def parse_msg(data: bytes, source: str) -> Content:
    """One message as Outlook stores it."""
    from oxmsg import Message

    message = Message.load(data)
    headers = {name.lower(): value for name, value in message.message_headers.items()}
    sent = message.sent_date
    everybody = ", ".join(_recipients(message.recipients))
    mail = Mail(
        subject=_header_text(message.subject),
        sender=_decoded(message.sender or "").replace('"', ""),
        to=_decoded(headers.get("to", "")) or everybody,
        cc=_decoded(headers.get("cc", "")),
        sent=f"{sent:%d %B %Y, %H:%M}".lstrip("0") if sent else _header_text(headers.get("date", "")),
        day=sent.date() if sent else None,
        plain=message.body or "",
        html=message.html_body or "",
        attachments=tuple(
            (each.file_name, each.file_bytes) for each in message.attachments if each.file_name and each.file_bytes
        ),
    )
    return _content(mail, source, _DEPTH)


def _recipients(recipients: Sequence[object]) -> Iterator[str]:
    for each in recipients:
        name, address = getattr(each, "name", "") or "", getattr(each, "email_address", "") or ""
        said = f"{name} <{address}>" if name and address and name != address else name or address
        if said:
            yield said


def parse_mbox(data: bytes, source: str) -> Content:
    """An archive: each message under a heading with its subject, writer and date."""
    builder = TextBuilder()
    notes: list[str] = []
    attachments: list[Attachment] = []
    for raw in _messages(data):
        mail = _from_bytes(raw)
        writer = parseaddr(mail.sender)[0] or parseaddr(mail.sender)[1]
        told = ", ".join(filter(None, (writer, f"{mail.day.day} {mail.day:%B %Y}" if mail.day else mail.sent)))
        builder.heading(f"{mail.subject or 'Without subject'} ({told})" if told else mail.subject)
        attached, unread = _attachments(mail, source, _DEPTH)
        attachments += attached
        notes += unread
        _add(builder, mail, 1)
    if not builder.text:
        raise DocumentError(f"{source!r} holds no messages. Export it as mbox, then `assistant index build`")
    return Content(
        builder.text,
        kind="e-mail",
        blocks=builder.blocks(),
        notes=tuple(dict.fromkeys(notes)),
        attachments=tuple(attachments),
    )


_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{0,300}\d{4}[^\n]{0,40}\n")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def _messages(data: bytes) -> Iterator[bytes]:
    starts = list(_FROM_LINE.finditer(data))
    ends = [*(match.start() for match in starts[1:]), len(data)]
    for match, end in zip(starts, ends, strict=False):
        yield _ESCAPED_FROM.sub(rb"\1", data[match.end() : end])


# --- a message ------------------------------------------------------------------------------------


def _from_bytes(data: bytes) -> Mail:
    message: EmailMessage = message_from_bytes(_ascii(data), policy=default)
    sent = _header(message, "date")
    return Mail(
        subject=_header(message, "subject"),
        sender=_header(message, "from"),
        to=_header(message, "to"),
        cc=_header(message, "cc"),
        sent=sent,
        day=_day(sent),
        plain=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(_attached_files(message)),
    )


def _ascii(data: bytes) -> bytes:
    """A message that a program saved as UTF-16 in the bytes that a message has."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:8]:
        return decoded(data, "message.eml").text.encode()
    return data


def _header(message: EmailMessage, name: str) -> str:
    """A decoded header. The library's own decoding changes headers, and fails for broken ones."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    return _decoded(raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _decoded(value: str) -> str:
    if "=?" in value:
        with suppress(LookupError, ValueError):
            value = str(make_header(decode_header(value)))
    return _header_text(value)


def _header_text(text: str) -> str:
    return one_line(cleaned(text))


def _day(sent: str) -> date | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parse(sent).date()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, KeyError, AssertionError, UnicodeError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attached_files(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each attachment, except for signatures and pictures that the text shows."""
    for number, part in enumerate(message.iter_attachments(), 1):
        if number > MAX_ATTACHMENTS:
            return
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            inner = inner[0] if isinstance(inner, list) and inner else inner
            if isinstance(inner, EmailMessage):
                yield f"{_header(inner, 'subject') or 'message'}.eml", inner.as_bytes()
            continue
        name = part.get_filename() or ""
        if (part.get_content_maintype() == "image" and part.get("content-id")) or _SIGNED.search(
            part.get_content_type()
        ):
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield _header_text(name) or f"attachment{_SUFFIXES.get(part.get_content_type(), '')}", payload


_SIGNED = re.compile(r"/(?:x-)?(?:pkcs7|pgp)-signature$")
_SUFFIXES = {"text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "application/pdf": ".pdf"}


# --- laying it out --------------------------------------------------------------------------------


def _content(mail: Mail, source: str, depth: int) -> Content:
    builder = TextBuilder()
    if mail.plain.strip() or mail.html.strip() or mail.attachments or mail.subject:  # headers alone say nothing
        _add(builder, mail)
    attachments, notes = _attachments(mail, source, depth)
    name, address = parseaddr(mail.sender)
    return Content(
        builder.text,
        title=mail.subject or None,
        publisher=name or address or None,
        published=mail.day,
        kind="e-mail",
        blocks=builder.blocks(),
        notes=tuple(notes),
        attachments=tuple(attachments),
    )


def _add(builder: TextBuilder, mail: Mail, level: int = 0) -> None:
    """Add headers, body and the names of attachments of ``mail``, below a heading of ``level``."""
    for label, value in (("From", mail.sender), ("To", mail.to), ("Cc", mail.cc)):
        if value:
            builder.field(label, _addresses(value), _MEANING[label])
    for label, value in (("Date", mail.sent), ("Subject", mail.subject)):
        if value:
            builder.field(label, value, _MEANING[label])
    text, blocks = _laid_out(mail)
    builder.embed(text, with_writers(text, blocks), level)
    if mail.attachments:
        builder.field("Attached", ", ".join(name for name, _ in mail.attachments), _MEANING["Attached"])


_MEANING = {
    "From": "Who wrote and sent this e-mail message",
    "To": "To whom this e-mail message was written and sent",
    "Cc": "Who was copied on this e-mail message",
    "Date": "When this e-mail message was written and sent",
    "Subject": "What this e-mail message is about",
    "Attached": "Which files are attached to this e-mail message",
}
"""What each header says, in the words of those who ask for it."""


def _addresses(value: str) -> str:
    """Each address as ``Name <address>``, without quotation marks around names."""
    found = [(name, address) for name, address in getaddresses([value.replace(";", ",")]) if name or address]
    if not found:
        return value
    return ", ".join(f"{name} <{address}>" if name and address else name or address for name, address in found)


def _laid_out(mail: Mail) -> tuple[str, Sequence[Block]]:
    """The body with its blocks: the plain text, unless the HTML has much more text."""
    plain = cleaned(mail.plain.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    tree = parse_tree(mail.html) if mail.html.strip() else None
    if tree is not None:
        page = TextBuilder()
        lay_out(page, pieces(tree))
        if len("".join(plain.split())) < _HALF * len("".join(page.text.split())):
            return page.text, page.blocks()
    return plain, bare_blocks(plain, titled=False)


_HALF = 0.5


# --- attachments ----------------------------------------------------------------------------------


def _attachments(mail: Mail, source: str, depth: int) -> tuple[list[Attachment], list[str]]:
    """What is attached to ``mail``, and a sentence about each file that could not be read."""
    found: list[Attachment] = []
    unread: list[str] = []
    for name, data in mail.attachments:
        try:
            content = _read(name, data, source, depth)
        except Exception as exc:  # parsers raise various exceptions for damaged files
            content, problem = None, str(exc)
        else:
            problem = "files of this kind cannot be read" if content is None else "it holds no text"
        if content and content.text.strip():
            title = f"{_title(name, content)} (attached to {mail.subject or 'a message'})"
            found.append(Attachment(name, content._replace(title=title), mail.day))
        else:
            unread.append(f"Its attachment {name!r} was not read: {problem}.")
    return found, unread


def _title(name: str, content: Content) -> str:
    """The subject of a message, else the name of the file."""
    return content.title if content.kind == "e-mail" and content.title else name


def _read(name: str, data: bytes, source: str, depth: int) -> Content | None:
    from assistant.ingest.parsers import PARSERS, parser_for

    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".eml" and depth:
        return _content(_from_bytes(data), f"{source}/{name}", depth - 1)
    if suffix not in PARSERS or suffix in (".eml", ".msg", ".mbox"):
        return None
    return parser_for(suffix)(data, f"{source}/{name}")
