"""The catalog shows live rows only, publishes at once, and keeps every vector."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import IndexCorruptError, IndexMissingError, IndexStaleError
from assistant.ports import NewChunk, StoredFile
from assistant.stores.catalog import Catalog
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Block, Chunk, Document, IndexReport, Statement

EMBEDDER = FakeEmbedder(8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index" / "store" / "catalog.sqlite3"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    catalog = Catalog.create(path)
    yield catalog
    catalog.close()


def insert(catalog: Catalog, source: str, text: str, header: str = "") -> NewChunk:
    """Store a document of one chunk as pending, with vectors."""
    document = Document(source=source, title="T", text=text)
    new = NewChunk(Chunk(source=source, start=0, end=len(text), text=text), (Statement(0, len(text)),), header)
    catalog.insert(document, StoredFile(source, source, 1, 2, document.digest), [new])
    embedded, sentences = new.embedded
    catalog.add_vectors("fake", [new.key], EMBEDDER.embed_documents([embedded], [sentences]))
    return new


def publish(catalog: Catalog, *removed: str) -> None:
    catalog.publish(removed, "config", "fake")


def test_pending_documents_are_not_seen(catalog: Catalog) -> None:
    new = insert(catalog, "a", "The truce held.")
    assert (catalog.documents(), catalog.document("a"), catalog.counts()) == ((), None, (0, 0))
    assert catalog.fetch([new.chunk.id], "fake") == []
    assert list(catalog.searchables()) == []
    assert len(catalog.matrix("fake").ids) == 0


def test_publishing_shows_all_and_counts_up(catalog: Catalog) -> None:
    first, second = insert(catalog, "a", "The truce held."), insert(catalog, "b", "Bananas.")
    publish(catalog)
    assert (catalog.generation, catalog.counts()) == (1, (2, 2))
    assert (catalog.fact("config"), catalog.fact("embedder")) == ("config", "fake")
    (stored,) = catalog.fetch([second.chunk.id], "fake")
    assert (stored.chunk, stored.statements) == (second.chunk, second.statements)
    assert (stored.embedding.whole == EMBEDDER.embed_query("Bananas.")).all()
    assert catalog.matrix("fake").ids == [first.chunk.id, second.chunk.id]


def test_a_new_version_takes_the_place_of_the_old(catalog: Catalog) -> None:
    old = insert(catalog, "a", "The truce held.")
    publish(catalog)
    insert(catalog, "a", "The truce broke.")
    change = catalog.publish([], "config", "fake")
    assert change.deleted == (old.chunk.id,)
    assert [document.text for document in map(catalog.document, ["a"]) if document] == ["The truce broke."]
    assert catalog.counts() == (1, 1)


def test_a_change_names_only_chunks_that_went(catalog: Catalog) -> None:
    insert(catalog, "a", "The truce held.")
    publish(catalog)
    insert(catalog, "a", "The truce held.")
    assert catalog.publish([], "config", "fake").deleted == ()
    old = insert(catalog, "b", "The truce held.")
    assert catalog.publish([], "config", "fake").deleted == ()
    new = insert(catalog, "b", "The truce broke.")
    assert catalog.publish([], "config", "fake").deleted == (old.chunk.id,)
    assert len(catalog.embedded_ids("fake")) == 2
    ((chunk, vector),) = catalog.embedded_chunks("b", "fake")
    assert (chunk, vector.tolist()) == (new.chunk, EMBEDDER.embed_query("The truce broke.").tolist())
    assert catalog.digests().keys() == {"a", "b"}


def test_a_failed_publish_changes_nothing(catalog: Catalog) -> None:
    insert(catalog, "a", "The truce held.")
    with pytest.raises(IndexCorruptError):
        catalog.publish([], None, "fake")  # type: ignore[arg-type]  # NULL is refused by the last statement
    assert (catalog.generation, catalog.counts()) == (0, (0, 0))


def test_a_build_drops_what_was_left_pending_but_no_vector(catalog: Catalog) -> None:
    new = insert(catalog, "a", "The truce held.")
    catalog.begin("root")
    publish(catalog)
    assert catalog.counts() == (0, 0)
    insert(catalog, "b", "The truce held.")
    assert catalog.unembedded("fake") == []
    assert new.key
    assert len(catalog.unembedded("other")) == 1


def test_equal_texts_are_embedded_once(catalog: Catalog) -> None:
    for source in ("a", "b"):
        document = Document(source=source, title="T", text="Same.")
        chunk = NewChunk(Chunk(source=source, start=0, end=5, text="Same."), (Statement(0, 5),))
        catalog.insert(document, StoredFile(source, source, 1, 2, ""), [chunk])
    ((number, position),) = catalog.unembedded("fake")
    (chunk,) = catalog.new_chunks([(number, position)])
    assert chunk.embedded == ("Same.", ((0, 5),))


def kept(catalog: Catalog, keys: list[bytes]) -> int:
    """How many of these vectors are there."""
    with sqlite3.connect(catalog.path) as db:
        return sum(key in keys for (key,) in db.execute("SELECT key FROM vectors"))


def finish(catalog: Catalog, root: str, unchanged: int) -> None:
    catalog.finish(catalog.begin(root), root, IndexReport(root=root, unchanged=unchanged).model_dump_json())


@pytest.mark.parametrize("why", ["interrupted", "empty"])
def test_vectors_outlast_a_build_that_will_want_them_again(catalog: Catalog, why: str) -> None:
    keys = [number.to_bytes(16) for number in range(10_001)]
    catalog.add_vectors("fake", keys, EMBEDDER.embed_documents(["Same."], [()]) * len(keys))
    if why == "interrupted":
        catalog.begin("large")
    else:
        finish(catalog, "large", unchanged=0)
    finish(catalog, "small", unchanged=1)
    assert kept(catalog, keys) == len(keys)
    finish(catalog, "large", unchanged=1)
    assert kept(catalog, keys) == 0


def test_a_document_and_its_chunk_keep_blocks_statements_and_what_they_are_about(catalog: Catalog) -> None:
    text = "Board\n\nTuva Lie | 31"
    row = Block(kind="row", start=7, end=20, headings=("Board",), columns=("Name", "Staff"), caption="in 2025")
    blocks = (Block(kind="heading", start=0, end=5, level=1), row)
    document = Document(source="a", title="T", text=text, blocks=blocks, about="Bank: Fjordby", pages=(0,))
    said = (Statement(0, 5, "heading"), Statement(7, 20, "row", "Board › in 2025", "Name: Tuva Lie · Staff: 31"))
    new = NewChunk(Chunk(source="a", start=0, end=20, text=text), said, "T\n")
    catalog.insert(document, StoredFile("a", "a", 1, 2, document.digest), [new])
    catalog.add_vectors("fake", [new.key], EMBEDDER.embed_documents([new.embedded[0]], [new.embedded[1]]))
    publish(catalog)
    assert catalog.document("a") == document
    (stored,) = catalog.fetch([new.chunk.id], "fake")
    assert (stored.statements, stored.about, len(stored.embedding.parts)) == (said, "Bank: Fjordby", 2)
    (found,) = catalog.searchables()
    assert (found.statements, found.about) == (said, "Bank: Fjordby")


def test_what_is_embedded_is_header_and_statements_a_row_by_its_reading() -> None:
    text = "Staff:\n\nPage 3\n\nTuva | 31"
    said = (Statement(0, 6), Statement(16, 25, "row", "", "Name: Tuva · Staff: 31"))
    whole, spans = NewChunk(Chunk(source="a", start=0, end=25, text=text), said, "T\n").embedded
    assert whole == "T\nStaff:\nName: Tuva · Staff: 31"
    assert [whole[start:end] for start, end in spans] == ["Staff:", "Name: Tuva · Staff: 31"]


def test_embedded_statements_lie_behind_the_header() -> None:
    new = NewChunk(
        Chunk(source="a", start=5, end=16, text="Held. Broke."), (Statement(0, 5), Statement(6, 12)), "News. "
    )
    text, statements = new.embedded
    assert [text[start:end] for start, end in statements] == ["Held.", "Broke."]


def test_many_ids_at_once(catalog: Catalog) -> None:
    new = insert(catalog, "a", "The truce held.")
    publish(catalog)
    ids = [*(f"unknown{n}" for n in range(2000)), new.chunk.id]
    assert list(catalog.live(ids)) == [new.chunk.id]
    assert [stored.chunk for stored in catalog.fetch(ids, "fake")] == [new.chunk]


def test_texts_survive_as_they_are(catalog: Catalog) -> None:
    text = "Zero\0byte, 🕊️, \u202eright to left, e\u0301.\n"
    insert(catalog, "a", text)
    publish(catalog)
    document = catalog.document("a")
    assert document is not None
    assert document.text == text
    assert catalog.problems("fake") == []


@pytest.mark.parametrize("vector", [np.zeros(8), np.full(8, np.nan), np.full(8, 2.0)], ids=["zero", "nan", "long"])
def test_problems_sees_vectors_that_are_none(catalog: Catalog, path: Path, vector: np.ndarray) -> None:
    insert(catalog, "a", "The truce held.")
    publish(catalog)
    db = sqlite3.connect(path)
    db.execute("UPDATE vectors SET whole = ?", (vector.astype(np.float32).tobytes(),))
    db.commit()
    db.close()
    assert ["none of length 1" in problem for problem in catalog.problems("fake")] == [True]


def test_opening_needs_a_catalog(path: Path) -> None:
    with pytest.raises(IndexMissingError, match="`assistant index build --index "):
        Catalog.open(path)
    path.parent.mkdir(parents=True)
    path.touch()  # all that is left when the first build is killed at once
    with pytest.raises(IndexMissingError):
        Catalog.open(path)
    Catalog.create(path).close()
    Catalog.open(path).close()


def test_a_catalog_of_another_version_is_stale(path: Path) -> None:
    Catalog.create(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    for use in (Catalog.open, Catalog.create):
        with pytest.raises(IndexStaleError, match=r"its format is 99, this one knows 3.*`pip install --upgrade"):
            use(path)


def test_no_catalog_but_some_other_file(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else " * 500)
    for use in (Catalog.open, Catalog.create):
        with pytest.raises(IndexCorruptError, match="is damaged"):
            use(path)


OLD = """
ALTER TABLE chunks RENAME COLUMN statements TO sentences;
ALTER TABLE documents RENAME COLUMN metadata TO origin;
ALTER TABLE documents DROP COLUMN blocks;
ALTER TABLE documents DROP COLUMN about;
UPDATE facts SET name = 'recipe' WHERE name = 'config';
PRAGMA user_version = 2;
"""
OLDER = f"{OLD} ALTER TABLE documents DROP COLUMN content; DROP TABLE excluded; PRAGMA user_version = 1;"


@pytest.mark.parametrize("downgrade", [OLD, OLDER], ids=["2", "1"])
def test_a_catalog_of_an_older_version_is_stale_until_a_build_migrates_it(path: Path, downgrade: str) -> None:
    catalog = Catalog.create(path)
    insert(catalog, "a", "The truce held.")
    publish(catalog)
    catalog.close()
    db = sqlite3.connect(path)
    db.executescript(downgrade)
    db.close()
    with pytest.raises(IndexStaleError, match=r"made by an earlier version.*`assistant index build"):
        Catalog.open(path)
    new = Catalog.create(path)
    assert (new.files()[0].content, new.excluded(), new.counts()) == ("", frozenset(), (1, 1))
    document = new.document("a")
    assert document is not None
    assert (document.text, document.blocks, document.about) == ("The truce held.", (), "")
    (stored,) = new.fetch(new.chunk_ids([1]), "fake")
    assert stored.statements == (Statement(0, 15),)
    new.close()
    Catalog.open(path).close()


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no list of open files")
def test_threads_that_are_gone_leave_no_files_open(catalog: Catalog) -> None:
    catalog.counts()
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        thread = threading.Thread(target=catalog.counts)
        thread.start()
        thread.join()
    assert len(list(Path("/dev/fd").iterdir())) <= before + 4
    assert catalog.counts() == (0, 0)


def test_a_catalog_that_is_closed_while_others_read_does_not_bring_the_process_down(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog.create(path).close()
    code = f"""
import threading
from pathlib import Path
from assistant.stores.catalog import Catalog

for _ in range(40):
    catalog, done = Catalog.open(Path({str(path)!r})), threading.Event()

    def read() -> None:
        while not done.is_set():
            catalog.documents(), catalog.counts()

    threads = [threading.Thread(target=read) for _ in range(3)]
    [thread.start() for thread in threads]
    catalog.close()
    done.set()
    [thread.join() for thread in threads]
    catalog.close()
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
