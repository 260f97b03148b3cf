"""Paths as a catalog stores them: relative if they would move with the whole project, else absolute."""

from __future__ import annotations

import os
from pathlib import Path


class Paths:
    """Translates between absolute paths and paths as the catalog in ``index_dir`` stores them; all have ``/``."""

    def __init__(self, index_dir: Path) -> None:
        self._prefix = index_dir.resolve().parent.as_posix().rstrip("/") + "/"

    def note(self, path: str) -> str:
        """The stored form of an absolute path."""
        # With strings, since this runs for every file of every build.
        return path.removeprefix(self._prefix)

    def path(self, note: str) -> str:
        """The absolute path of a stored one."""
        return note if os.path.isabs(note) else self._prefix + note  # noqa: PTH117 - as above
