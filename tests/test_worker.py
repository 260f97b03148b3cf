"""A file that hangs, swells or crashes costs itself and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.worker import Limits, ParserPool
from assistant.types import Document
from tests.robustness import hostile
from tests.robustness.formats import made

TALKS = Document(source="a", title="Talks", publisher="N", published=date(2025, 5, 8), text="The truce came in May.")


def write(folder: Path, name: str, data: bytes) -> FoundFile:
    (folder / name).write_bytes(data)
    return FoundFile(name, folder / name, len(data), 0)


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(Limits(seconds=120, memory=1 << 30))
    yield pool
    pool.close()


def test_a_worker_reads_what_is_read_here(tmp_path: Path, pool: ParserPool) -> None:
    for suffix in (".html", ".epub", ".txt", ".eml"):
        (document,) = pool.read(write(tmp_path, f"a{suffix}", made(TALKS, suffix)))
        assert "The truce came in May." in document.text
        assert document.source == f"a{suffix}"


def test_reasons_come_back(tmp_path: Path, pool: ParserPool) -> None:
    with pytest.raises(DocumentError, match=r"'a\.jsonl', line 1: not JSON"):
        pool.read(write(tmp_path, "a.jsonl", b"{"))


def in_workers(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have every worker run ``code`` before anything else."""
    (folder / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder))


ON_OPENING = """
import os, sys, threading
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith("bad.csv"):
        {}
sys.addaudithook(hook)
"""


def test_plain_text_needs_no_worker(tmp_path: Path, pool: ParserPool, monkeypatch: pytest.MonkeyPatch) -> None:
    in_workers(tmp_path, monkeypatch, "import os; os._exit(1)")
    assert pool.read(write(tmp_path, "a.md", b"The truce held."))[0].text == "The truce held."
    with pytest.raises(DocumentError, match="crashes its parser"):
        pool.read(write(tmp_path, "a.csv", b"a,b\n1,2\n"))


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_workers(tmp_path, monkeypatch, ON_OPENING.format("threading.Event().wait()"))
    late = pytest.raises(DocumentError, match=r"'bad\.csv' takes longer than 1 seconds")
    with closing(ParserPool(Limits(seconds=1))) as pool, late:
        pool.read(write(tmp_path, "bad.csv", b"a,b\n1,2\n"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="memory is limited on Linux alone")
def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    with closing(ParserPool(Limits(seconds=60, memory=200 << 20))) as pool:
        with pytest.raises(DocumentError, match=r"takes more than 200 MB of memory|crashes its parser"):
            pool.read(write(tmp_path, "a.jsonl", b"[" + b"[]," * 10_000_000 + b"0]"))
        assert pool.read(write(tmp_path, "b.jsonl", b'{"text": "0"}\n'))[0].text == "0"


def test_after_a_crash_the_next_file_has_a_new_worker(
    tmp_path: Path, pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_workers(tmp_path, monkeypatch, ON_OPENING.format("os._exit(1)"))
    assert "1" in pool.read(write(tmp_path, "a.csv", b"a,b\n1,2\n"))[0].text
    with pytest.raises(DocumentError, match=r"'bad\.csv' crashes its parser"):
        pool.read(write(tmp_path, "bad.csv", b"a,b\n1,2\n"))
    assert "1" in pool.read(write(tmp_path, "b.csv", b"a,b\n1,2\n"))[0].text


def test_a_worker_that_never_starts_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_workers(tmp_path, monkeypatch, "import threading; threading.Event().wait()")
    late = pytest.raises(DocumentError, match=r"'a\.csv' is not read: .* takes longer than 1 seconds to start")
    with closing(ParserPool(Limits(start=1))) as pool, late:
        pool.read(write(tmp_path, "a.csv", b"a,b\n1,2\n"))


@pytest.mark.parametrize(
    ("number", "heavy"),
    [(45, False), pytest.param(300, True, marks=pytest.mark.robustness)],
    ids=["some", "many"],
)
def test_hostile_files_are_all_reported(tmp_path: Path, number: int, heavy: bool) -> None:
    outcome = hostile.run(tmp_path, number, seed=7, heavy=heavy)
    assert (outcome.files, outcome.lost, outcome.problems) == (number, [], [])
    assert outcome.indexed + outcome.reported == number
    assert outcome.indexed > 5
    assert outcome.reported > 20
