"""Finds the files of a folder and reads each as a document: text, title, publisher, date."""

import hashlib
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.parsers import office, sheets, word
from assistant.ingest.parsers.content import Content, decode, visible_text
from assistant.types import Document, Skipped

MAX_BYTES = 100_000_000
"""A larger file is refused."""

MAX_CHARACTERS = 50_000_000
"""A longer text is refused."""

VERSION = 1
"""Raise it when the same file reads differently: what an older version read is then read again."""


class FoundFile(NamedTuple):
    """A file that can be read; ``source`` is its path below the root, with ``/`` on every system."""

    source: str
    path: Path
    size: int
    mtime_ns: int


def find_files(root: Path) -> tuple[list[FoundFile], list[Skipped]]:
    """The readable files below ``root`` (or ``root`` itself, a file) and what was passed over, both sorted.

    Hidden files and folders are ignored. Links are never followed: what they lead to inside the root is read
    once, under its own name. Raises DocumentError if there is nothing at ``root``.
    """
    found: list[FoundFile] = []
    skipped: list[Skipped] = []
    try:
        top = root.resolve(strict=True)
        start = [(top.name, top)] if top.is_file() else _list(top, "")
    except (OSError, RuntimeError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        cure = "Give an existing file or folder: `assistant index build PATH`"
        raise DocumentError(f"Cannot read {str(root)!r}: {reason}. {cure}") from exc
    waiting = start
    while waiting:
        source, path = waiting.pop()
        try:
            if path.is_symlink():
                raise _SkipError(_about_link(path, top))
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                waiting += _list(path, f"{source}/")
                continue
            _check_readable(source, status.st_mode)
            found.append(FoundFile(source, path, status.st_size, status.st_mtime_ns))
        except _SkipError as exc:
            skipped.append(Skipped(source=_printable(source), reason=str(exc)))
        except OSError as exc:
            skipped.append(Skipped(source=_printable(source), reason=f"Cannot be opened: {exc.strerror}."))
    return sorted(found), sorted(skipped, key=lambda each: each.source)


def read_document(file: FoundFile) -> Document:
    """The document in ``file``.

    Raises DocumentError if the file cannot be opened, is larger than ``MAX_BYTES``, is not what its ending says,
    is encrypted, holds no text or too much, or has invalid front matter.
    """
    suffix = Path(file.source).suffix.lower()
    data = _bytes(file)
    try:
        content = _READERS[suffix](data, file.source)
    except (DocumentError, MemoryError):
        raise
    except ImportError as exc:
        cure = "`pip install 'assistant[files]'`"
        raise DocumentError(f"{file.source!r} needs {exc.name!r}, which is not installed. {cure}") from exc
    except Exception as exc:  # parsers raise whatever a damaged file leads them to
        what = _one_line(f"{type(exc).__name__}: {exc}"[:200])
        cure = f"Save it anew, or `mv {str(file.path)!r} ..`"
        raise DocumentError(f"{file.source!r} is damaged, or no {suffix[1:].upper()} ({what}). {cure}") from exc
    if len(content.text) > MAX_CHARACTERS:
        limit = f"{MAX_CHARACTERS // 1_000_000} million characters"
        raise DocumentError(f"{file.source!r} holds more than {limit}. Divide it, then `assistant index build`")
    if not content.text.strip():
        raise DocumentError(f"{file.source!r} holds no text. Write some, then `assistant index build`")
    return Document(
        source=file.source,
        title=_one_line(content.title) or _title_from_name(file.source),
        publisher=_one_line(content.publisher),
        published=content.published,
        kind=_one_line(content.kind),
        text=content.text,
        blocks=content.blocks,
        pages=content.pages,
    )


def pages_without_text(document: Document) -> int:
    """How many of the document's pages hold no text, as images of pages do."""
    ends = [*document.pages[1:], len(document.text)]
    return sum(not document.text[start:end].strip() for start, end in zip(document.pages, ends, strict=False))


def content_hash(file: FoundFile) -> str:
    """Of the bytes of ``file``, and of how this version reads them. Raises DocumentError if it cannot be opened."""
    mark = hashlib.blake2b(digest_size=16)
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                mark.update(block)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    return f"{VERSION}:{mark.hexdigest()}"


# --- finding --------------------------------------------------------------------------------------


class _SkipError(Exception):
    pass


def _list(folder: Path, prefix: str) -> list[tuple[str, Path]]:
    return [(prefix + path.name, path) for path in folder.iterdir() if not path.name.startswith(".")]


def _about_link(path: Path, top: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "A link that leads nowhere."
    if not target.is_relative_to(top):
        return "A link that leads outside the folder."
    return f"A link to {_printable(target.relative_to(top).as_posix())!r}, which is read under its own name."


def _check_readable(source: str, mode: int) -> None:
    suffix = Path(source).suffix.lower()
    if suffix not in SUFFIXES:
        kind = f"Files ending in {_printable(suffix)!r}" if suffix else "Files without an ending"
        raise _SkipError(f"{kind} cannot be read as documents; these can: {', '.join(SUFFIXES)}.")
    if not stat.S_ISREG(mode):
        raise _SkipError("Not a regular file.")
    if source != _printable(source):
        raise _SkipError("The name is not valid Unicode; rename it.")


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


# --- bytes and names ------------------------------------------------------------------------------


def _bytes(file: FoundFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise _unreadable(file, exc) from exc
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 1_000_000} MB"
        raise DocumentError(
            f"{file.source!r} is larger than {size}. Divide it: `split -C {MAX_BYTES} {str(file.path)!r}`"
        )
    return data


def _unreadable(file: FoundFile, exc: OSError) -> DocumentError:
    return DocumentError(f"Cannot open {file.source!r}: {exc.strerror}. Allow it: `chmod u+r {str(file.path)!r}`")


def _one_line(text: str | None) -> str | None:
    printable = "".join(mark if mark.isprintable() else " " for mark in text or "")
    return " ".join(printable.split()) or None


def _title_from_name(source: str) -> str:
    name = Path(source).stem
    return _one_line(re.sub("[_-]+", " ", name)) or source


# --- formats --------------------------------------------------------------------------------------


def _read_text(data: bytes, source: str) -> Content:
    return Content(decode(data, source))


_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+([^\n]{1,300})", re.MULTILINE)
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*`]+")
_MAX_FRONT_MATTER = 65_536  # characters; the parser reads some hundred thousand a second
_KEYS = {  # in order of preference
    "title": ("title", "headline", "name"),
    "publisher": ("publisher", "source", "outlet", "site", "author", "authors"),
    "published": ("published", "date", "publish_date", "pubdate"),
    "kind": ("kind", "type"),
}


def _read_markdown(data: bytes, source: str) -> Content:
    text = decode(data, source)
    known: dict[str, str] = {}
    if block := _FRONT_MATTER.match(text):
        known = _front_matter(block[1], source)
        text = text[block.end() :].lstrip("\n")
    heading = _HEADING.search(text)
    return Content(
        text,
        title=known.get("title") or (_MARKUP.sub(r"\1", heading[1].rstrip(" \t#")) if heading else None),
        publisher=known.get("publisher"),
        published=_parse_date(known["published"], source) if known.get("published") else None,
        kind=known.get("kind"),
    )


def _front_matter(block: str, source: str) -> dict[str, str]:
    import yaml

    if len(block) > _MAX_FRONT_MATTER:
        raise DocumentError(f"{source!r}, line 1: front matter is too long. Write lines of `key: value`")
    try:
        # Only text, lists and mappings, so that an impossible date is still there for the message.
        values = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - it builds less than SafeLoader
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(exc, "problem", None) or "is not YAML"
        raise DocumentError(
            f"{source!r}, line {line}: invalid front matter, {problem}. Write lines of `key: value`"
        ) from exc
    except RecursionError as exc:
        raise DocumentError(
            f"{source!r}, line 1: front matter is nested too deeply. Write lines of `key: value`"
        ) from exc
    if not values:
        return {}
    if not isinstance(values, dict):
        raise DocumentError(f"{source!r}, line 2: front matter is not a mapping. Write lines of `key: value`")
    given = {str(key).casefold(): value for key, value in values.items()}
    return {
        field: _as_text(key, given[key], source)
        for field, keys in _KEYS.items()
        if (key := next((key for key in keys if given.get(key)), None))
    }


def _as_text(key: str, value: object, source: str) -> str:
    parts: Sequence[object] = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise DocumentError(f"{source!r}: front matter key {key!r} is not text. Write `{key}: some text`")
    return ", ".join(map(str, parts))


def _parse_date(text: str, source: str) -> date:
    for parse in _DATE_FORMS:
        try:
            return parse(text.strip()).date()
        except ValueError:
            continue
    raise DocumentError(
        f"{source!r}: front matter key 'published' is {text!r}, not a date. Write `published: 2025-05-08`"
    )


_DATE_FORMS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%d %B %Y"),
    lambda text: datetime.strptime(text, "%B %d, %Y"),
)


_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


def _read_html(data: bytes, source: str) -> Content:
    import logging

    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is no error of ours
    charset = _CHARSET.search(data[:2048])
    html = decode(data, source, charset[1].decode("ascii") if charset else None)
    if not html.strip():
        return Content("")
    page = bare_extraction(
        html,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=_DATES,
        prune_xpath=["//nav", "//*[@hidden]"],  # its own fallback for short pages keeps them
    )
    if page is None or isinstance(page, dict):
        return Content(visible_text(html))
    lines = (page.text or "").split("\n")
    text = "\n\n".join(line.strip() for line in lines if line.strip())
    return Content(
        text or visible_text(html),
        title=page.title,
        publisher=page.sitename,
        published=_written(page.date, html),
    )


_DATES = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}


_READERS: Mapping[str, Callable[[bytes, str], Content]] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": office.read_pdf,
    ".docx": word.parse_docx,
    ".docm": word.parse_docx,
    ".pptx": office.read_pptx,
    ".epub": office.read_epub,
    ".eml": office.read_mail,
    ".csv": sheets.parse_csv,
    ".tsv": sheets.parse_csv,
    ".xlsx": sheets.parse_xlsx,
    ".xlsm": sheets.parse_xlsx,
    ".xls": sheets.parse_xls,
    ".jsonl": office.read_json_lines,
}
SUFFIXES = tuple(_READERS)
"""Endings of the files that can be read. A reader of a new format is one more entry in ``_READERS``."""

IN_PLACE = frozenset({".txt", ".text", ".md", ".markdown"})
"""Endings of files that need no process of their own: nothing parses them but code of ours."""


def _written(day: str | None, html: str) -> date | None:
    """The date, if the page states it; the extractor makes up a day for "2025-05" and for "2025-02-31"."""
    try:
        when = date.fromisoformat(day or "")
    except ValueError:
        return None
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
    spelled = [f"{name} {when.day}, {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    spelled += [f"{when.day} {name} {when.year}" for name in (f"{when:%B}", f"{when:%b}", f"{when:%b}.")]
    stated = [f"{when:{form}}" for form in forms] + spelled
    return when if any(form in html for form in stated) else None
