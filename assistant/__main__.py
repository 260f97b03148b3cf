"""``python -m assistant`` and the ``assistant`` script."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from assistant.cli import app

        app()
    except KeyboardInterrupt:  # while modules load; from then on the app sees to it
        sys.exit(130)


if __name__ == "__main__":
    main()
