"""What every PassageStore keeps: the embedded one, exact and with Chroma, and one on a real Chroma server."""

from __future__ import annotations

import contextlib
import itertools
import random
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
import pytest
from pydantic import SecretStr

from assistant.errors import (
    BackendError,
    ConfigError,
    DocumentError,
    IndexCorruptError,
    IndexMissingError,
    IndexStaleError,
)
from assistant.index_config import IndexConfig
from assistant.ingest.discover import find_files
from assistant.ingest.places import Shard
from assistant.ingest.read import read_document
from assistant.ingest.sync import sync, sync_documents
from assistant.ports import PassageStore
from assistant.stores import records
from assistant.stores.chroma_server import ChromaServer, Patience
from assistant.stores.embedded import Index
from assistant.stores.server import RemoteIndex
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Filter
from tests.test_given import Given
from tests.waiting import LIMIT, until

EMBEDDER = FakeEmbedder()
HASTY = Patience(tries=2, pause=0.01)
TEXTS = {
    "truce.md": "---\ntitle: Truce\npublisher: News.Az\npublished: 2025-05-08\n---\nThe truce came in May.",
    "banana.txt": "A banana is rich in potassium.",
    "river/north.txt": "The river in the north carries stones.",
    "river/south.txt": "The river in the south carries sand and a truce.",
}


LOWEST_PORT, HIGHEST_PORT = 20_000, 30_000
"""Below the ports that systems give to whoever asks for any: a server that was killed finds its own free again."""

nth = itertools.count(1)


class Server:
    """`chroma run` on this machine, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the port it had before if it had one, and wait until it answers."""
        for port in [self.port] if self.port else random.sample(range(LOWEST_PORT, HIGHEST_PORT), 20):
            self.port = port
            if self._starts():
                return
        raise AssertionError("chroma run does not start")

    def _starts(self) -> bool:
        program = shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma"
        arguments = ["run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        nowhere = subprocess.DEVNULL
        process = self.process = subprocess.Popen([program, *arguments], stdout=nowhere, stderr=nowhere)
        # It ends at once where another program has the port.
        until(lambda: process.poll() is not None or self._answers(), "chroma run answers or ends")
        return process.poll() is None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/api/v2/heartbeat") as reply:  # noqa: S310
            return bool(reply.status == 200)
        return False

    def kill(self) -> None:
        """End it without warning."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def name() -> str:
    """A name that no other index on the server has."""
    return f"index-{next(nth)}"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "docs"


def remote(
    server: Server, name: str, config: IndexConfig | None = None, embedder: FakeEmbedder = EMBEDDER
) -> RemoteIndex:
    connection = ChromaServer(server.url, None, "default_tenant", "default_database", Patience(tries=12))
    return RemoteIndex(connection, name, config or IndexConfig(), lambda: embedder)


@pytest.fixture(params=["exact", "chroma", "server"])
def index(index_dir: Path, docs: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A built index of each kind."""
    if request.param == "server":
        index: Any = remote(request.getfixturevalue("server"), request.getfixturevalue("name"))
    else:
        index = Index(index_dir, lambda: EMBEDDER, exact_up_to=0 if request.param == "chroma" else 20_000)
    with index:
        sync(index, docs)
        yield index


def sources(index: PassageStore, ids: Iterable[str]) -> list[str]:
    return [stored.metadata.source for stored in index.fetch(list(ids))]


def dense(index: PassageStore, text: str, where: Filter = Filter()) -> list[str]:
    return sources(index, index.dense(EMBEDDER.embed_query(text), 10, where))


def keyword(index: PassageStore, text: str, where: Filter = Filter()) -> list[str]:
    return sources(index, index.keyword(text, 10, where))


# --- the contract of a PassageStore


def test_dense_scores_are_cosines_best_first(index: Any) -> None:
    vector = EMBEDDER.embed_query("Which river carries sand?")
    found = index.dense(vector, 10)
    assert len(found) == 4
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for stored in index.fetch(list(found)):
        assert np.isclose(stored.embedding.whole @ vector, found[stored.chunk.id], atol=1e-3)
    assert list(index.dense(vector, 2)) == list(found)[:2]


def test_keyword_finds_text_and_metadata(index: Any) -> None:
    assert keyword(index, "potassium") == ["banana.txt"]
    assert set(keyword(index, "truce")) == {"truce.md", "river/south.txt"}
    for metadata in ("News.Az", "8 May 2025", "2025-05-08"):
        assert keyword(index, metadata)[0] == "truce.md"
    assert len(index.keyword("river truce banana", 2)) == 2
    assert keyword(index, "zebra") == []


def test_a_passage_far_in_meaning_is_found_by_its_words(index: Any, docs: Path) -> None:
    for n in range(110):
        (docs / f"noise{n}.txt").write_text("Which river carries stones?")
    (docs / "far.txt").write_text("Nobody there ever saw the quorn of 釧路湿原国立公園.")
    sync(index, docs)
    for word in ("Quorn", "QUORN's", "quorns", "湿原"):
        question = f"Which river carries stones and {word}?"
        assert keyword(index, question)[0] == "far.txt"
        assert "far.txt" not in keyword(index, question, Filter(sources=("river",)))


@pytest.mark.parametrize(
    ("where", "left"),
    [
        (Filter(), {"truce.md", "river/south.txt", "river/north.txt"}),
        (Filter(sources=("river",)), {"river/south.txt", "river/north.txt"}),
        (Filter(sources=("river/south.txt", "banana.txt")), {"river/south.txt"}),
        (Filter(since=date(2025, 5, 8)), {"truce.md"}),
        (Filter(until=date(2025, 5, 7)), set()),
        (Filter(sources=("elsewhere",)), set()),
    ],
    ids=["none", "folder", "files", "since", "until", "nothing"],
)
def test_filters(index: Any, where: Filter, left: set[str]) -> None:
    assert set(keyword(index, "truce river", where)) == left
    assert set(dense(index, "truce river", where)) - {"banana.txt"} == left


def test_fetch_gives_statements_and_vectors(index: Any) -> None:
    (stored,) = index.fetch(["no such id", *index.keyword("potassium", 1)])
    document = index.document(stored.chunk.source)
    assert document is not None
    assert document.text[stored.chunk.start : stored.chunk.end] == stored.chunk.text
    assert [stored.chunk.text[s.start : s.end] for s in stored.statements] == ["A banana is rich in potassium."]
    own = EMBEDDER.embed_query("A banana is rich in potassium.")
    assert np.allclose(stored.embedding.parts, [own], atol=1e-2)


def test_any_chroma_client_reads_and_filters_the_passages(index: Any, index_dir: Path, name: str) -> None:
    index.fill_chroma(lambda _: None)
    passages: Any
    if isinstance(index, RemoteIndex):
        url = urlsplit(index.status().where)
        client = chromadb.HttpClient(url.hostname or "", url.port or 0)
        passages = client.get_collection(f"{name}-passages", embedding_function=None)
    else:
        shutil.copytree(index.chroma_dir, index_dir / "copy")  # chromadb closes what it shares with us
        client = chromadb.PersistentClient(str(index_dir / "copy"))
        passages = client.get_collection("passages", embedding_function=None)
    found = passages.get(where={"published_day": {"$gte": 20250101}})
    assert found["documents"] == ["The truce came in May."]
    known = {"source": "truce.md", "title": "Truce", "byline": "News.Az, 8 May 2025", "published": "2025-05-08"}
    place = {"published_day": 20250508, "start": 0, "end": 22}
    assert {**known, **place}.items() <= (found["metadatas"] or [{}])[0].items()
    assert passages.get(where={"source": "banana.txt"})["documents"] == [TEXTS["banana.txt"]]
    assert passages.count() == len(TEXTS)
    nearest = passages.query(query_embeddings=[EMBEDDER.embed_query(TEXTS["banana.txt"]).tolist()], n_results=1)
    assert nearest["documents"] == [[TEXTS["banana.txt"]]]


def test_documents_and_status(index: Any) -> None:
    listed = {document.source: document for document in index.documents()}
    assert list(listed) == sorted(TEXTS)
    assert (listed["truce.md"].publisher, listed["truce.md"].published) == ("News.Az", date(2025, 5, 8))
    status = index.status()
    assert (status.documents, status.chunks, status.generation) == (4, 4, 1)


def test_threads_share_an_index(index: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: (dense(index, "river"), keyword(index, "truce")), range(20)))
    assert all(answer == answers[0] for answer in answers)


def test_changes_are_followed(index: Any, docs: Path) -> None:
    assert keyword(index, "potassium") == ["banana.txt"]
    (docs / "banana.txt").write_text("A banana is yellow.")
    (docs / "truce.md").unlink()
    (docs / "zebra.txt").write_text("A zebra has stripes.")
    report = sync(index, docs)
    assert (report.added, report.changed, report.removed) == (("zebra.txt",), ("banana.txt",), ("truce.md",))
    assert (keyword(index, "potassium"), keyword(index, "zebra")) == ([], ["zebra.txt"])
    assert set(dense(index, "truce")) == {"banana.txt", "zebra.txt", "river/north.txt", "river/south.txt"}
    assert (index.document("truce.md"), index.document("banana.txt").text) == (None, "A banana is yellow.")
    again = sync(index, docs)
    assert (again.unchanged, again.embedded, again.added, again.changed) == (4, 0, (), ())
    assert index.verify() == []


BRANCHES = """# Branches

Open in winter:

| Town | Manager |
|---|---|
| Fjordby | Tuva Lie |

## Sjøholm

It is shut.
"""


def test_a_document_keeps_its_structure(index: Any, docs: Path) -> None:
    (docs / "branches.md").write_text(BRANCHES)
    sync(index, docs)
    (file,) = (file for file in find_files(docs)[0] if file.source == "branches.md")
    assert index.document("branches.md") == read_document(file)
    (row,) = (
        (stored.chunk.text[said.start : said.end], said)
        for stored in index.fetch(list(index.keyword("manager in Fjordby", 10)))
        for said in stored.statements
        if said.kind == "row"
    )
    assert "Tuva Lie" in row[0]
    assert (row[1].context, row[1].reading) == ("Branches › Open in winter:", "Town: Fjordby · Manager: Tuva Lie")
    assert index.verify() == []


@pytest.mark.parametrize("word", ["manager", "winter", "branches"], ids=["column", "lead-in", "heading"])
def test_words_that_introduce_a_row_find_it_where_the_chunk_does_not_hold_them(
    index_dir: Path, docs: Path, word: str
) -> None:
    rows = "\n".join(f"| Town number {n} | Tuva Lie |" for n in range(30))
    (docs / "branches.md").write_text(f"# Branches\n\nOpen in winter:\n\n| Town | Manager |\n|---|---|\n{rows}\n")
    index_dir.mkdir(exist_ok=True)
    (index_dir / "config.toml").write_text("chunk_tokens = 40")
    with Index(index_dir, lambda: EMBEDDER) as index:
        sync(index, docs)
        found = index.fetch(list(index.keyword(word, 100)))
        assert len(found) > 10
        assert sum(word not in stored.chunk.text.lower() for stored in found) > 10


def test_removing(index: Any) -> None:
    assert index.remove("river").removed == ("river/north.txt", "river/south.txt")
    assert set(dense(index, "river")) == {"banana.txt", "truce.md"}
    with pytest.raises(DocumentError, match="`assistant index list"):
        index.remove("river")
    assert index.verify() == []


def test_two_folders_of_one_name_are_two(index: Any, docs: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "docs"
    other.mkdir(parents=True)
    (other / "banana.txt").write_text("Bananas ripen after harvest.")
    report = sync(index, other)
    assert (report.added, report.removed) == (("docs/banana.txt",), ())
    assert sync(index, docs).unchanged == len(TEXTS)
    (other / "banana.txt").unlink()
    assert sync(index, other).removed == ("docs/banana.txt",)
    assert {document.source for document in index.documents()} == set(TEXTS)


def test_a_folder_in_a_folder_doubles_nothing(index: Any, docs: Path) -> None:
    assert sync(index, docs / "river").unchanged == 2
    assert sync(index, docs / "banana.txt").unchanged == 1
    (docs / "river" / "north.txt").unlink()
    assert sync(index, docs / "river").removed == ("river/north.txt",)
    assert sync(index, docs).unchanged == len(TEXTS) - 1
    assert index.verify() == []


def test_a_folder_that_was_moved_is_not_read_again(index: Any, docs: Path) -> None:
    moved = docs.rename(docs.with_name("documents"))
    report = sync(index, moved)
    assert (report.unchanged, report.embedded, report.added) == (len(TEXTS), 0, ())
    (moved / "banana.txt").write_text("A banana is yellow.")
    assert sync(index, moved).changed == ("banana.txt",)
    assert index.verify() == []


def test_a_folder_may_have_a_name_of_any_script(index: Any, tmp_path: Path) -> None:
    folder = tmp_path / "Bücher 図書"
    folder.mkdir()
    (folder / "žebra.txt").write_text("A zebra has stripes.")
    assert sync(index, folder).added == ("žebra.txt",)
    assert sync(index, folder).unchanged == 1
    assert keyword(index, "zebra") == ["žebra.txt"]


def test_a_collection_is_a_folder_that_a_root_keeps(index: Any, docs: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "zebra.txt").write_text("A zebra carries stripes.")
    assert sync(index, reports, collection="animals").added == ("animals/zebra.txt",)
    (reports / "yak.txt").write_text("A yak carries hair.")
    assert sync(index, reports).added == ("animals/yak.txt",)
    (reports / "zebra.txt").write_text("A zebra carries more stripes.")
    assert sync(index, reports).changed == ("animals/zebra.txt",)
    only = Filter(sources=("animals",))
    assert set(keyword(index, "carries", only)) == {"animals/zebra.txt", "animals/yak.txt"}
    assert "river/south.txt" in keyword(index, "carries")
    moved = sync(index, reports, collection="beasts")
    assert (moved.added, moved.removed) == (
        ("beasts/yak.txt", "beasts/zebra.txt"),
        ("animals/yak.txt", "animals/zebra.txt"),
    )
    assert keyword(index, "carries", only) == []
    assert sync(index, docs).unchanged == len(TEXTS)
    assert index.verify() == []


@pytest.mark.parametrize("name", ["a/b", ".", "..", "a\\b", ".hidden"])
def test_a_collection_needs_a_name(index_dir: Path, docs: Path, name: str) -> None:
    with Index(index_dir, lambda: EMBEDDER) as index, pytest.raises(ConfigError, match="--collection reports"):
        sync(index, docs, collection=name)


def test_a_document_without_a_file_stays_beside_folders(index: Any, docs: Path) -> None:
    text = Given("a", "A zebra has stripes.")
    assert sync_documents(index, [text]).added == ("a",)
    assert sync_documents(index, [text]).unchanged == 1
    assert sync(index, docs).removed == ()
    assert (keyword(index, "zebra"), list(index.status().roots)) == (["a"], [str(docs)])
    assert index.remove("a").removed == ("a",)
    assert index.verify() == []


def test_shards_make_a_whole(index: Any, docs: Path, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("server")
    with remote(server, f"shards-{next(nth)}") as sharded:
        reports = [sync(sharded, docs, shard=Shard(n, 3)) for n in (1, 2, 3)]
        assert sorted(name for report in reports for name in report.added) == sorted(TEXTS)
        assert not any(report.removed for report in reports)
        assert set(dense(sharded, "river truce")) == set(dense(index, "river truce"))


# --- what is special to a server


class Between(ChromaServer):
    """A connection to which things happen: ``before`` each request, ``then`` after one, ``failed`` after one failed."""

    before: Callable[[], object] = bool
    then: Callable[[], object] | None = None
    failed: Callable[[], object] | None = None

    def call(self, work: Callable[[], Any]) -> Any:
        def tried() -> Any:
            try:
                return work()
            except Exception:
                failed, self.failed = self.failed, None
                if failed:
                    failed()
                raise

        self.before()
        result, then, self.then = super().call(tried), self.then, None
        if then:
            then()
        return result


def between(server: Server, patience: Patience) -> Between:
    return Between(server.url, None, "default_tenant", "default_database", patience)


def test_a_server_that_is_killed_and_started_again(server: Server, docs: Path, name: str) -> None:
    connection = between(server, Patience(seconds=2 * LIMIT))
    with RemoteIndex(connection, name, IndexConfig(), lambda: EMBEDDER) as index:
        sync(index, docs)
        before = (dense(index, "river sand"), keyword(index, "truce"))
        server.kill()
        connection.failed = server.start
        assert (dense(index, "river sand"), keyword(index, "truce")) == before
        assert index.verify() == []


def test_a_build_whose_server_is_killed_is_finished_by_the_next(server: Server, docs: Path, name: str) -> None:
    connection = between(server, Patience(tries=1))
    with remote(server, name) as index, RemoteIndex(connection, name, IndexConfig(), lambda: EMBEDDER) as builder:
        sync(index, docs)
        (docs / "banana.txt").write_text("A banana is yellow.")
        alive = [True]

        def die_once_passages_are_written() -> None:
            if alive and index.stored.passages.count > len(TEXTS):
                alive.clear()
                server.kill()

        connection.before = die_once_passages_are_written
        with pytest.raises(BackendError, match="`chroma run"):
            sync(builder, docs)
        server.start()
        assert keyword(index, "potassium") == ["banana.txt"]
        assert keyword(index, "yellow") == []
        assert len(index.verify()) == 2
        assert sync(index, docs).changed == ("banana.txt",)
        assert (keyword(index, "potassium"), keyword(index, "yellow")) == ([], ["banana.txt"])
        assert index.verify() == []


def test_a_document_that_is_replaced_while_it_is_read_is_read_whole(server: Server, docs: Path, name: str) -> None:
    connection = between(server, Patience())
    with remote(server, name) as builder, RemoteIndex(connection, name, IndexConfig(), lambda: EMBEDDER) as reader:
        sync(builder, docs)
        assert (found := reader.document("banana.txt"))
        assert found.text == TEXTS["banana.txt"]
        (docs / "banana.txt").write_text("A banana is yellow.")
        connection.then = lambda: sync(builder, docs)
        assert (found := reader.document("banana.txt"))
        assert found.text == "A banana is yellow."


def test_a_document_whose_text_is_lost_is_not_shown_as_if_it_were_whole(server: Server, docs: Path, name: str) -> None:
    with remote(server, name) as index:
        sync(index, docs)
        index.stored.documents.delete(next(known.slice_ids for known in index.stored.all()))
        (lost,) = (problem.split("'")[1] for problem in index.verify())
        with pytest.raises(IndexCorruptError, match="`assistant index verify --repair`"):
            index.document(lost)


def test_repair_sweeps_what_no_document_owns(server: Server, docs: Path, name: str) -> None:
    with remote(server, name) as index:
        sync(index, docs)
        index.stored.documents.delete([next(index.stored.all()).key])
        assert len(index.verify()) == 1
        assert index.repair() == []
        assert len(sync(index, docs).added) == 1


def test_what_is_lost_is_written_anew_by_the_build_after_a_repair(server: Server, docs: Path, name: str) -> None:
    with remote(server, name) as index:
        sync(index, docs)
        passages = index.stored.passages
        passages.delete([next(r.id for r in passages.where(None) if r.text == TEXTS["banana.txt"])])
        (truce,) = index.stored.by_key([records.key("truce.md")]).values()
        index.stored.documents.delete(truce.slice_ids)
        assert len(index.verify()) == len(index.repair()) == 2
        assert sync(index, docs).changed == ("banana.txt", "truce.md")
        assert (index.verify(), keyword(index, "potassium")) == ([], ["banana.txt"])


def test_a_repair_leaves_alone_what_a_build_is_writing(server: Server, docs: Path, name: str) -> None:
    connection = between(server, Patience())
    with remote(server, name) as other, RemoteIndex(connection, name, IndexConfig(), lambda: EMBEDDER) as builder:
        sync(other, docs)
        connection.before = lambda: other.repair() if other.stored.passages.count > len(TEXTS) else None
        (docs / "banana.txt").write_text("A banana is yellow.")
        sync(builder, docs)
        assert (other.verify(), keyword(other, "yellow")) == ([], ["banana.txt"])


def test_an_index_of_another_config_is_refused(server: Server, docs: Path, name: str) -> None:
    with remote(server, name) as index:
        sync(index, docs)
    for other in (remote(server, name, IndexConfig(chunk_tokens=50)), remote(server, name, embedder=FakeEmbedder(16))):
        with other, pytest.raises(IndexStaleError, match="ASSISTANT_CHROMA_COLLECTION"):
            other.keyword("truce", 5)


def test_no_index_on_the_server(server: Server) -> None:
    with remote(server, "nothing") as index:
        assert (index.documents(), index.status().documents, index.empty) == ((), 0, True)
        with pytest.raises(IndexMissingError, match="`assistant index build`"):
            index.keyword("truce", 5)


def test_no_server() -> None:
    server = ChromaServer("http://127.0.0.1:9", None, "t", "d", HASTY)  # the discard port: nothing listens
    index = RemoteIndex(server, "a", IndexConfig(), lambda: EMBEDDER)
    with index, pytest.raises(BackendError, match="`chroma run"):
        index.documents()


@contextlib.contextmanager
def answering(statuses: list[int], hangs: bool = False) -> Iterator[str]:
    """The address of a proxy that has no server behind it: it says the next status, the last for ever."""
    over = threading.Event()

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if hangs:
                over.wait()
            with contextlib.suppress(BrokenPipeError):
                self.send_error(statuses.pop(0) if len(statuses) > 1 else statuses[0])

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        over.set()
        proxy.shutdown()


def test_a_server_that_hangs_is_given_up() -> None:
    with answering([200], hangs=True) as url, pytest.raises(BackendError, match="timed out"):
        ChromaServer(url, None, "t", "d", Patience(seconds=0.2)).existing("nothing")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_that_is_busy_is_asked_again(status: int) -> None:
    with answering([status, 401]) as url, pytest.raises(ConfigError, match="ASSISTANT_CHROMA_TOKEN"):
        ChromaServer(url, None, "t", "d", HASTY).existing("nothing")
    with answering([status]) as url, pytest.raises(BackendError, match="No Chroma server answers"):
        ChromaServer(url, None, "t", "d", HASTY).existing("nothing")


@pytest.mark.parametrize(
    ("url", "cure"), [("ftp://a", "ASSISTANT_CHROMA_URL=http"), ("http://far.example", "ASSISTANT_CHROMA_URL=https")]
)
def test_a_url_that_will_not_do(url: str, cure: str) -> None:
    with pytest.raises(ConfigError, match=cure):
        ChromaServer(url, SecretStr("x"), "t", "d")
