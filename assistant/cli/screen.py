"""Writes answers to stdout and notes to stderr, so that no text of a document can control the terminal.

Rich is imported when something is written: the chat page listens before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID
    from rich.table import Table
    from rich.text import Text

    from assistant.cli.console import Terminal
    from assistant.types import Delta, OnProgress

WIDEST = 100
"""Columns beyond which lines of prose are hard to read."""

_SPACES = dict.fromkeys(map(ord, "\t\r\v\f\x85\u2028\u2029"), " ")
_REMOVED = dict.fromkeys(
    code
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if code != ord("\n") and code not in _SPACES
)
_BROKEN = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")
_HARMLESS: dict[int, str | None] = {**_REMOVED, **_SPACES, **_BROKEN}
_IN_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_CURE = re.compile(r"`[^`]+`")


def clean(text: str) -> str:
    """``text`` without terminal control characters (C0, C1), bidirectional overrides and lone surrogates.

    Line breaks stay; other white space that moves the cursor becomes a space.
    """
    return text.translate(_HARMLESS)


def one_line(text: str) -> str:
    """``clean`` text with every run of white space as one space."""
    return " ".join(clean(text).split())


class Screen:
    """Standard output and error. On a terminal lines are wrapped and colored; elsewhere each is one plain line."""

    @cached_property
    def _out(self) -> Terminal:
        from assistant.cli.console import Terminal

        return Terminal()

    @cached_property
    def _err(self) -> Terminal:
        from assistant.cli.console import Terminal

        return Terminal(stderr=True)

    @property
    def wide(self) -> bool:
        """Whether stdout is a terminal, where columns line up."""
        return self._out.is_terminal

    @property
    def width(self) -> int:
        """The number of columns to use; it has no meaning if stdout is not a terminal."""
        return min(self._out.width, WIDEST)

    def write(self, text: Text | str = "", *, indent: int = 0, lead: Text | None = None) -> None:
        """Write a paragraph to stdout, with ``lead`` in the indentation of its first line.

        A string is cleaned here; a Text must be made of clean pieces.
        """
        self._out.paragraph(clean(text) if isinstance(text, str) else text, indent, self.width, lead=lead)

    def note(self, text: str, *, indent: int = 0) -> None:
        """Write a note to stderr."""
        self._err.paragraph(clean(text), indent, min(self._err.width, WIDEST), "dim")

    def error(self, message: str) -> None:
        """Write one line to stderr that says what is wrong, with the command that fixes it highlighted."""
        from rich.text import Text

        line = Text.assemble(("error: ", "bold red"), one_line(message))
        line.highlight_regex(_CURE, "bold cyan")
        self._err.print(line, soft_wrap=True)

    def raw(self, text: str) -> None:
        """Write exactly ``text`` and a line break to stdout, for programs to read."""
        try:
            self._out.file.write(text + "\n")
            self._out.file.flush()
        except BrokenPipeError:
            self._out.on_broken_pipe()

    def json(self, value: object) -> None:
        """Write a value as JSON to stdout, with characters that could control a terminal escaped."""
        from pydantic_core import to_json

        text = to_json(value).decode()
        self.raw(_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table to stdout: aligned on a terminal, else one line for each row, with tabs between the fields.

        The last column but one is cut if the terminal is too narrow.
        """
        cleaned = [[one_line(field) for field in row] for row in rows]
        if not self.wide:
            for row in cleaned:
                self.raw("\t".join(row))
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", expand=True)
        for name in columns:
            if name == columns[-2]:
                table.add_column(name, overflow="ellipsis", no_wrap=True, ratio=1, min_width=12)
            else:
                table.add_column(name, overflow="fold")
        for row in cleaned:
            table.add_row(*(Text(field) for field in row))
        self.table(table)

    def table(self, table: Table) -> None:
        """Write a table of harmless texts to stdout."""
        self._out.print(table, width=min(self._out.width, WIDEST))

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Show on stderr, while the block runs and only on a terminal, that something is being done."""
        if not self._err.is_terminal:
            yield
            return
        from rich.text import Text

        with self._err.status(Text(what, style="dim")):
            yield

    @contextmanager
    def drafting(self, what: str) -> Iterator[Callable[[Delta], None]]:
        """A callback that shows an answer on a terminal's stderr while it is written; it is erased at the end."""
        if not self._err.is_terminal:
            yield lambda _: None
            return
        from rich.text import Text

        with self._err.status(Text(what, style="dim")) as status:
            texts: dict[str, str] = {"answer": "", "thinking": ""}

            def show(delta: Delta) -> None:
                if delta.kind == "waiting":
                    status.update(Text(f"Waiting for the model: {one_line(delta.text)}", style="dim"))
                elif not delta.verified:
                    texts[delta.kind] = one_line(texts[delta.kind] + delta.text + "|")[:-1][-3 * self.width :]
                    lead = "Thinking: " if delta.kind == "thinking" else ""
                    status.update(Text(lead + texts[delta.kind], style="dim"))

            yield show

    @contextmanager
    def progress(self) -> Iterator[OnProgress]:
        """A callback that draws a bar for each stage on stderr, as long as the block runs."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from assistant.types import Progress as Step

        bars = Progress(
            TextColumn("{task.description:>10}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>8}", style="dim"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[item]}", style="dim", markup=False),
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal,
        )
        tasks: dict[str, TaskID] = {}

        def advance(step: Step) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(one_line(step.stage), total=None, item="", rate="")
            speed = bars.tasks[tasks[step.stage]].speed
            bars.update(
                tasks[step.stage],
                completed=step.done,
                total=step.total or None,
                item=one_line(step.item)[-40:],
                rate=f"{speed:,.0f}/s" if speed else "",
            )

        with bars:
            yield advance
