"""An index answers from exactly one generation, whatever happens to the engines beside the catalog."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import (
    IndexConfigError,
    IndexCorruptError,
    IndexLockedError,
    IndexMissingError,
    IndexStaleError,
    StoreError,
)
from assistant.ingest.sync import sync
from assistant.ports import PassageStore
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Filter, Progress
from tests.waiting import until

EMBEDDER = FakeEmbedder()
TEXTS = {
    "truce.md": "---\ntitle: Truce\npublisher: News.Az\npublished: 2025-05-08\n---\nThe truce came in May.",
    "banana.txt": "A banana is rich in potassium.",
    "river/north.txt": "The river in the north carries stones.",
    "river/south.txt": "The river in the south carries sand and a truce.",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "docs"


def opened(index_dir: Path, exact_up_to: int = 20_000) -> Index:
    return Index(index_dir, lambda: EMBEDDER, exact_up_to=exact_up_to)


@pytest.fixture(params=[20_000, 0], ids=["exact", "chroma"])
def exact_up_to(request: pytest.FixtureRequest) -> int:
    """How many chunks are searched exactly: all, and then none, which are left to Chroma."""
    return int(request.param)


@pytest.fixture
def index(index_dir: Path, docs: Path, exact_up_to: int) -> Iterator[Index]:
    """A built index, once with exact dense search and once with Chroma's."""
    with opened(index_dir, exact_up_to) as index:
        sync(index, docs)
        yield index


def sources(index: PassageStore, ids: Iterable[str]) -> list[str]:
    return [stored.metadata.source for stored in index.fetch(list(ids))]


def dense(index: PassageStore, text: str, where: Filter = Filter()) -> list[str]:
    return sources(index, index.dense(EMBEDDER.embed_query(text), 10, where))


def keyword(index: PassageStore, text: str, where: Filter = Filter()) -> list[str]:
    return sources(index, index.keyword(text, 10, where))


def test_a_filter_never_hides_what_lies_deep(index_dir: Path, docs: Path) -> None:
    for n in range(60):
        (docs / f"noise{n:02}.txt").write_text("river river river")
    with opened(index_dir) as index:
        sync(index, docs)
        assert sources(index, index.keyword("river", 1, Filter(sources=("river/north.txt",)))) == ["river/north.txt"]


# --- what is missing, stale, locked or damaged


@pytest.mark.parametrize("folder", ["missing", "empty", "emptied"])
def test_no_documents_is_an_error_only_for_questions(index_dir: Path, tmp_path: Path, folder: str) -> None:
    with opened(index_dir / "not there" if folder == "missing" else index_dir) as index:
        if folder == "emptied":
            (tmp_path / "empty").mkdir()
            sync(index, tmp_path / "empty")
        assert index.documents() == ()
        assert index.status().chunks == 0
        for question in (lambda: keyword(index, "x"), lambda: dense(index, "x"), lambda: index.document("x")):
            with pytest.raises(IndexMissingError, match="`assistant index build --index "):
                question()
    assert not (index_dir / "not there").exists()


def test_another_config_is_refused(index_dir: Path, index: Index) -> None:
    (index_dir / "config.toml").write_text("chunk_tokens = 100")
    with opened(index_dir) as again, pytest.raises(IndexStaleError, match="`assistant index build --index "):
        keyword(again, "truce")
    assert index.verify() == ["config: the index was built with another configuration, or by another version"]


def test_a_broken_config_is_said(index_dir: Path, docs: Path, index: Index) -> None:
    (index_dir / "config.toml").write_text("chunk_tokens = ?")
    with opened(index_dir) as again, pytest.raises(IndexConfigError):
        keyword(again, "truce")
    with pytest.raises(IndexConfigError):
        sync(index, docs)


def test_another_embedder_is_refused(index_dir: Path, index: Index) -> None:
    assert keyword(index, "truce")
    other = FakeEmbedder(16)
    with (
        Index(index_dir, lambda: other) as again,
        pytest.raises(IndexStaleError, match=r"'fake/64', not 'fake/16'.*`assistant index build --index "),
    ):
        again.dense(other.embed_query("truce"), 5)


def test_a_second_writer_learns_who_is_first(index_dir: Path, docs: Path) -> None:
    said: list[str] = []

    def write_too(_: Progress) -> None:
        with opened(index_dir) as second, pytest.raises(IndexLockedError) as caught:
            sync(second, docs)
        said.append(str(caught.value))

    with opened(index_dir) as first:
        sync(first, docs, write_too)
        assert all("Process " in message and " since 20" in message for message in said)
        assert said
        sync(first, docs)


def test_a_folder_that_cannot_be_written(tmp_path: Path, docs: Path) -> None:
    (tmp_path / "file").touch()
    with opened(tmp_path / "file") as index, pytest.raises(StoreError, match="`export ASSISTANT_INDEX_DIR="):
        sync(index, docs)


@pytest.mark.parametrize("damage", ["overwritten", "garbage"])
def test_a_damaged_catalog_names_the_cure(index_dir: Path, docs: Path, index: Index, damage: str) -> None:
    index.close()
    catalog = index_dir / "store" / "catalog.sqlite3"
    data = catalog.read_bytes()
    catalog.write_bytes(b"garbage" * 1000 if damage == "garbage" else data[:100] + bytes(len(data) - 100))
    with opened(index_dir) as again:
        for use in (lambda: keyword(again, "truce"), lambda: sync(again, docs), again.verify):
            with pytest.raises(IndexCorruptError, match=r"`mv .*store .*store\.old && assistant index build --index "):
                use()


@pytest.mark.parametrize("stage", ["reading", "embedding"])
def test_a_terminal_that_is_gone_is_not_the_folders_fault(index_dir: Path, docs: Path, stage: str) -> None:
    def say(progress: Progress) -> None:
        if progress.stage == stage:
            raise BrokenPipeError("the terminal is gone")

    with opened(index_dir) as index:
        with pytest.raises(BrokenPipeError, match="the terminal is gone"):
            sync(index, docs, say)
        assert sync(index, docs).added


# --- generations


def test_readers_notice_what_another_writer_published(
    index_dir: Path, docs: Path, index: Index, exact_up_to: int
) -> None:
    assert "banana.txt" in dense(index, "banana")
    (docs / "banana.txt").unlink()
    (docs / "new.txt").write_text("A zebra has stripes.")
    with opened(index_dir, exact_up_to) as writer:
        sync(writer, docs)
    assert keyword(index, "zebra") == ["new.txt"]
    assert "new.txt" in dense(index, "zebra stripes")
    assert "banana.txt" not in dense(index, "banana")
    assert keyword(index, "banana") == []


def test_readers_notice_an_index_that_was_moved_away_and_built_again(
    index_dir: Path, docs: Path, index: Index, exact_up_to: int
) -> None:
    assert keyword(index, "potassium") == ["banana.txt"]
    (index_dir / "store").rename(index_dir / "store.old")
    with pytest.raises(IndexMissingError):
        keyword(index, "potassium")
    (docs / "banana.txt").write_text("A zebra has stripes.")
    with opened(index_dir, exact_up_to) as writer:
        sync(writer, docs)
    assert (keyword(index, "potassium"), keyword(index, "zebra")) == ([], ["banana.txt"])
    assert "banana.txt" in dense(index, "zebra stripes")


def test_readers_answer_while_a_writer_works(index_dir: Path, docs: Path, index: Index) -> None:
    (docs / "banana.txt").write_text("A zebra has stripes.")
    answers = []

    def ask(progress: Progress) -> None:
        if progress.stage != "indexing":
            with opened(index_dir) as reader:
                answers.append((keyword(reader, "potassium"), keyword(reader, "zebra")))

    sync(index, docs, ask)
    assert answers
    assert all(answer == (["banana.txt"], []) for answer in answers)
    assert (keyword(index, "potassium"), keyword(index, "zebra")) == ([], ["banana.txt"])


def test_a_large_index_answers_while_its_engine_catches_up(index_dir: Path, docs: Path) -> None:
    (index_dir / "config.toml").write_text("chunk_tokens = 20")
    (docs / "many.txt").write_text("The river carries many a stone past seven quiet villages and mills.\n\n" * 2200)
    with opened(index_dir) as writer, opened(index_dir) as reader:
        sync(writer, docs)
        (docs / "banana.txt").write_text("A zebra has stripes.")
        answers = []

        def ask(progress: Progress) -> None:
            if progress.stage == "indexing":
                answers.append(
                    (keyword(reader, "truce"), keyword(reader, "zebra"), dense(reader, "A zebra has stripes.")[0])
                )

        sync(writer, docs, ask)
        assert answers == [(["truce.md", "river/south.txt"], [], "banana.txt")]
        assert keyword(reader, "zebra") == ["banana.txt"]


def test_status_is_told_while_files_come_and_go(index_dir: Path, index: Index) -> None:
    stop = threading.Event()

    def write() -> int:
        rounds = 0
        while not stop.is_set():
            (index_dir / "store" / "new" / "deep").mkdir(parents=True)
            for n in range(20):
                (index_dir / "store" / "new" / str(n)).touch()
            shutil.rmtree(index_dir / "store" / "new")
            rounds += 1
        return rounds

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            assert all(index.status().bytes for _ in range(300))
        finally:
            stop.set()
        assert writer.result() > 0


def test_reading_and_writing_at_once(docs: Path, index: Index) -> None:
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set():
            assert len(index.dense(EMBEDDER.embed_query("river sand"), 10)) == 4
            assert keyword(index, "potassium") == ["banana.txt"]
            rounds += 1
        return rounds

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for n in range(4):
                (docs / "truce.md").write_text(f"The truce was agreed in May {n}.")
                sync(index, docs)
        finally:
            stop.set()
        assert all(reader.result() for reader in readers)
    assert index.verify() == []


# --- engines


@pytest.mark.parametrize("engine", ["keyword", "chroma"])
@pytest.mark.parametrize("damage", ["deleted", "emptied", "torn", "behind"])
def test_damaged_engines_are_bypassed_then_mended(index_dir: Path, docs: Path, engine: str, damage: str) -> None:
    with opened(index_dir, 0) as index:
        sync(index, docs)
        folder = index_dir / "store" / engine
        if damage == "behind":
            shutil.copytree(folder, index_dir / "old")
            (docs / "new.txt").write_text("A zebra has stripes.")
            sync(index, docs)
        index.close()
        expected = (dense(index, "river sand")[:2], keyword(index, "truce zebra"))
        index.close()
        if damage == "torn":
            for path in folder.rglob("*.*"):
                path.write_bytes(path.read_bytes()[:-20])
        else:
            shutil.rmtree(folder)
            if damage == "emptied":
                folder.mkdir()
            elif damage == "behind":
                (index_dir / "old").rename(folder)
        assert [problem.partition(":")[0] for problem in index.verify()] == [engine]
        assert (dense(index, "river sand")[:2], keyword(index, "truce zebra")) == expected
        index.close()
        assert sync(index, docs).embedded == 0
        assert index.verify() == []
        assert (dense(index, "river sand")[:2], keyword(index, "truce zebra")) == expected


def test_engines_of_a_catalog_that_was_lost_are_not_believed(index_dir: Path, docs: Path, index: Index) -> None:
    index.close()
    for path in (index_dir / "store").glob("catalog.sqlite3*"):
        path.unlink()
    (docs / "banana.txt").write_text("A zebra has stripes.")
    sync(index, docs)
    assert (keyword(index, "potassium"), keyword(index, "zebra")) == ([], ["banana.txt"])
    assert "banana.txt" in dense(index, "zebra stripes")
    assert index.verify() == []


def test_derived_engines_are_rebuilt_without_a_model(index_dir: Path, index: Index, exact_up_to: int) -> None:
    shutil.rmtree(index_dir / "store" / "keyword")
    with Index(index_dir, lambda: pytest.fail("no model is needed"), exact_up_to=exact_up_to) as again:
        assert again.repair() == []
    assert keyword(index, "potassium") == ["banana.txt"]


def test_verify_sees_a_text_that_is_not_the_chunks(index_dir: Path, index: Index) -> None:
    import sqlite3

    index.close()
    db = sqlite3.connect(index_dir / "store" / "catalog.sqlite3")
    db.execute("UPDATE documents SET text = 'something else' WHERE source = 'banana.txt'")
    db.execute("DELETE FROM vectors WHERE key = (SELECT key FROM chunks WHERE text LIKE '%north%')")
    db.commit()
    db.close()
    problems = index.verify()
    assert any("'banana.txt' has other text" in problem for problem in problems)
    assert any("'river/north.txt' has no vector" in problem for problem in problems)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_questions_under_way_while_it_is_closed_leave_no_file_open(index_dir: Path, docs: Path) -> None:
    with opened(index_dir, 0) as index, ThreadPoolExecutor(2) as pool:
        sync(index, docs)
        asked = [pool.submit(dense, index, "river sand") for _ in range(16)]
        while not all(question.done() for question in asked):
            index.close()
        assert all(len(question.result()) == 4 for question in asked)
    chroma = index_dir / "store" / "chroma"
    until(lambda: not any(file.is_relative_to(chroma) for file in open_files()), "Chroma lets go of its files")


def open_files() -> list[Path]:
    """The files that this process has open."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since
            found.append(link.readlink())
    return found


def test_a_question_imports_no_chromadb(index_dir: Path, docs: Path) -> None:
    with opened(index_dir) as index:
        sync(index, docs)
    code = (
        "import sys\nfrom pathlib import Path\nfrom assistant.testing.fakes import FakeEmbedder\n"
        "from assistant.stores.embedded import Index\nembedder = FakeEmbedder()\n"
        "index = Index(Path(sys.argv[1]), lambda: embedder)\n"
        "assert index.keyword('truce', 5) and index.dense(embedder.embed_query('truce'), 5)\n"
        "print({'chromadb', 'llama_index', 'torch', 'ctranslate2'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(index_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
