"""``python -m assistant`` and the ``assistant`` script."""

import contextlib
import os
import signal
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        _heed_interrupts()
        from assistant.cli import app

        app()
    except KeyboardInterrupt:  # while modules load; from then on the app sees to it
        sys.exit(130)


def _heed_interrupts() -> None:
    """Let SIGINT stop the program even if the parent process ignores it, as CI runners and service managers do.

    A background job of a terminal goes on ignoring it, with or without ``nohup``: Ctrl-C is meant for other programs.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and (_typed_at() or not _has_terminal()):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _typed_at() -> bool:
    # A shell takes the terminal away from the standard input of a background job, and so does nohup.
    with contextlib.suppress(OSError):
        return os.isatty(0)
    return False


def _has_terminal() -> bool:
    try:
        os.close(os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
