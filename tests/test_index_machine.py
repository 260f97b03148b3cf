"""Whatever is done to files and index, in whatever order, the index says what a plain dictionary says."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.errors import IndexMissingError, IndexStaleError
from assistant.ingest.sync import sync
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Progress
from tests.properties import fewer

NAMES = st.sampled_from(["a.txt", "b.txt", "deep/c.txt", "deep/d.txt"])
WORDS = st.lists(st.sampled_from("river stone water bank ferry pier".split()), min_size=1, max_size=40)
EMBEDDER = FakeEmbedder(16)


class CrashError(BaseException):
    """What no code catches."""


class IndexMachine(RuleBasedStateMachine):
    """Files on disk, the dictionary ``files`` of what they hold, and ``indexed``, what the index should hold."""

    exact_up_to = 20_000

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.docs = self.folder / "docs"
        self.docs.mkdir()
        self.files: dict[str, str] = {}
        self.indexed: dict[str, str] = {}
        self.removed: set[str] = set()
        self.stale = False
        self.index = self.opened()

    def opened(self) -> Index:
        return Index(self.folder / "index", lambda: EMBEDDER, exact_up_to=self.exact_up_to)

    def teardown(self) -> None:
        self.index.close()
        shutil.rmtree(self.folder)

    @rule(name=NAMES, words=WORDS)
    def write(self, name: str, words: list[str]) -> None:
        self.files[name] = " ".join(words) + "."
        (self.docs / name).parent.mkdir(exist_ok=True)
        (self.docs / name).write_text(self.files[name])

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if old in self.files and old != new:
            (self.docs / new).parent.mkdir(exist_ok=True)
            (self.docs / old).rename(self.docs / new)
            self.files[new] = self.files.pop(old)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self.files.pop(name, None) is not None:
            (self.docs / name).unlink()

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if name in self.indexed:
            assert self.index.remove(name).removed == (name,)
            del self.indexed[name]
            self.removed.add(name)

    @rule(tokens=st.sampled_from([20, 30, 200]))
    def change_config(self, tokens: int) -> None:
        (self.folder / "index").mkdir(exist_ok=True)
        config = self.folder / "index" / "config.toml"
        text = f"chunk_tokens = {tokens}"
        before = config.read_text() if config.exists() else "chunk_tokens = 200"
        config.write_text(text)
        if text != before:
            self.index.close()
            self.stale = True

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = self.opened()

    @rule()
    def build(self) -> None:
        report = sync(self.index, self.docs)
        wanted = self.wanted()
        assert set(report.added) == wanted.keys() - self.indexed.keys()
        assert set(report.removed) == self.indexed.keys() - wanted.keys()
        self.follow(wanted)
        assert self.index.verify() == []

    @rule(steps=st.integers(0, 6))
    def crash(self, steps: int) -> None:
        left = iter(range(steps))

        def stop(_: Progress) -> None:
            if next(left, None) is None:
                raise CrashError

        wanted = self.wanted()
        generation = self.index.status().generation
        try:
            sync(self.index, self.docs, stop)
        except CrashError:
            self.index.close()
            self.index = self.opened()
            if self.index.status().generation == generation:
                return
        self.follow(wanted)

    def wanted(self) -> dict[str, str]:
        self.removed &= self.files.keys()
        return {name: text for name, text in self.files.items() if name not in self.removed}

    def follow(self, wanted: dict[str, str]) -> None:
        self.indexed, self.stale = dict(wanted), False

    @invariant()
    def the_index_says_what_the_dictionary_says(self) -> None:
        assert {document.source for document in self.index.documents()} == self.indexed.keys()
        try:
            found = self.index.dense(EMBEDDER.embed_query("river"), 1000)
        except IndexMissingError:
            assert not self.indexed
            return
        except IndexStaleError:
            assert self.stale
            return
        held = {stored.metadata.source for stored in self.index.fetch(list(found))}
        assert held == self.indexed.keys()
        for name, text in self.indexed.items():
            document = self.index.document(name)
            assert document is not None
            assert document.text == text
        for word in ("river", "pier"):
            hits = {stored.metadata.source for stored in self.index.fetch(list(self.index.keyword(word, 1000)))}
            assert hits == {name for name, text in self.indexed.items() if word in text.strip(".").split()}


class IndexMachineWithChroma(IndexMachine):
    exact_up_to = 0


TestIndex = IndexMachine.TestCase
TestIndex.settings = settings(fewer(4), stateful_step_count=15, suppress_health_check=list(HealthCheck))
TestIndexWithChroma = IndexMachineWithChroma.TestCase
TestIndexWithChroma.settings = settings(TestIndex.settings, max_examples=fewer(20).max_examples)
