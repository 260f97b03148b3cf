"""The command line: one small module per noun, and the only place that prints and exits.

Each command is a function in a module of its own, registered below. It opens an assistant with ``opening``, writes
with ``screen``, and raises AssistantError or ``typer.Exit(code)``; only ``root`` turns these into an exit status.
Commands import what they need when they run, so that ``assistant --help`` stays fast.
"""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli import ask, chat, doctor, evaluate, index, mcp, search
from assistant.cli.root import Root

__all__ = ["app"]

app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("assistant"))
        raise typer.Exit


@app.callback()
def assistant(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Ask a folder of documents, and get answers in which every sentence is cited."""


app.command()(chat.chat)
app.command()(ask.ask)
app.command()(search.search)
app.add_typer(index.app, name="index")
app.command("eval")(evaluate.evaluate)
app.command()(doctor.doctor)
app.command()(mcp.mcp)
