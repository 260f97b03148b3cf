"""Parsers: a module for each family of file formats, and the table of the file endings that each one reads.

The modules that ``PARSERS`` names read files. The modules of this folder are what several families share: ``content``
(what a parser returns), ``encoding``, ``dates``, ``properties``, ``hyphens``, ``lines`` (what one line of text is),
``grid`` (tables), ``cells`` (what one cell holds) and ``packed`` (zip files). In the folders:

* ``plain``: text and its dialects. ``lined`` has all lines and their groups, ``headings`` and ``columns`` (tables) find
  blocks, ``layout`` puts these together
* ``pdf``: ``glyphs`` makes pieces of lines, ``furniture`` finds headers and footers, ``reading_order`` puts the rest in
  order with the tables of ``ruled`` and ``unruled``, ``flow`` makes blocks of pages; ``scans`` reads pictures
* ``markup``: ``structure`` makes blocks of HTML, for pages, books and mail
* ``office``: ``numbering`` has the numbers of list items, ``number_formats`` how cells are displayed
* ``mail`` and ``data``: messages and archives; JSON and notebooks
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from assistant.ingest.parsers.content import Content

Parser = Callable[[bytes, str], Content]
"""Takes the bytes of a file and its source. It may raise anything: ``read_document`` turns that into a
DocumentError.
"""

PARSERS: Mapping[str, str] = {
    ".txt": "plain.text.parse_text",
    ".text": "plain.text.parse_text",
    ".log": "plain.text.parse_text",
    ".rst": "plain.dialects.parse_rst",
    ".adoc": "plain.dialects.parse_asciidoc",
    ".asciidoc": "plain.dialects.parse_asciidoc",
    ".md": "plain.markdown.parse_markdown",
    ".markdown": "plain.markdown.parse_markdown",
    ".html": "markup.html.parse_html",
    ".htm": "markup.html.parse_html",
    ".pdf": "pdf.document.parse_pdf",
    ".png": "pdf.scans.parse_picture",
    ".jpg": "pdf.scans.parse_picture",
    ".jpeg": "pdf.scans.parse_picture",
    ".tif": "pdf.scans.parse_picture",
    ".tiff": "pdf.scans.parse_picture",
    ".docx": "office.word.parse_docx",
    ".docm": "office.word.parse_docx",
    ".pptx": "office.slides.parse_pptx",
    ".pptm": "office.slides.parse_pptx",
    ".odt": "office.opendocument.parse_odt",
    ".ods": "office.opendocument.parse_ods",
    ".odp": "office.opendocument.parse_odp",
    ".rtf": "office.rtf.parse_rtf",
    ".epub": "markup.epub.parse_epub",
    ".eml": "mail.messages.parse_eml",
    ".mbox": "mail.messages.parse_mbox",
    ".msg": "mail.messages.parse_msg",
    ".csv": "office.sheets.parse_csv",
    ".tsv": "office.sheets.parse_csv",
    ".xlsx": "office.sheets.parse_xlsx",
    ".xlsm": "office.sheets.parse_xlsx",
    ".xls": "office.sheets.parse_xls",
    ".jsonl": "data.records.parse_json_lines",
    ".ndjson": "data.records.parse_json_lines",
    ".json": "data.records.parse_json",
    ".ipynb": "data.notebook.parse_notebook",
    ".vtt": "plain.transcript.parse_transcript",
    ".srt": "plain.transcript.parse_transcript",
}
"""Module and function for each file ending. A new format is one more line; its module is imported when needed."""

SUFFIXES = tuple(PARSERS)
"""Endings of the files that can be read."""

IN_PLACE = frozenset({".txt", ".text", ".log", ".md", ".markdown", ".rst", ".adoc", ".asciidoc"})
"""Endings of files that are parsed in the main process, since parsing takes time linear in their size."""


def parser_for(suffix: str) -> Parser:
    """The parser of files that end in ``suffix``."""
    module, _, function = PARSERS[suffix].rpartition(".")
    parser: Parser = getattr(import_module(f"{__name__}.{module}"), function)
    return parser
