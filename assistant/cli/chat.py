"""``assistant chat``: the page in the browser."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.opening import opened, report_first_build, settings_from, unbuilt
from assistant.cli.options import IndexDir, WriterName
from assistant.cli.screen import Screen
from assistant.errors import ConfigError

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.types import OnProgress, Progress

Host = Annotated[str, typer.Option("--host", help="Address to serve at; any but this machine's own needs a password.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve at.")]
Auth = Annotated[
    bool, typer.Option("--auth", help="Ask for a password to be set (or set ASSISTANT_PASSWORD).", show_default=False)
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="HOST", help="A host name the page is reached under; may be repeated."),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")]


def chat(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 7860,
    auth: Auth = False,
    name: Names = None,
    browser: Browser = True,
    index: IndexDir = None,
    writer: WriterName = None,
) -> None:
    """Open the chat page: ask, see the proof, add documents. Ctrl-C ends it."""
    screen = Screen()
    settings = settings_from(index, writer)
    password = settings.password.get_secret_value() if settings.password else ""
    if auth and not password:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if find_spec("gradio") is None or find_spec("mcp") is None:
        raise ConfigError("The chat page is not installed. `pip install 'assistant[chat]'`")
    from assistant.web import serve

    def up(address: str) -> None:
        screen.note(f"The page is at {address} (Ctrl-C ends it).")
        if browser:
            import webbrowser

            webbrowser.open(address)

    with ExitStack() as closing:

        @cache
        def assistant() -> Assistant:
            return closing.enter_context(opened(context, settings))

        def prepare(on_progress: OnProgress) -> None:
            if unbuilt(assistant(), settings):
                with screen.progress() as advance:

                    def tell(step: Progress) -> None:
                        advance(step)
                        on_progress(step)

                    report = assistant().index(settings.documents_dir, tell)
                report_first_build(report, settings, screen)

        serve.run(assistant, host, port, password, tuple(name or ()), up, prepare)
