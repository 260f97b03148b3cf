"""The terminal as rich sees it, with paragraphs, and without a traceback when the reader of a pipe has gone."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from rich.console import Console
from rich.text import Text


class Terminal(Console):
    """Standard output or standard error, where no sign of a text is markup."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, stderr=stderr)

    def on_broken_pipe(self) -> NoReturn:
        """Leave quietly when the reader of a pipe has gone, with the status a shell gives such a program."""
        # Python flushes stdout once more at exit; it must find something that takes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141)

    def paragraph(self, text: Text | str, indent: int, width: int, style: str = "", lead: Text | None = None) -> None:
        """Write a paragraph, on a terminal wrapped to ``width``, with ``lead`` in the first line's indentation."""
        body = Text(text, style) if isinstance(text, str) else text
        before = lead or Text()
        first = Text.assemble(before, " " * max(0, indent - before.cell_len))
        wrapped = self.is_terminal
        lines = body.wrap(self, max(10, width - indent)) if wrapped else body.split(allow_blank=True)
        for number, line in enumerate(lines):
            line.rstrip()
            self.print(Text.assemble(first if number == 0 else " " * indent, line), soft_wrap=True)
