"""``python -m assistant`` and the ``assistant`` script."""


def main() -> None:
    """Run the command line and exit with its code."""
    from assistant.cli import app

    app()


if __name__ == "__main__":
    main()
