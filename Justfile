# Show these commands
default:
    @just --list

# Run the tests
test:
    uv run pytest

# Look for faults without running anything
lint:
    uv run ruff check
    uv run ruff format --check
    uv run mypy
    uv run lint-imports

# Format the code
fix:
    uv run ruff check --fix
    uv run ruff format

# Everything that decides whether a change may land
ci:
    bash .ci/run
