"""Where files are, as a catalog notes it: relative where the whole project may move, else absolute."""

from __future__ import annotations

import os
from pathlib import Path


class Paths:
    """Translates between absolute paths and the notes of the catalog in ``index_dir``; all have ``/``."""

    def __init__(self, index_dir: Path) -> None:
        self._prefix = index_dir.resolve().parent.as_posix().rstrip("/") + "/"

    def note(self, path: str) -> str:
        """The note for an absolute path."""
        # By strings, for this is asked of every file of every build.
        return path.removeprefix(self._prefix)

    def path(self, note: str) -> str:
        """The absolute path that a note stands for."""
        return note if os.path.isabs(note) else self._prefix + note  # noqa: PTH117 - as above
