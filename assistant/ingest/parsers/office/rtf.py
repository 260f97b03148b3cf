"""Parses Rich Text Format as plain text, without formatting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from assistant.errors import DocumentError
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.lines import marker_of
from assistant.ingest.parsers.plain.text import parse_text
from assistant.ingest.parsers.properties import sensible_name, sensible_title


def parse_rtf(data: bytes, source: str) -> Content:
    """Paragraphs, lists and tables; each paragraph is one line of the source."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
        raise DocumentError(f"{source!r} is no RTF. Rename it as what it is, then `assistant index build`")
    raw = data.decode("cp1252", "replace")
    text = _plain(raw).replace("\u00ad", "")
    read = parse_text("".join(_spaced(text)).encode(), source)
    return read._replace(
        title=sensible_title(_known(raw, "title")) or read.title, publisher=sensible_name(_known(raw, "author"))
    )


def _spaced(text: str) -> Iterator[str]:
    """The lines with an empty line between paragraphs, but not between rows or items."""
    before = ""
    for line in text.split("\n"):
        said = (
            " ".join(line.split())
            if "|" not in line
            else " | ".join(" ".join(cell.split()) for cell in line.split("|"))
        )
        said = said.removesuffix(" | ").removesuffix(" |")
        if said:
            together = ("|" in said and "|" in before) or (marker_of(said) and marker_of(before))
            yield f"{said}\n" if not before else f"{'' if together else chr(10)}{said}\n"
            before = said


def _known(raw: str, name: str) -> str | None:
    found = re.search(rf"{{\\{name} ?([^{{}}]{{1,400}})}}", raw[:100_000])
    return _plain(f"{{\\rtf1\\ansi {found[1]}}}") if found else None


def _plain(raw: str) -> str:
    from striprtf import striprtf

    convert: Callable[..., str] = striprtf.rtf_to_text  # publishes no types; leaves out what stands before items
    return convert(_BEFORE_ITEM.sub("{", raw), errors="ignore")


_BEFORE_ITEM = re.compile(r"{\\(?:pntext|listtext)(?![a-z])")
