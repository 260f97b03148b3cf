"""Checks that time grows no faster than the text, for texts that make careless patterns slow.

``python -m benchmarks.linear`` prints a row for each function and text, and exits with 1 if sixteen times the text
takes more than ``LIMIT`` times as long. Only ratios of processor time are compared, so a slow machine passes too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assistant.english.names import names
from assistant.english.quantities import quantities
from assistant.english.sentences import split_sentences
from assistant.english.tokens import content_stems
from assistant.ingest.discover import FoundFile
from assistant.ingest.read import read_document
from assistant.ingest.split import split
from assistant.query.parse import parse_question
from assistant.query.split import split_questions
from assistant.types import Document

TIMES = 16
"""How many times longer the longer text is."""

LIMIT = 6 * TIMES
"""How many times as long it may take. Text that outgrows a cache costs more; a quadratic pattern ``TIMES ** 2``."""

SHORTEST = 0.005
"""The least seconds of processor time for the shorter text; less cannot be measured well."""

LONGEST = 50_000
"""Characters at which the shorter text is long enough, however fast it is."""

AGAIN = 5
"""Further measurements of what seems too slow; other work of the machine rarely slows down all of them."""


def cut(text: str) -> None:
    """Cut a document into chunks."""
    split(Document(source="a.md", title="A", text=text), 200, 1)


def read(text: str) -> None:
    """Read a plain text file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_text(text)
        read_document(FoundFile("a.txt", path, len(text), 0))


CASES: dict[Callable[[str], object], tuple[str, ...]] = {
    read: ("The talks went on for days.\r\n", "à la carte\n"),
    cut: ("word ", "k" * 100, "a. ", "今天"),
    split_sentences: (
        "word ", "k", ".", ". ", "! ", "a. ", "(a. B ", "([", "\n", "w\n", "a | b ", "|", "- ", "=", '"A', "。",
    ),
    content_stems: ("9", "A", "a-", "1,", "停", "a."),
    names: ("A", "Abc ", "A-", "A. ", "“", "A of "),
    quantities: (
        "9", "1,", "1,111,", "A ", "million ", "one million ", " ", "1-", "[1,", "Monday, ", "late ", "+1 ",
    ),
    parse_question: ("which ", "a or ", "a, ", "a", "? ", "so "),
    split_questions: ("x and who ", "and is A ", "x and is it ", "and is ", "A "),
}  # fmt: skip


def seconds(work: Callable[[str], object], text: str, tries: int = 3) -> float:
    """The least processor time of several tries."""
    best = float("inf")
    for _ in range(tries):
        begun = time.process_time()
        work(text)
        best = min(best, time.process_time() - begun)
    return best


def growth(work: Callable[[str], object], unit: str, count: int = 64) -> tuple[int, float, float]:
    """Characters of the shorter text, seconds it takes, and how many times as long the longer one takes."""
    while (short := seconds(work, unit * count)) < SHORTEST and count * len(unit) < LONGEST:
        count *= 2
    return count * len(unit), short, seconds(work, unit * count * TIMES) / max(short, 1e-6)


def main() -> None:
    """One row for each function and text."""
    print(f"{'function':16} {'text of':14} {'characters':>10} {'ms':>8} {f'x{TIMES}':>6}")
    slow = 0
    for work, units in CASES.items():
        for unit in units:
            size, short, times = growth(work, unit)
            for _ in range(AGAIN if times > LIMIT else 0):
                times = min(times, growth(work, unit)[2])
            slow += times > LIMIT
            mark = "  too slow" if times > LIMIT else ""
            row = f"{work.__name__:16} {unit[:12]!r:14} {size:10} {short * 1000:8.1f} {times:6.1f}{mark}"
            print(row, flush=True)
    sys.exit(f"{slow} grow faster than the text." if slow else 0)


if __name__ == "__main__":
    main()
