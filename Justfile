set shell := ["bash", "-euo", "pipefail", "-c"]

# Show these commands
default:
    @just --list

# Run the tests
test *options:
    uv run pytest {{ options }}

# Run the long tests: crashes, full disks and hostile files; and check that time grows linearly with the text
robustness:
    uv run pytest -m robustness
    uv run python -m benchmarks.linear

# Test properties with random examples for SECONDS; a failure is printed with its example
fuzz seconds="120":
    uv run python -m tests.robustness.fuzz --seconds {{ seconds }}

# Run the linters
lint:
    uv run ruff check
    uv run ruff format --check
    uv run mypy
    uv run lint-imports

# Build the wheel, install it elsewhere and ask a question
wheel:
    uv run python -m tests.robustness.wheel

# Format the code
fix:
    uv run ruff check --fix
    uv run ruff format

# Run everything that decides whether a change may land
ci:
    bash .ci/run
