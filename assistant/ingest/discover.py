"""Finds the files in a folder that can be read, and says why the others cannot."""

import stat
from pathlib import Path
from typing import NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.parsers import SUFFIXES
from assistant.types import Skipped


class FoundFile(NamedTuple):
    """A file that can be read; ``source`` is its path below the root, with ``/`` on every system."""

    source: str
    path: Path
    size: int
    mtime_ns: int


def find_files(root: Path) -> tuple[list[FoundFile], list[Skipped]]:
    """The readable files below ``root`` (or ``root`` itself if it is a file) and the skipped ones, both sorted.

    Hidden files and folders and files that systems create in folders are ignored. Links are never followed: a target
    inside the root is read once, under its own name. Raises DocumentError if ``root`` does not exist.
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
                raise _IgnoredError(_about_link(path, top))
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                waiting += _list(path, f"{source}/")
                continue
            _check_readable(source, status.st_mode)
            found.append(FoundFile(source, path, status.st_size, status.st_mtime_ns))
        except _SkipError as exc:
            skipped.append(Skipped(source=_printable(source), reason=str(exc), ignored=exc.ignored))
        except OSError as exc:
            skipped.append(Skipped(source=_printable(source), reason=f"Cannot be opened: {exc.strerror}."))
    return sorted(found), sorted(skipped, key=lambda each: each.source)


# --- finding --------------------------------------------------------------------------------------


class _SkipError(Exception):
    ignored = False


class _IgnoredError(_SkipError):
    ignored = True


def _list(folder: Path, prefix: str) -> list[tuple[str, Path]]:
    """The entries of ``folder`` without hidden files and those of the system."""
    names = (path for path in folder.iterdir() if not path.name.startswith("."))
    return [(prefix + path.name, path) for path in names if path.name.lower() not in _SYSTEM_FILES]


def _about_link(path: Path, top: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "A link that leads nowhere."
    if not target.is_relative_to(top):
        return "A link that leads outside the folder."
    return f"A link to {_printable(target.relative_to(top).as_posix())!r}, which is read under its own name."


_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_KINDS = ((stat.S_ISFIFO, "named pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "device"), (stat.S_ISBLK, "device"))
_EXPORT = "Open it and export it as PDF."
_CURES = {
    ".pages": _EXPORT,
    ".numbers": "Open it and export it as Excel or PDF.",
    ".key": _EXPORT,
    ".doc": "Open it and save it as DOCX or PDF.",
    ".dot": "Open it and save it as DOCX or PDF.",
    ".ppt": "Open it and save it as PPTX or PDF.",
    ".pps": "Open it and save it as PPTX or PDF.",
    ".odp": "Open it and save it as PPTX or PDF.",
    ".xlsb": "Open it and save it as XLSX.",
    **dict.fromkeys((".wpd", ".wps", ".xps", ".djvu", ".tex", ".one", ".vsd", ".vsdx", ".pub", ".indd"), _EXPORT),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".fb2"), "Convert it to EPUB or PDF."),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"), "Unpack it here."),
    **dict.fromkeys((".pst", ".ost"), "Export its messages as EML or mbox."),
    **dict.fromkeys(
        (".mp3", ".m4a", ".wav", ".ogg", ".mp4", ".mov", ".mkv", ".avi", ".webm"),
        "Add a transcript of it (.vtt or .srt).",
    ),
    **dict.fromkeys((".heic", ".webp", ".gif", ".bmp", ".svg"), "Save it as PDF."),
}


def _check_readable(source: str, mode: int) -> None:
    name, suffix = Path(source).name, Path(source).suffix.lower()
    if not stat.S_ISREG(mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "special file")
        raise _IgnoredError(f"A {kind}, not a file.")
    if name.startswith("~$"):
        raise _IgnoredError("A lock file that Office leaves while a document is open; it holds no text.")
    if suffix not in SUFFIXES:
        kind = f"Files ending in {_printable(suffix)!r}" if suffix else "Files without an ending"
        cure = _CURES.get(suffix) or (f"These can: {', '.join(SUFFIXES)}." if suffix else "If it is text, add '.txt'.")
        raise _SkipError(f"{kind} cannot be read as documents. {cure}")
    if source != _printable(source):
        raise _SkipError("The name is not valid Unicode; rename it.")


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()
