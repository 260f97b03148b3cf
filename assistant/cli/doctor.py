"""``assistant doctor``: what works, what does not, and the command that fixes it."""

from __future__ import annotations

import typer
from rich.text import Text

from assistant.cli.opening import settings_from
from assistant.cli.options import IndexDir, Json
from assistant.cli.root import FAILED
from assistant.cli.screen import Screen, one_line


def doctor(json: Json = False, index: IndexDir = None) -> None:
    """Check everything an answer depends on.

    Exit code 0: all well; 1: something needs to be fixed."""
    from assistant.doctor import diagnose

    screen = Screen()
    settings = settings_from(index)
    with screen.waiting("Examining ..."):
        findings = diagnose(settings)
    if json:
        screen.json(findings)
    else:
        indent = 8 + max(len(finding.name) for finding in findings)
        for finding in findings:
            mark = Text("ok    ", "green") if finding.ok else Text("fault ", "bold red")
            lead = Text.assemble(mark, (one_line(finding.name), "bold"))
            screen.write(one_line(finding.detail), indent=indent, lead=lead)
            if finding.warning:
                screen.write(Text(one_line(finding.warning), "bold red"), indent=indent)
            if finding.cure:
                screen.write(Text(one_line(finding.cure), "bold cyan"), indent=indent)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)
