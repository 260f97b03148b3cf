"""Searches every property of the tests at random, file by file, until the time is up.

``python -m tests.robustness.fuzz [--seconds 120] [--examples 300]`` takes the test files in random order and ends with
the file during which the time ran out. The first property that fails ends it, with exit code 1, after pytest has
printed the example and the blob that reproduces it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parents[1]


def property_files() -> list[str]:
    """The test files that hold properties, by name."""
    return sorted(str(path) for path in TESTS.glob("**/test_*.py") if "from hypothesis import" in path.read_text())


def main() -> int:
    """The exit code: 0 where nothing failed in time."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=120)
    arguments.add_argument("--examples", type=int, default=300, help="of each property")
    options = arguments.parse_args()
    files = property_files()
    random.shuffle(files)
    end = time.monotonic() + options.seconds
    done = 0
    while done < len(files) and time.monotonic() < end:
        command = [sys.executable, "-m", "pytest", "-n0", "-m", "hypothesis", files[done]]
        if code := subprocess.run(command, env={**os.environ, "FUZZ": str(options.examples)}).returncode:
            return code
        done += 1
    print(f"{done} of {len(files)} files with properties searched, {options.examples} random examples of each property")
    return 0


if __name__ == "__main__":
    sys.exit(main())
