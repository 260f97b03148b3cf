"""What goes wrong with disks, permissions, clocks and other processes is said, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import IndexLockedError, StoreError
from assistant.ingest.sync import sync
from assistant.ports import StoredFile
from assistant.stores.catalog import Catalog
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Document, Progress
from tests.robustness.crashes import small_disk

EMBEDDER = FakeEmbedder()
FORK: Any = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")


def opened(index_dir: Path, exact_up_to: int = 20_000) -> Index:
    return Index(index_dir, lambda: EMBEDDER, exact_up_to=exact_up_to)


def found(index: Index, word: str) -> set[str]:
    return {stored.metadata.source for stored in index.fetch(list(index.keyword(word, 10)))}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "river.txt").write_text("The river carries sand.")
    (tmp_path / "docs" / "truce.txt").write_text("The truce held.")
    return tmp_path / "docs"


@pytest.fixture
def index_dir(tmp_path: Path, docs: Path) -> Path:
    """A built index."""
    with opened(tmp_path / "index") as index:
        sync(index, docs)
    return tmp_path / "index"


# --- processes


def follow(index_dir: Path, pipe: Connection) -> None:
    """What a page that stays open finds each time it is asked."""
    with opened(index_dir) as index:
        while pipe.recv() == "look":
            pipe.send(found(index, "truce river"))


@pytest.mark.parametrize("exact_up_to", [20_000, 0], ids=["exact", "chroma"])
def test_another_process_follows_a_deletion_at_once(index_dir: Path, docs: Path, exact_up_to: int) -> None:
    here, there = FORK.Pipe()
    reader = FORK.Process(target=follow, args=(index_dir, there), daemon=True)
    reader.start()
    here.send("look")
    assert here.recv() == {"river.txt", "truce.txt"}
    (docs / "truce.txt").unlink()
    with opened(index_dir, exact_up_to) as index:
        sync(index, docs)
        here.send("look")
        assert here.recv() == {"river.txt"}
    here.send("enough")
    reader.join()


def hold(index_dir: Path, docs: Path, pipe: Connection) -> None:
    """Build slowly."""

    def wait(_: Progress) -> None:
        pipe.send("writing")
        pipe.recv()

    with opened(index_dir) as index:
        sync(index, docs, wait)


def test_a_second_process_learns_who_writes_until_that_dies(index_dir: Path, docs: Path) -> None:
    here, there = FORK.Pipe()
    writer = FORK.Process(target=hold, args=(index_dir, docs, there), daemon=True)
    writer.start()
    assert here.recv() == "writing"
    with opened(index_dir) as index:
        with pytest.raises(IndexLockedError, match=rf"Process {writer.pid} on .+ since 20\d\d-.*Try again"):
            sync(index, docs)
        assert found(index, "truce") == {"truce.txt"}
        writer.kill()
        writer.join()
        assert (index_dir / "store" / "writer.json").exists()
        assert sync(index, docs).unchanged == 2


# --- disks and permissions


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """No write permission, neither to the folder nor to what is in it."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | stat.S_IWUSR)


def become_nobody() -> None:
    """Root may do anything, whatever the permissions say."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def follow_as_nobody(index_dir: Path, pipe: Connection) -> None:
    """What a user who may only read finds each time, with one page open."""
    become_nobody()
    with opened(index_dir) as index:
        while pipe.recv() == "look":
            pipe.send(found(index, "truce river zebra"))


def as_nobody(index_dir: Path, docs: Path, pipe: Connection) -> None:
    """Read and try to write as a user who may only read."""
    become_nobody()
    with opened(index_dir) as index:
        read = found(index, "truce")
        try:
            sync(index, docs)
            pipe.send((read, "no error"))
        except StoreError as exc:
            pipe.send((read, str(exc)))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
@pytest.mark.parametrize("left_open", [False, True], ids=["closed", "with a log"])
def test_a_folder_that_may_only_be_read_answers(index_dir: Path, docs: Path, left_open: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        shared = Path(name)
        shutil.copytree(index_dir, shared / "index")
        shutil.copytree(docs, shared / "docs")
        if left_open:
            keeper = opened(shared / "index")
            keeper.remove("river.txt")
        for path in (shared, *shared.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        with unwritable(shared / "index"):
            here, there = FORK.Pipe()
            reader = FORK.Process(target=as_nobody, args=(shared / "index", shared / "docs", there), daemon=True)
            reader.start()
            there.close()
            read, said = here.recv()
            reader.join()
    assert read == {"truce.txt"}
    assert "cannot be written to" in said or "cannot be used" in said


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_a_reader_who_may_not_write_follows_the_owner(docs: Path) -> None:
    (docs / "zebra.txt").write_text("A zebra has stripes.")
    with tempfile.TemporaryDirectory() as name, opened(Path(name) / "index") as owner:
        Path(name).chmod(0o755)
        sync(owner, docs)
        here, there = FORK.Pipe()
        reader = FORK.Process(target=follow_as_nobody, args=(Path(name) / "index", there), daemon=True)
        reader.start()
        with unwritable(Path(name) / "index"):
            here.send("look")
            assert here.recv() == {"river.txt", "truce.txt", "zebra.txt"}
        for source, left in (("river.txt", {"truce.txt", "zebra.txt"}), ("zebra.txt", {"truce.txt"})):
            owner.remove(source)
            here.send("look")
            assert here.recv() == left
            owner.documents()  # from now on the log stays in place
        here.send("enough")
        reader.join()


def test_a_disk_that_became_read_only(docs: Path) -> None:
    try:
        with small_disk(16) as disk:
            with opened(disk / "index") as index:
                sync(index, docs)
            mount = shutil.which("mount") or "mount"
            subprocess.run([mount, "-o", "remount,ro", str(disk)], check=True)
            with opened(disk / "index") as index:
                assert found(index, "truce") == {"truce.txt"}
                with pytest.raises(StoreError, match="cannot be written to: Read-only file system"):
                    sync(index, docs)
    except PermissionError as exc:
        pytest.skip(str(exc))


def test_a_disk_that_is_full_is_not_called_a_damaged_index() -> None:
    try:
        with small_disk(2) as disk, closing(Catalog.create(disk / "index" / "store" / "catalog.sqlite3")) as catalog:
            long = Document(source="long", title="L", text="The river carries sand. " * 200_000)
            with pytest.raises(StoreError, match=r"cannot be used: .*full\. `df -h "):
                catalog.insert(long, StoredFile("long", "long", 1, 2, ""), [])
            short = Document(source="short", title="S", text="The truce held.")
            catalog.insert(short, StoredFile("short", "short", 1, 2, ""), [])
            assert catalog.publish([], "config", "fake").generation == 1
    except PermissionError as exc:
        pytest.skip(str(exc))


def test_permission_lost_in_the_middle(index_dir: Path, docs: Path) -> None:
    (docs / "new.txt").write_text("A zebra has stripes.")
    store = index_dir / "store"

    def lose(progress: Progress) -> None:
        if progress.stage == "embedding" and (store / "keyword").is_dir():
            shutil.rmtree(store / "keyword")
            (store / "keyword").write_text("now a file")

    with opened(index_dir) as index:
        with pytest.raises(StoreError, match=r"All documents are stored.*verify --repair|cannot be written to"):
            sync(index, docs, lose)
        assert found(index, "zebra") == {"new.txt"}
        (store / "keyword").unlink()
        assert index.repair() == []
        assert found(index, "zebra") == {"new.txt"}


# --- clocks


def test_a_clock_set_back_hides_no_edit(index_dir: Path, docs: Path) -> None:
    file, years = docs / "truce.txt", 10 * 365 * 86_400
    written = file.stat().st_mtime
    with opened(index_dir) as index:
        for when, word in (
            (written + years, "fell"),  # before the clock was set back
            (written + years, "grew"),  # an edit of the same size that leaves the time alone
            (written - years, "held"),  # after the clock was set back too far
        ):
            file.write_text(f"The truce {word}.")
            os.utime(file, (when, when))
            assert sync(index, docs).changed == ("truce.txt",)
        assert sync(index, docs).unchanged == 2


# --- what a build mends


def test_repair_and_a_build_mend_a_damaged_catalog(index_dir: Path, docs: Path) -> None:
    import sqlite3

    db = sqlite3.connect(index_dir / "store" / "catalog.sqlite3")
    db.execute("UPDATE documents SET text = 'something else' WHERE source = 'truce.txt'")
    key = "(SELECT key FROM chunks WHERE text LIKE '%river%')"
    db.execute(f"UPDATE vectors SET whole = zeroblob(256) WHERE key = {key}")  # noqa: S608 - a constant
    db.commit()
    db.close()
    with opened(index_dir) as index:
        assert len(index.verify()) == 2
        assert len(index.repair()) > 0
        assert sync(index, docs).changed == ("river.txt", "truce.txt")
        index.fill_chroma()
        assert index.verify() == []
        assert found(index, "truce") == {"truce.txt"}
