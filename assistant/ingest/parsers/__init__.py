"""Parsers: a module for each family of file formats, and the table of the file endings that each one reads.

The modules that ``PARSERS`` names read files. The others are what these share:

* every format: ``content`` (what a parser returns), ``encoding``, ``dates``, ``properties``, ``hyphens``, ``grid``
  (tables)
* plain text and its dialects: ``lines`` (one line), ``lined`` (all lines and their groups), ``headings``, ``columns``
  (tables), ``layout`` (puts these together), ``quoting``, ``front_matter``
* PDF: ``pdf_pages`` (characters become pieces of lines), ``page`` (reading order and tables of a page), ``furniture``
  (headers and footers), ``flow`` (pages become blocks)
* HTML, EPUB and mail: ``markup``; mail: ``correspondence``
* Office and OpenDocument: ``packed`` (zip files), ``numbering`` (numbers of list items), ``number_formats``
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from assistant.ingest.parsers.content import Content

Parser = Callable[[bytes, str], Content]
"""Takes the bytes of a file and its source. It may raise anything: ``read_document`` turns that into a
DocumentError.
"""

PARSERS: Mapping[str, str] = {
    ".txt": "text.parse_text",
    ".text": "text.parse_text",
    ".log": "text.parse_text",
    ".rst": "dialects.parse_rst",
    ".adoc": "dialects.parse_asciidoc",
    ".asciidoc": "dialects.parse_asciidoc",
    ".md": "markdown.parse_markdown",
    ".markdown": "markdown.parse_markdown",
    ".html": "html.parse_html",
    ".htm": "html.parse_html",
    ".pdf": "pdf.parse_pdf",
    ".png": "scans.parse_picture",
    ".jpg": "scans.parse_picture",
    ".jpeg": "scans.parse_picture",
    ".tif": "scans.parse_picture",
    ".tiff": "scans.parse_picture",
    ".docx": "word.parse_docx",
    ".docm": "word.parse_docx",
    ".pptx": "slides.parse_pptx",
    ".pptm": "slides.parse_pptx",
    ".odt": "opendocument.parse_odt",
    ".ods": "opendocument.parse_ods",
    ".odp": "opendocument.parse_odp",
    ".rtf": "rtf.parse_rtf",
    ".epub": "epub.parse_epub",
    ".eml": "mail.parse_eml",
    ".mbox": "mail.parse_mbox",
    ".msg": "mail.parse_msg",
    ".csv": "sheets.parse_csv",
    ".tsv": "sheets.parse_csv",
    ".xlsx": "sheets.parse_xlsx",
    ".xlsm": "sheets.parse_xlsx",
    ".xls": "sheets.parse_xls",
    ".jsonl": "records.parse_json_lines",
    ".ndjson": "records.parse_json_lines",
    ".json": "records.parse_json",
    ".ipynb": "notebook.parse_notebook",
    ".vtt": "transcript.parse_transcript",
    ".srt": "transcript.parse_transcript",
}
"""Module and function for each file ending. A new format is one more line; its module is imported when needed."""

SUFFIXES = tuple(PARSERS)
"""Endings of the files that can be read."""

IN_PLACE = frozenset({".txt", ".text", ".log", ".md", ".markdown", ".rst", ".adoc", ".asciidoc"})
"""Endings of files that are parsed in the main process, since parsing takes time linear in their size."""


def parser_for(suffix: str) -> Parser:
    """The parser of files that end in ``suffix``. Raises ImportError if it needs a package that is not installed."""
    module, _, function = PARSERS[suffix].partition(".")
    parser: Parser = getattr(import_module(f"{__name__}.{module}"), function)
    return parser
