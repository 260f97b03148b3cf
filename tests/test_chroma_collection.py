"""Every build fills a collection that any Chroma client can open, and a sound one is left alone."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import chromadb
import pytest
import tantivy
from typer.testing import CliRunner

from assistant.api import Assistant
from assistant.cli import app
from assistant.ingest.sync import sync
from assistant.models.minilm import MiniLM
from assistant.ports import Vectors
from assistant.settings import Settings
from assistant.stores.embedded import Index
from assistant.stores.layout import describer
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Block, Chunk, Document
from tests.stories import write_documents

PAGE = Path(__file__).parents[1] / "docs" / "chroma.md"
EVALUATIONS = Path(__file__).parents[1] / "eval"
TRUCE = "---\ntitle: Truce\npublisher: News.Az\npublished: 2025-05-08\nkind: report\n---\n# What was agreed\n\nA truce."


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "truce.md").write_text(TRUCE)
    (folder / "banana.txt").write_text("A banana is rich in potassium.")
    return folder


@pytest.fixture
def assistant(index_dir: Path, docs: Path) -> Iterator[Assistant]:
    with Assistant.open(Settings(index_dir=index_dir), embedder=FakeEmbedder()) as opened:
        opened.index(docs)
        yield opened


def collection(index_dir: Path) -> Any:
    """The collection as a program sees it that knows nothing of this package; a copy, so that it has its own files."""
    number = len(list(index_dir.glob("copy*")))
    shutil.copytree(index_dir / "store" / "chroma", index_dir / f"copy{number}")
    return chromadb.PersistentClient(str(index_dir / f"copy{number}")).get_collection("passages")


def test_a_build_fills_the_collection_with_text_vectors_and_metadata(index_dir: Path, assistant: Assistant) -> None:
    passages = collection(index_dir)
    assert passages.count() == assistant.status().chunks == 2
    found = passages.get(where={"source": "truce.md"}, include=["documents", "metadatas", "embeddings"])
    assert found["documents"] == ["What was agreed\n\nA truce."]
    assert len(found["embeddings"][0]) == FakeEmbedder().dimension
    assert found["metadatas"] == [
        {
            "source": "truce.md",
            "title": "Truce",
            "byline": "News.Az, 8 May 2025",
            "published": "2025-05-08",
            "published_day": 20250508,
            "kind": "report",
            "heading": "What was agreed",
            "start": 2,
            "end": 27,
        }
    ]
    assert passages.configuration_json["hnsw"]["space"] == "cosine"


@pytest.mark.parametrize(
    "where", [{"published": "2025-05-08"}, {"published_day": {"$gte": 20250101}}, {"source": {"$in": ["truce.md"]}}]
)
@pytest.mark.usefixtures("assistant")
def test_a_client_filters_by_date_and_source(index_dir: Path, where: Any) -> None:
    assert [each["source"] for each in collection(index_dir).get(where=where)["metadatas"]] == ["truce.md"]


def test_a_build_brings_the_collection_up_to_date(index_dir: Path, docs: Path, assistant: Assistant) -> None:
    (docs / "truce.md").write_text(TRUCE.replace("A truce.", "No truce."))
    (docs / "zebra.txt").write_text("A zebra has stripes.")
    (docs / "banana.txt").unlink()
    assistant.index(docs)
    assert set(collection(index_dir).get()["documents"]) == {"What was agreed\n\nNo truce.", "A zebra has stripes."}
    assistant.remove("zebra.txt")
    assert collection(index_dir).get()["documents"] == ["What was agreed\n\nNo truce."]
    assert assistant.verify() == []


def test_a_new_title_reaches_the_metadata_of_passages_with_the_same_text(
    index_dir: Path, docs: Path, assistant: Assistant
) -> None:
    (docs / "truce.md").write_text(TRUCE.replace("title: Truce", "title: Peace"))
    assistant.index(docs)
    assert collection(index_dir).get(where={"source": "truce.md"})["metadatas"][0]["title"] == "Peace"


def test_the_collection_catches_up_over_several_builds(index_dir: Path, docs: Path, assistant: Assistant) -> None:
    for name in ("zebra", "yak", "xerus"):
        (docs / f"{name}.txt").write_text(f"The {name} is an animal.")
        assistant.index(docs, chroma=False)
    (docs / "yak.txt").unlink()
    assistant.index(docs, chroma=False)
    assert collection(index_dir).count() == 2
    assert [problem.partition(":")[0] for problem in assistant.verify()] == ["chroma"]
    assistant.fill_chroma()
    assert set(collection(index_dir).get()["documents"]) >= {"The zebra is an animal.", "The xerus is an animal."}
    assert (collection(index_dir).count(), assistant.verify()) == (4, [])


def test_a_build_without_changes_leaves_a_sound_collection_alone(
    index_dir: Path, docs: Path, assistant: Assistant
) -> None:
    manifest = index_dir / "store" / "chroma" / "manifest.json"

    def written() -> tuple[int, int, int]:
        status = manifest.stat()  # not its time of access: a build reads it
        return status.st_ino, status.st_size, status.st_mtime_ns

    before = written()
    assistant.index(docs)
    assert written() == before


@pytest.mark.parametrize("damage", ["deleted", "no manifest", "a passage of another program"])
def test_the_next_build_fills_a_damaged_collection_again(
    index_dir: Path, docs: Path, assistant: Assistant, damage: str
) -> None:
    assistant.close()
    folder = index_dir / "store" / "chroma"
    if damage == "deleted":
        shutil.rmtree(folder)
    elif damage == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        client = chromadb.PersistentClient(f"{folder}/.")
        vector = FakeEmbedder().embed_query("other")
        client.get_collection("passages").add(ids=["other"], embeddings=vector[None], documents=["Not of an index."])
        cast("Any", client).close()
    assistant.index(docs)
    assert assistant.verify() == []
    assert collection(index_dir).count() == 2


def test_an_index_so_small_that_no_search_needs_it_is_sound_without_the_collection(index_dir: Path, docs: Path) -> None:
    with Index(index_dir, FakeEmbedder) as index:
        sync(index, docs)
        assert (index.verify(), index.chroma_dir.exists()) == ([], False)
        index.fill_chroma()
        assert (index.verify(), index.chroma_dir.exists()) == ([], True)


def test_another_writer_is_left_to_fill_the_collection(index_dir: Path, docs: Path) -> None:
    with Index(index_dir, FakeEmbedder) as index, Index(index_dir, FakeEmbedder) as other:
        sync(index, docs)
        with other.writing(docs):
            index.fill_chroma()
        assert not index.chroma_dir.exists()


@pytest.mark.parametrize("question", ["What is rich in potassium?", "zzz"], ids=["answered", "refused"])
def test_the_first_ask_answers_and_then_fills_the_collection(index_dir: Path, docs: Path, question: str) -> None:
    docs.rename(index_dir / "documents")
    exists: list[bool] = []

    class Seeing(FakeEmbedder):
        def embed_query(self, text: str) -> Vectors:
            exists.append((index_dir / "store" / "chroma").exists())
            return super().embed_query(text)

    def opener(settings: Settings) -> Assistant:
        return Assistant.open(settings, embedder=Seeing())

    CliRunner().invoke(app, ["ask", question, "--index", str(index_dir), "--writer", "extractive"], obj=opener)
    assert exists
    assert not any(exists)
    assert collection(index_dir).count() == 2


@pytest.mark.usefixtures("assistant")
def test_the_path_of_the_collection_is_printed(index_dir: Path) -> None:
    printed = CliRunner().invoke(app, ["index", "path", "--chroma", "--index", str(index_dir)]).stdout.strip()
    assert printed == str(index_dir / "store" / "chroma")


def test_page_and_headings_are_those_of_the_place() -> None:
    text = "Annual report\n\nFees\n\nThe fee is 4.\n\nStaff"
    blocks = (
        Block(kind="heading", start=0, end=13, level=1),
        Block(kind="heading", start=15, end=19, level=2, headings=("Annual report",)),
        Block(kind="paragraph", start=21, end=34, headings=("Annual report", "Fees")),
    )
    document = Document(source="a.pdf", title="A", text=text, blocks=blocks, pages=(0, 15), published=date(2025, 5, 8))
    chunks = [Chunk(source="a.pdf", start=start, end=end, text=text[start:end]) for start, end in ((15, 34), (21, 34))]
    first, second = map(describer(document), chunks)
    assert (first["heading"], first["page"]) == ("Annual report › Fees", 2)
    assert (second["heading"], second["published_day"]) == ("Annual report › Fees", 20250508)


def keyword_index_of_the_format_before(folder: Path, owner: str) -> None:
    """At generation 1, of one chunk that is there no longer; without contexts."""
    shutil.rmtree(folder)
    folder.mkdir()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("generation", stored=True)
    schema.add_text_field("owner", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("text", "exact", "header"):
        schema.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    index = tantivy.Index(schema.build(), path=str(folder))
    writer = index.writer()
    writer.add_document(tantivy.Document(id="state", generation=1, owner=owner))
    writer.add_document(tantivy.Document(id="gone", text="potassium", exact="potassium", header=""))
    writer.commit()
    writer.wait_merging_threads()


def test_an_index_of_the_format_before_has_a_collection_after_one_build(
    index_dir: Path, docs: Path, assistant: Assistant
) -> None:
    assistant.close()
    shutil.rmtree(index_dir / "store" / "chroma")
    with sqlite3.connect(index_dir / "store" / "catalog.sqlite3") as db:
        db.executescript(
            """ALTER TABLE chunks RENAME COLUMN statements TO sentences;
ALTER TABLE documents RENAME COLUMN metadata TO origin;
               ALTER TABLE documents DROP COLUMN blocks;
               ALTER TABLE documents DROP COLUMN about;
               UPDATE facts SET name = 'recipe', value = 'old' WHERE name = 'config';
               PRAGMA user_version = 2;"""
        )
        (token,) = db.execute("SELECT value FROM facts WHERE name = 'token'").fetchone()
    db.close()
    keyword_index_of_the_format_before(index_dir / "store" / "keyword", f"{token} english")
    report = assistant.index(docs)
    assert assistant.search("potassium")[0].metadata.source == "banana.txt"
    assert report.changed == ("banana.txt", "truce.md")
    assert "earlier version" in report.notes[0]
    assert (collection(index_dir).count(), assistant.verify()) == (2, [])


def test_every_example_of_the_page_runs(tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_documents(tmp_path / "documents")
    with Assistant.open(Settings(index_dir=tmp_path / "index"), embedder=embedder) as assistant:
        assistant.index(tmp_path / "documents")
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(examples) == 3
    world: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), world)  # noqa: S102 - our own page
    assert world["passages"].count() == 3
    assert all(world[name]["ids"] for name in ("found", "later", "words"))
    assert world["nearest"]["metadatas"][0][0]["source"] == "courier.md"


def test_the_collection_finds_the_passages_that_exact_search_finds(index_dir: Path, embedder: MiniLM) -> None:
    golden = sorted(EVALUATIONS.glob("*/gold/*.jsonl"), reverse=True)
    questions = [json.loads(line)["question"] for path in golden for line in path.read_text("utf-8").splitlines()]
    with (
        Index(index_dir, lambda: embedder) as exact,
        Index(index_dir, lambda: embedder, exact_up_to=0) as chroma,
    ):
        sync(chroma, EVALUATIONS / "newsroom" / "documents")
        for question in questions[:300]:
            vector = embedder.embed_query(question)
            wanted, found = exact.dense(vector, 20), chroma.dense(vector, 20)
            assert sorted(found.values()) == pytest.approx(sorted(wanted.values()), abs=1e-5), question
            assert len(found.keys() & wanted.keys()) >= 19, question  # the last two may be equally near
