"""Parses Jupyter notebooks: their text, their code and its output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assistant.errors import DocumentError
from assistant.ingest.blocks import TextBuilder
from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.content import Content, cleaned
from assistant.ingest.parsers.encoding import decode
from assistant.ingest.parsers.markup.structure import lay_out, parse_tree, pieces
from assistant.ingest.parsers.plain.markdown import markdown_blocks

MAX_OUTPUT = 20_000
"""Characters of an output that are read."""


def parse_notebook(data: bytes, source: str) -> Content:
    """The cells in order. Raises DocumentError if the file is not a notebook."""
    try:
        notebook = json.loads(decode(data, source))
    except (ValueError, RecursionError) as exc:
        raise DocumentError(f"{source!r} is no notebook ({exc}). Save it again in Jupyter") from exc
    cells = _cells(notebook)
    if cells is None:
        raise DocumentError(f"{source!r} is no notebook: it has no cells. Save it again in Jupyter")
    builder = TextBuilder()
    for cell in cells:
        said = cleaned(_joined(cell.get("source", cell.get("input")))).strip("\n")
        if cell.get("cell_type") == "markdown":
            builder.embed(said, markdown_blocks(said))
        elif cell.get("cell_type") == "heading":  # of the third version of the format
            builder.heading(said, int(cell.get("level", 1)))
        elif cell.get("cell_type") == "code":
            builder.code(said)
            for output in cell.get("outputs") or ():
                _output(builder, output)
    blocks = builder.blocks()
    heading = next((block for block in blocks if block.kind == "heading"), None)
    title = strip_markup(builder.text[heading.start : heading.end]) if heading else None
    return Content(builder.text, title=title, blocks=blocks)


def _cells(notebook: Any) -> list[dict[str, Any]] | None:
    if not isinstance(notebook, dict):
        return None
    sheets = notebook.get("worksheets")
    found = notebook.get("cells")
    if found is None and isinstance(sheets, list):
        found = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", ())]
    return [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else None


def _joined(source: Any) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _output(builder: TextBuilder, output: Any) -> None:
    """An output: a table as a table, other text as code; pictures and errors are left out."""
    if not isinstance(output, dict):
        return
    data = output.get("data")
    data = data if isinstance(data, dict) else output
    page = _joined(data.get("text/html"))[:MAX_OUTPUT]
    tree = parse_tree(page) if "<table" in page else None
    if tree is not None:
        lay_out(builder, pieces(tree))
        return
    for text in _texts(data, output):
        builder.code(cleaned(text)[:MAX_OUTPUT].strip("\n"))


def _texts(data: dict[str, Any], output: dict[str, Any]) -> Iterator[str]:
    said = _joined(data.get("text/plain") or output.get("text"))
    if said.strip() and not said.startswith("<"):  # "<Figure size 640x480>"
        yield said
