"""Finds the files of a folder and reads each as a document: text, title, publisher, date."""

import codecs
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.types import Document, Skipped

MAX_BYTES = 100_000_000
"""A larger file is refused."""


class FoundFile(NamedTuple):
    """A file that can be read; ``source`` is its path below the root, with ``/`` on every system."""

    source: str
    path: Path
    size: int
    mtime_ns: int


class _Content(NamedTuple):
    """What a reader makes of a file; the title falls back to the file's name."""

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    kind: str | None = None


def find_files(root: Path) -> tuple[list[FoundFile], list[Skipped]]:
    """The readable files below ``root`` (or ``root`` itself, if it is a file) and what was passed over, sorted.

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
        message = f"Cannot read {str(root)!r}: {reason}. Give an existing file or folder: `assistant index build PATH`"
        raise DocumentError(message) from exc
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

    Raises DocumentError if the file cannot be opened, is larger than ``MAX_BYTES``, is binary, holds no text, or
    has invalid front matter.
    """
    content = _READERS[Path(file.source).suffix.lower()](_bytes(file), file.source)
    if not content.text.strip():
        raise DocumentError(f"{file.source!r} holds no text. Write some into it, then `assistant index build`")
    return Document(
        source=file.source,
        title=_one_line(content.title) or _title_from_name(file.source),
        publisher=_one_line(content.publisher),
        published=content.published,
        kind=_one_line(content.kind),
        text=content.text,
    )


# --- finding -----------------------------------------------------------------------------------------------


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


# --- bytes and characters ----------------------------------------------------------------------------------

_PREFIX = 65_536  # bytes an encoding is guessed from
_BOMS = (  # UTF-32 before UTF-16, whose little-endian mark it begins with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\a\b\t\n\v\f\r\x1b") | {127})
_UNLIKELY = ["utf_7", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]  # without a mark


def _bytes(file: FoundFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        message = f"Cannot open {file.source!r}: {exc.strerror}. Allow it: `chmod u+r {str(file.path)!r}`"
        raise DocumentError(message) from exc
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 1_000_000} MB"
        raise DocumentError(
            f"{file.source!r} is larger than {size}. Divide it: `split -C {MAX_BYTES} {str(file.path)!r}`"
        )
    return data


def _decode(data: bytes, source: str, declared: str | None = None) -> str:
    """The characters of ``data``, without a byte order mark and with newlines as ``\\n``."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding:
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
    else:
        sample = data[:_PREFIX]
        if b"\0" in data or len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 20:
            raise _binary(source)
        text = _decode_unmarked(data, declared)
    if "\0" in text:
        raise _binary(source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _binary(source: str) -> DocumentError:
    return DocumentError(f"{source!r} is binary, not text. Save it as UTF-8 text, or see its type: `file {source!r}`")


def _decode_unmarked(data: bytes, declared: str | None) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        wrong = exc.start
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if 4 * bad <= len(text) - len(text.encode("ascii", "ignore")) - bad:
        return text  # UTF-8 with a few broken bytes: any other encoding would garble the rest
    for encoding in (declared, _guess(data, wrong)):
        if encoding:
            try:
                return data.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    return text


def _guess(data: bytes, wrong: int) -> str | None:
    """The likely encoding of the stretch around the first byte that is not UTF-8, cut at whitespace."""
    from charset_normalizer import from_bytes

    start = data.rfind(b"\n", max(0, wrong - _PREFIX // 2), wrong) + 1 or max(0, wrong - _PREFIX // 2)
    stretch = data[start : start + _PREFIX]
    if start + _PREFIX < len(data):
        stretch = stretch[: max(stretch.rfind(b"\n"), stretch.rfind(b" ")) + 1] or stretch
    best = from_bytes(stretch, cp_exclusion=_UNLIKELY).best()
    return best.encoding if best else "cp1252"


def _one_line(text: str | None) -> str | None:
    printable = "".join(mark if mark.isprintable() else " " for mark in text or "")
    return " ".join(printable.split()) or None


def _title_from_name(source: str) -> str:
    name = Path(source).stem
    return _one_line(re.sub("[_-]+", " ", name)) or source


# --- formats -----------------------------------------------------------------------------------------------


def _read_text(data: bytes, source: str) -> _Content:
    return _Content(_decode(data, source))


_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_KEYS = {  # in order of preference
    "title": ("title", "headline", "name"),
    "publisher": ("publisher", "source", "outlet", "site", "author", "authors"),
    "published": ("published", "date", "publish_date", "pubdate"),
    "kind": ("kind", "type"),
}


def _read_markdown(data: bytes, source: str) -> _Content:
    text = _decode(data, source)
    known: dict[str, str] = {}
    if block := _FRONT_MATTER.match(text):
        known = _front_matter(block[1], source)
        text = text[block.end() :].lstrip("\n")
    heading = _HEADING.search(text)
    return _Content(
        text,
        title=known.get("title") or (heading and heading[1].strip("*_` ")) or None,
        publisher=known.get("publisher"),
        published=_parse_date(known["published"], source) if known.get("published") else None,
        kind=known.get("kind"),
    )


def _front_matter(block: str, source: str) -> dict[str, str]:
    import yaml

    try:
        # BaseLoader builds nothing but text, lists and mappings: an impossible date stays legible for the message.
        values = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - safer than SafeLoader
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(exc, "problem", None) or "is not YAML"
        raise DocumentError(f"{source!r}, line {line}: invalid front matter, {problem}. Correct that line") from exc
    except RecursionError as exc:
        raise DocumentError(f"{source!r}, line 1: front matter is nested too deeply. Write `key: value`") from exc
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
    for parse in (date.fromisoformat, datetime.fromisoformat, _english_date("%d %B %Y"), _english_date("%B %d, %Y")):
        try:
            day = parse(text.strip())
        except ValueError:
            continue
        return day.date() if isinstance(day, datetime) else day
    raise DocumentError(f"{source!r}: front matter key 'published' is {text!r}, no date. Write `published: 2025-05-08`")


def _english_date(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)


_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_INVISIBLE = "//script|//style|//noscript|//template|//nav|//head|//comment()|//*[@hidden]"
_FLOWING = frozenset("a abbr b bdi bdo big cite code em font i kbd mark q s samp small span strong sub sup u var".split())


def _read_html(data: bytes, source: str) -> _Content:
    import logging

    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without text as an error
    charset = _CHARSET.search(data[:2048])
    html = _decode(data, source, charset[1].decode("ascii") if charset else None)
    if not html.strip():
        return _Content("")
    page = bare_extraction(html, include_comments=False, with_metadata=True, date_extraction_params=_DATES)
    if page is None or isinstance(page, dict):
        return _Content(_visible_text(html))
    lines = (page.text or "").split("\n")
    text = "\n\n".join(line.strip() for line in lines if line.strip())
    return _Content(
        text or _visible_text(html), title=page.title, publisher=page.sitename, published=_written(page.date, html)
    )


_DATES = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}
_READERS: Mapping[str, Callable[[bytes, str], _Content]] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
}
SUFFIXES = tuple(_READERS)
"""Endings of the files that can be read. A reader of a new format is one more entry in ``_READERS``."""


def _written(day: str | None, html: str) -> date | None:
    """The date, if the page states it: an extractor completes "2025-05", and repairs "2025-02-31", by a guess."""
    try:
        when = date.fromisoformat(day or "")
    except ValueError:
        return None
    forms = (f"{when:%Y-%m-%d}", f"{when:%Y/%m/%d}", f"{when:%Y%m%d}", f"{when:%d.%m.%Y}", f"{when:%d/%m/%Y}",
             f"{when:%m/%d/%Y}", f"{when:%B} {when.day}, {when.year}", f"{when:%b} {when.day}, {when.year}",
             f"{when.day} {when:%B} {when.year}", f"{when.day} {when:%b} {when.year}")  # fmt: skip
    return when if any(form in html for form in forms) else None


def _visible_text(html: str) -> str:
    from lxml import etree
    from lxml import html as parser

    try:
        tree = parser.fromstring(html.encode(), parser=parser.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return ""
    for element in tree.xpath(_INVISIBLE):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(etree.Element):
        if element.tag not in _FLOWING:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).split("\n"))
    return "\n\n".join(line for line in lines if line)
