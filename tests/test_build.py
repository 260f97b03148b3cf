"""A build changes what has changed and nothing else, and nothing can make it lose what was there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from assistant.ingest.places import Shard
from assistant.ingest.sync import sync
from assistant.ingest.worker import Limits
from assistant.ports import Embedding
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import DocumentMetadata, IndexReport, Progress, Span
from tests.waiting import until

PARAGRAPH = "Paragraph {n} speaks of the river {n}. " + "It goes on about water and stones for a while. " * 8


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def index(index_dir: Path, embedder: FakeEmbedder) -> Iterator[Index]:
    with Index(index_dir, lambda: embedder) as index:
        yield index


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Three notes, last edited long ago."""
    folder = tmp_path / "docs"
    write(folder / "truce.md", "# Truce\n\nThe truce was agreed on 10 May 2025.")
    write(folder / "banana.txt", "A banana is rich in potassium.")
    write(folder / "deep" / "river.txt", "\n\n".join(PARAGRAPH.format(n=n) for n in range(8)))
    return folder


def write(path: Path, text: str, age: float = 3600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


def changes(report: IndexReport) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return report.added, report.changed, report.removed


def sources(index: Index) -> list[str]:
    return [document.source for document in index.documents()]


def found(index: Index, question: str) -> set[str]:
    return {stored.metadata.source for stored in index.fetch(list(index.keyword(question, 10)))}


def test_the_first_build_adds_everything(index: Index, docs: Path, embedder: FakeEmbedder) -> None:
    report = sync(index, docs)
    assert changes(report) == (("banana.txt", "deep/river.txt", "truce.md"), (), ())
    assert report.embedded == embedder.embedded == index.status().chunks
    assert index.verify() == []


def test_the_second_build_changes_nothing_and_says_so(index: Index, docs: Path) -> None:
    sync(index, docs)
    before = index.status()
    report = sync(index, docs)
    assert changes(report) == ((), (), ())
    assert (report.unchanged, report.embedded) == (3, 0)
    assert index.status().generation == before.generation


def test_a_touched_file_is_unchanged(index: Index, docs: Path) -> None:
    sync(index, docs)
    write(docs / "banana.txt", (docs / "banana.txt").read_text(), age=60)
    report = sync(index, docs)
    assert (changes(report), report.unchanged) == (((), (), ()), 3)


def test_an_edit_embeds_only_the_chunks_it_touched(index: Index, docs: Path) -> None:
    sync(index, docs)
    chunks = index.status().chunks
    text = (docs / "deep/river.txt").read_text()
    write(docs / "deep/river.txt", text.replace("river 7", "brook 7"), age=60)
    report = sync(index, docs)
    assert changes(report) == ((), ("deep/river.txt",), ())
    assert 1 <= report.embedded <= 2 < chunks
    assert found(index, "brook") == {"deep/river.txt"}
    assert index.verify() == []


def test_an_edit_within_the_same_moment_is_seen(index: Index, docs: Path) -> None:
    write(docs / "banana.txt", "A banana is yellow.", age=0)
    moment = (docs / "banana.txt").stat().st_mtime_ns
    sync(index, docs)
    (docs / "banana.txt").write_text("A banana is purple.")
    os.utime(docs / "banana.txt", ns=(moment, moment))
    assert sync(index, docs).changed == ("banana.txt",)


def test_what_comes_back_is_not_embedded_again(index: Index, docs: Path) -> None:
    sync(index, docs)
    text = (docs / "truce.md").read_text()
    (docs / "truce.md").unlink()
    sync(index, docs)
    write(docs / "truce.md", text)
    report = sync(index, docs)
    assert (report.added, report.embedded) == (("truce.md",), 0)


def test_a_deleted_file_is_gone_from_search_at_once(index: Index, docs: Path) -> None:
    sync(index, docs)
    vector = FakeEmbedder().embed_query("banana potassium")
    (docs / "banana.txt").unlink()
    assert sync(index, docs).removed == ("banana.txt",)
    assert found(index, "banana") == set()
    assert "banana.txt" not in {s.metadata.source for s in index.fetch(list(index.dense(vector, 100)))}
    assert index.document("banana.txt") is None


def test_a_file_that_became_unreadable_keeps_its_last_version(index: Index, docs: Path) -> None:
    sync(index, docs)
    write(docs / "banana.txt", "", age=60)
    report = sync(index, docs)
    assert changes(report) == ((), (), ())
    assert [skipped.source for skipped in report.skipped] == ["banana.txt"]
    assert found(index, "potassium") == {"banana.txt"}


def test_files_that_cannot_be_read_do_not_stop_a_build(index: Index, docs: Path) -> None:
    (docs / "picture.txt").write_bytes(bytes(range(256)) * 8)
    report = sync(index, docs)
    assert [skipped.source for skipped in report.skipped] == ["picture.txt"]
    assert len(report.added) == 3


def test_a_file_beyond_all_size_is_not_read(index: Index, docs: Path) -> None:
    with (docs / "huge.txt").open("wb") as huge:
        huge.truncate(1 << 40)  # reading that would take an hour
    (skipped,) = sync(index, docs).skipped
    assert "'huge.txt' is larger than 100 MB" in skipped.reason


def test_a_vanished_root_deletes_nothing(index: Index, docs: Path) -> None:
    sync(index, docs)
    docs.rename(docs.parent / "away")
    with pytest.raises(DocumentError, match="is kept"):
        sync(index, docs)
    assert len(sources(index)) == 3


def test_an_emptied_folder_reports_what_it_removed(index: Index, docs: Path) -> None:
    sync(index, docs)
    for path in docs.rglob("*.*"):
        path.unlink()
    assert len(sync(index, docs).removed) == 3
    assert index.status().chunks == 0
    assert index.verify() == []


def test_an_empty_folder_is_no_error(index: Index, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = sync(index, tmp_path / "empty")
    assert (changes(report), report.unchanged, report.skipped) == (((), (), ()), 0, ())


def test_a_shard_leaves_the_documents_of_others_alone(index: Index, docs: Path) -> None:
    sync(index, docs)
    (docs / "banana.txt").unlink()
    reports = [sync(index, docs, shard=Shard(number, 3)) for number in (1, 2, 3)]
    assert [name for report in reports for name in report.removed] == ["banana.txt"]
    assert sources(index) == ["deep/river.txt", "truce.md"]


def test_roots_do_not_touch_each_other(index: Index, docs: Path, tmp_path: Path) -> None:
    sync(index, docs)
    write(tmp_path / "more" / "truce.md", "Another truce, in June.")
    assert sync(index, tmp_path / "more").added == ("more/truce.md",)
    assert found(index, "June") == {"more/truce.md"}
    assert changes(sync(index, docs)) == changes(sync(index, tmp_path / "more")) == ((), (), ())
    write(tmp_path / "x" / "more" / "truce.md", "A third truce, in July.")
    assert sync(index, tmp_path / "x" / "more").added == ("more-2/truce.md",)
    assert index.verify() == []


def test_a_folder_within_a_root_adds_nothing_twice(index: Index, docs: Path) -> None:
    sync(index, docs)
    assert changes(sync(index, docs / "deep")) == ((), (), ())
    assert changes(sync(index, docs / "truce.md")) == ((), (), ())
    assert len(sources(index)) == 3


def test_one_file_is_a_root(index: Index, docs: Path) -> None:
    assert sync(index, docs / "truce.md").added == ("truce.md",)


def test_a_project_can_move(tmp_path: Path, embedder: FakeEmbedder) -> None:
    project = tmp_path / "project"
    write(project / "index" / "documents" / "a.txt", "The truce held.")
    with Index(project / "index", lambda: embedder) as first:
        sync(first, project / "index" / "documents")
    project.rename(tmp_path / "moved")
    with Index(tmp_path / "moved" / "index", lambda: embedder) as second:
        assert changes(sync(second, tmp_path / "moved" / "index" / "documents")) == ((), (), ())


def test_a_root_can_move(index: Index, docs: Path) -> None:
    sync(index, docs)
    moved = docs.rename(docs.parent / "moved")
    report = sync(index, moved)
    assert (changes(report), report.embedded) == (((), (), ()), 0)
    assert changes(sync(index, moved)) == ((), (), ())


def test_the_index_does_not_index_itself(index_dir: Path, index: Index) -> None:
    write(index_dir / "documents" / "a.txt", "The truce held.")
    sync(index, index_dir / "documents")
    report = sync(index, index_dir)
    assert not any("store/" in skipped.source for skipped in report.skipped)
    assert sources(index) == ["a.txt"]


def test_remove_forgets_a_document_or_a_folder(index: Index, index_dir: Path, docs: Path) -> None:
    sync(index, docs)
    assert index.remove("truce.md").removed == ("truce.md",)
    assert found(index, "truce") == set()
    assert index.remove("deep").removed == ("deep/river.txt",)
    report = sync(index, docs)
    assert (changes(report), report.unchanged) == (((), (), ()), 1)
    assert [skipped.source for skipped in report.skipped] == ["deep/river.txt", "truce.md"]
    assert f"`assistant index build {docs / 'truce.md'} --index {index_dir}` takes it back" in report.skipped[1].reason
    assert sync(index, docs / "truce.md").added == ("truce.md",)
    (docs / "deep/river.txt").unlink()
    sync(index, docs)
    write(docs / "deep/river.txt", "Another river.")
    assert sync(index, docs).added == ("deep/river.txt",)


def test_what_was_removed_by_hand_stays_out_of_other_shards(index: Index, docs: Path) -> None:
    sync(index, docs)
    index.remove("truce.md")
    added = [sync(index, docs, shard=Shard(number, 3)).added for number in (1, 2, 3, 1, 2)]
    assert added == [()] * 5


def test_what_was_removed_by_hand_stays_out_while_its_folder_is_away(index: Index, docs: Path) -> None:
    sync(index, docs)
    index.remove("deep")
    (docs / "deep").rename(docs / "away")
    (docs / "deep").symlink_to("away")
    assert "deep" in {skipped.source for skipped in sync(index, docs).skipped}
    (docs / "deep").unlink()
    (docs / "away").rename(docs / "deep")
    assert sync(index, docs).added == ()


def test_removing_what_is_not_there(index: Index, docs: Path) -> None:
    sync(index, docs)
    with pytest.raises(DocumentError, match="'tru'"):
        index.remove("tru")


def test_a_new_index_configuration_splits_every_document_again(index: Index, index_dir: Path, docs: Path) -> None:
    sync(index, docs)
    chunks = index.status().chunks
    (index_dir / "config.toml").write_text("chunk_tokens = 60")
    report = sync(index, docs / "truce.md")
    assert report.changed == ("banana.txt", "deep/river.txt", "truce.md")
    assert index.status().chunks > chunks
    assert index.verify() == []


def test_a_new_embedder_embeds_everything_again(index_dir: Path, docs: Path, index: Index) -> None:
    sync(index, docs)
    with Index(index_dir, lambda: FakeEmbedder(16)) as other:
        assert sync(other, docs).embedded == other.status().chunks
        assert other.verify() == []


def test_stages_are_reported_in_order(index: Index, docs: Path) -> None:
    seen: list[Progress] = []
    sync(index, docs, seen.append)
    assert list(dict.fromkeys(progress.stage for progress in seen)) == ["reading", "embedding", "indexing"]
    for stage in ("reading", "embedding", "indexing"):
        last = [progress for progress in seen if progress.stage == stage][-1]
        assert last.done == last.total > 0


class Interrupted(FakeEmbedder):
    """Is stopped while it embeds its second batch."""

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        if self.embedded:
            raise KeyboardInterrupt
        return super().embed_documents(texts, parts)


def test_an_interrupted_build_shows_nothing_and_resumes(index_dir: Path, docs: Path) -> None:
    write(docs / "long.txt", "\n\n".join(PARAGRAPH.format(n=n) for n in range(300)))
    with Index(index_dir, lambda: Interrupted()) as index, pytest.raises(KeyboardInterrupt):
        sync(index, docs)
    embedder = FakeEmbedder()
    with Index(index_dir, lambda: embedder) as index:
        assert sources(index) == []
        assert index.verify() == ["catalog: a build is unfinished, 4 documents are pending"]
        sync(index, docs)
        assert embedder.embedded == index.status().chunks - 128
        assert index.verify() == []


HANGS = """
import sys, threading
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".csv"):
        with open({log!r}, "a") as log:
            log.write("opened\\n")
        threading.Event().wait()
sys.addaudithook(hook)
"""


def test_an_interrupted_build_reads_nothing_more(
    index_dir: Path, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "opened.txt"
    (tmp_path / "sitecustomize.py").write_text(HANGS.format(log=str(log)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for number in range(20):
        write(docs / f"table-{number}.csv", "a,b\n1,2\n")

    def interrupt(progress: Progress) -> None:
        if progress.done == 2:  # the next file is a table
            until(log.exists, "a table is opened")
            raise KeyboardInterrupt

    with (
        Index(index_dir, FakeEmbedder) as index,
        pytest.raises(KeyboardInterrupt),
    ):
        sync(index, docs, interrupt, limits=Limits(seconds=3600))
    assert len(log.read_text().splitlines()) < 10


KILLED = """
import sys
from pathlib import Path
from assistant.ingest.sync import sync
from assistant.testing.fakes import FakeEmbedder
from assistant.stores.embedded import Index

class Slow(FakeEmbedder):
    def embed_documents(self, texts, parts):
        print("embedding", flush=True)
        sys.stdin.read()

sync(Index(Path(sys.argv[1]), Slow), Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_build_leaves_the_last_good_state(index_dir: Path, docs: Path, index: Index) -> None:
    sync(index, docs)
    write(docs / "banana.txt", "A banana is purple.", age=60)
    (docs / "truce.md").unlink()
    command = [sys.executable, "-c", KILLED, str(index_dir), str(docs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"embedding\n"
        process.send_signal(signal.SIGKILL)
    assert found(index, "potassium") == {"banana.txt"}
    assert found(index, "truce") == {"truce.md"}
    report = sync(index, docs)
    assert changes(report) == ((), ("banana.txt",), ("truce.md",))
    assert index.verify() == []


@pytest.mark.parametrize(
    ("metadata", "header"),
    [
        (DocumentMetadata(source="a", title="Truce"), "Truce"),
        (DocumentMetadata(source="a", title="Truce", publisher="News.Az"), "Truce. News.Az"),
    ],
    ids=["title", "publisher"],
)
def test_the_headline_names_title_and_publisher(metadata: DocumentMetadata, header: str) -> None:
    assert metadata.header == header
