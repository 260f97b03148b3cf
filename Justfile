set shell := ["bash", "-euo", "pipefail", "-c"]

# Show these commands
default:
    @just --list

# Run the tests, the same ones every time
test *options:
    uv run pytest {{ options }}

# Crash, fill, and feed with hostile files for minutes; see that time grows with the text
robustness:
    uv run pytest -m robustness
    uv run python -m benchmarks.linear

# Search the properties at random until SECONDS have passed; what fails is printed with its example
fuzz seconds="120":
    uv run python -m tests.robustness.fuzz --seconds {{ seconds }}

# Look for faults without running anything
lint:
    uv run ruff check
    uv run ruff format --check
    uv run mypy
    uv run lint-imports

# Install the wheel elsewhere and ask it a question
wheel:
    uv run python -m tests.robustness.wheel

# Format the code
fix:
    uv run ruff check --fix
    uv run ruff format

# Everything that decides whether a change may land
ci:
    bash .ci/run
