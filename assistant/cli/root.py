"""The one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from assistant.errors import AssistantError

FAILED = 1
"""Exit code of a check that ran and found faults."""

ERROR = 2
"""Exit code of errors that the user has to fix first."""

NOT_FOUND = 3
"""Exit code of a question that the documents do not answer."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it: 128 and the number of the signal."""


class Root(TyperGroup):
    """The ``assistant`` command.

    Anything except AssistantError, OSError and wrong usage is a bug and keeps its traceback.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002 - ``python -m assistant`` calls itself assistant too
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; exit with its code, or return the code if ``standalone_mode`` is off."""
        _tolerate_narrow_encodings()
        try:
            returned = super().main(
                args, "assistant", complete_var, False, windows_expand_args=windows_expand_args, **extra
            )
            code = returned if isinstance(returned, int) else 0
        except AssistantError as error:
            code = _fail(str(error))
        except typer.TyperException as error:
            code = _fail(_usage(error))
        except typer.Abort:
            code = INTERRUPTED
        except OSError as error:
            where = f" {str(error.filename)!r}" if error.filename else ""
            code = _fail(f"The system refuses{where}: {error.strerror or error}. `assistant doctor`")
        if standalone_mode:
            sys.exit(code)
        return code


def _fail(message: str) -> int:
    # An empty message comes with "no arguments": the help has been shown instead.
    if message:
        from assistant.cli.screen import Screen

        Screen().error(message)
    return ERROR


def _usage(error: typer.TyperException) -> str:
    message = error.format_message().replace("Value error, ", "")  # typer shows how it validates
    context = getattr(error, "ctx", None)
    if not message or context is None:
        return message
    return f"{message.rstrip('.')}. `{context.command_path} --help`"


def _tolerate_narrow_encodings() -> None:
    # A document may hold any character and a question any byte; neither may end in a UnicodeError.
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
