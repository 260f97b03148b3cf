"""Finds the files of a folder that can be read, and says why the others cannot."""

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
