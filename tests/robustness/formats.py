"""Makes files of every format from a text, for the benchmarks and tests that read them back."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from assistant.types import Document


def made(document: Document, suffix: str) -> bytes:
    """``document`` as a file that ends in ``suffix``, with as much of what is known of it as the format holds."""
    return _MAKERS[suffix](document)


def paragraphs(document: Document) -> list[str]:
    """The text's paragraphs, each one line."""
    return [" ".join(block.split()) for block in document.text.split("\n\n") if block.strip()]


def _text(document: Document) -> bytes:
    return document.text.encode()


def _markdown(document: Document) -> bytes:
    known = {"title": document.title, "publisher": document.publisher, "published": document.published}
    lines = [f"{name}: {json.dumps(str(value))}" for name, value in known.items() if value]
    return "\n".join(["---", *lines, "---", document.text]).encode()


def _html(document: Document) -> bytes:
    return _page(document).encode()


def _page(document: Document) -> str:
    title = html.escape(document.title)
    head = f"<title>{title}</title>"
    if document.publisher:
        head += f'<meta property="og:site_name" content="{html.escape(document.publisher)}"/>'
    if document.published:
        head += f'<meta property="article:published_time" content="{document.published.isoformat()}"/>'
    body = "".join(
        f"<h2>{html.escape(block.lstrip('# '))}</h2>" if block.startswith("#") else f"<p>{html.escape(block)}</p>"
        for block in paragraphs(document)
    )
    start = '<html xmlns="http://www.w3.org/1999/xhtml">'
    return f"{start}<head>{head}</head><body><article>{body}</article></body></html>"


def _pdf(document: Document) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.xmp import XmpInformation
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

    styles, plain = getSampleStyleSheet(), io.BytesIO()
    story: list[Flowable] = [Paragraph(html.escape(document.title), styles["Title"])]
    for block in paragraphs(document):
        style = styles["Heading2" if block.startswith("#") else "BodyText"]
        story += [Paragraph(html.escape(block.lstrip("# ")), style), Spacer(1, 8)]
    SimpleDocTemplate(plain, pagesize=(420, 420), title=document.title).build(story)
    writer = PdfWriter(clone_from=PdfReader(plain))
    known = XmpInformation.create()
    known.dc_publisher = [document.publisher] if document.publisher else None
    if document.published:
        known.dc_date = [datetime.combine(document.published, datetime.min.time(), UTC)]
    writer.xmp_metadata = known
    done = io.BytesIO()
    writer.write(done)
    return done.getvalue()


def _docx(document: Document) -> bytes:
    import docx

    made, done = docx.Document(), io.BytesIO()
    made.core_properties.title, made.core_properties.author = document.title, document.publisher or ""
    for block in paragraphs(document):
        if block.startswith("#"):
            made.add_heading(block.lstrip("# "), 2)
        else:
            made.add_paragraph(block)
    made.save(done)
    return _dated(done.getvalue(), document.published)


def _dated(data: bytes, published: date | None) -> bytes:
    """An Office file with the field "Publish Date", as its cover page would store it."""
    done = io.BytesIO(data)
    name = "http://schemas.microsoft.com/office/2006/coverPageProps"
    text = f'<CoverPageProperties xmlns="{name}"><PublishDate>{published}T00:00:00</PublishDate></CoverPageProperties>'
    if published:
        with zipfile.ZipFile(done, "a") as archive:
            archive.writestr("customXml/item2.xml", text)
    return done.getvalue()


def _pptx(document: Document) -> bytes:
    from pptx import Presentation

    made, done = Presentation(), io.BytesIO()
    made.core_properties.title, made.core_properties.author = document.title, document.publisher or ""
    for block in paragraphs(document):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.placeholders[1].text = block
    made.save(done)
    return _dated(done.getvalue(), document.published)


def _epub(document: Document) -> bytes:
    known = {"title": document.title, "publisher": document.publisher, "date": document.published}
    tags = "".join(f"<dc:{name}>{html.escape(str(value))}</dc:{name}>" for name, value in known.items() if value)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{tags}</metadata>'
        '<manifest><item id="one" href="one%20chapter.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="one"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    done = io.BytesIO()
    with zipfile.ZipFile(done, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OPS/book.opf", package)
        archive.writestr("OPS/one chapter.xhtml", _page(document))
    return done.getvalue()


def _mail(document: Document) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = document.title, f"{document.publisher or 'Someone'} <someone@example.org>"
    if document.published:
        sent = datetime.combine(document.published, datetime.min.time(), UTC)
        message["Date"] = format_datetime(sent)
    message.set_content(document.text)
    return message.as_bytes()


def _mbox(document: Document) -> bytes:
    return b"From someone@example.org Thu May  8 10:00:00 2025\n" + _mail(document) + b"\n"


def _numbered(document: Document) -> list[tuple[str | int, str]]:
    return [("number", "statement"), *enumerate(paragraphs(document), 1)]


def _csv(document: Document, separator: str = ",") -> bytes:
    rows = io.StringIO()
    csv.writer(rows, delimiter=separator).writerows(_numbered(document))
    return rows.getvalue().encode()


def _tsv(document: Document) -> bytes:
    return _csv(document, "\t")


def _xlsx(document: Document) -> bytes:
    import openpyxl

    book, done = openpyxl.Workbook(), io.BytesIO()
    book.properties.title, book.properties.creator = document.title, document.publisher or ""
    for row in _numbered(document):
        book.worksheets[0].append(row)
    book.save(done)
    return done.getvalue()


def _json(document: Document) -> bytes:
    return json.dumps(
        [{"number": number, "text": text} for number, text in enumerate(paragraphs(document), 1)]
    ).encode()


_OPEN = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("meta", "meta"))
)


def _opendocument(document: Document, kind: str, body: str) -> bytes:
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    said = {"title": document.title, "creator": document.publisher, "date": document.published}
    known = "".join(f"<dc:{name}>{html.escape(str(value))}</dc:{name}>" for name, value in said.items() if value)
    content = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    done = io.BytesIO()
    with zipfile.ZipFile(done, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", f"<office:document-content {_OPEN}>{content}</office:document-content>")
        meta = f"<office:meta>{known}</office:meta>"
        archive.writestr("meta.xml", f"<office:document-meta {_OPEN} {dc}>{meta}</office:document-meta>")
    return done.getvalue()


def _odt(document: Document) -> bytes:
    body = "".join(
        f'<text:h text:outline-level="2">{html.escape(block.lstrip("# "))}</text:h>'
        if block.startswith("#")
        else f"<text:p>{html.escape(block)}</text:p>"
        for block in paragraphs(document)
    )
    return _opendocument(document, "text", body)


def _ods(document: Document) -> bytes:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(html.escape(str(value))) for value in row)}</table:table-row>"
        for row in _numbered(document)
    )
    return _opendocument(document, "spreadsheet", f'<table:table table:name="Sheet1">{rows}</table:table>')


def _rtf(document: Document) -> bytes:
    def escaped(text: str) -> str:
        units = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").encode("utf-16-le")
        codes = (int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2))
        return "".join(chr(code) if 0 < code < 128 else f"\\u{code}?" for code in codes)

    info = f"{{\\info{{\\title {escaped(document.title)}}}{{\\author {escaped(document.publisher or '')}}}}}"
    body = "\\par ".join(escaped(block.lstrip("# ")) for block in paragraphs(document))
    return f"{{\\rtf1\\ansi\\uc1 {info}{body}\\par}}".encode("ascii")


def _notebook(document: Document) -> bytes:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [f"# {document.title}\n\n{document.text}"]}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _cues(document: Document, mark: str) -> str:
    cues = (
        f"{at // 60:02}:{at % 60:02}:00{mark}000 --> {at // 60:02}:{at % 60:02}:59{mark}000\n{block.lstrip('# ')}\n"
        for at, block in enumerate(paragraphs(document))
    )
    return "\n".join(cues)


def _vtt(document: Document) -> bytes:
    return f"WEBVTT\n\n{_cues(document, '.')}".encode()


def _srt(document: Document) -> bytes:
    return "\n".join(f"{n}\n{cue}\n" for n, cue in enumerate(_cues(document, ",").split("\n\n"), 1)).encode()


def _rst(document: Document) -> bytes:
    blocks = [f"{document.title}\n{'=' * len(document.title)}"]
    for block in paragraphs(document):
        said = block.lstrip("# ")
        blocks.append(f"{said}\n{'-' * len(said)}" if block.startswith("#") else block)
    return "\n\n".join(blocks).encode()


def _asciidoc(document: Document) -> bytes:
    blocks = [f"= {document.title}"]
    blocks += (f"== {block.lstrip('# ')}" if block.startswith("#") else block for block in paragraphs(document))
    return "\n\n".join(blocks).encode()


def _json_lines(document: Document) -> bytes:
    return "\n".join(json.dumps({"text": block}) for block in paragraphs(document)).encode()


_MAKERS = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".epub": _epub,
    ".odt": _odt,
    ".rtf": _rtf,
    ".rst": _rst,
    ".adoc": _asciidoc,
    ".ipynb": _notebook,
    ".vtt": _vtt,
    ".srt": _srt,
    ".eml": _mail,
    ".mbox": _mbox,
    ".csv": _csv,
    ".tsv": _tsv,
    ".xlsx": _xlsx,
    ".ods": _ods,
    ".json": _json,
    ".jsonl": _json_lines,
}
SUFFIXES = tuple(_MAKERS)
"""What ``made`` can make."""
