"""Kills builds, removals and repairs at random moments, and lets disks fill up under builds; checks what readers see.

After each crash a reader that stayed open and a new one must both see the whole state before it or the whole state
after it, and quote only what stands there. The next build must make ``verify`` clean, hold each document once, and
embed nothing that was embedded before the crash. Some files are read in processes of their own; these die with the
build, or outlive it. Everything happens in a memory file system of limited size, since a torn engine may grow
without end.

    python -m tests.robustness.crashes [--times 4] [--seed 0]
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from assistant import Answer, Assistant, Settings
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.errors import AssistantError
from assistant.index_config import IndexConfig
from assistant.ingest.split import split
from assistant.ingest.sync import sync
from assistant.ingest.worker import Limits
from assistant.ports import Embedding
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder
from assistant.types import Document, IndexReport, Span
from tests.robustness.formats import made
from tests.waiting import dawdle

State = dict[str, str]
"""The text of each file, by its name."""

LARGEST_FILE = 1 << 28
"""Bytes that no file may exceed: a guard where there is no file system of limited size."""

LARGE = 2000
"""Paragraphs of a text of 5 MB."""

_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(
    ["assistant.api", "assistant.stores.embedded", "assistant.testing.fakes", "chromadb", "tantivy"]
)


@dataclass(frozen=True)
class Place:
    """Where a trial happens, and above how many chunks Chroma is used."""

    folder: Path
    exact_up_to: int

    @property
    def docs(self) -> Path:
        """The folder that is indexed."""
        return self.folder / "docs"

    @property
    def index(self) -> Path:
        """The index."""
        return self.folder / "index"

    def open(self) -> Index:
        """The index, embedded by a fake."""
        return Index(self.index, Unhurried, exact_up_to=self.exact_up_to)


class Unhurried(FakeEmbedder):
    """Takes its time, so that a kill may fall between two batches."""

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """As the fake, but slower."""
        dawdle()
        return super().embed_documents(texts, parts)


# --- what is indexed


def word(name: str, version: int) -> str:
    """A word that only this version of this file holds."""
    return f"{Path(name).stem}v{version}"


def text_of(name: str, version: int, paragraphs: int, more: str = "") -> str:
    """A text whose every paragraph is unlike any other."""
    lines = (f"Paragraph {n} of {word(name, version)} tells of stones and water {n}{more}." for n in range(paragraphs))
    return "\n\n".join(lines)


def large_text(name: str, version: int) -> str:
    """A text of 5 MB, in few words, for each takes time."""
    return text_of(name, version, LARGE, (" of " + "water" * 25) * 20)


@lru_cache(maxsize=256)
def contents(name: str, text: str) -> bytes:
    """The file of that name; the same bytes for the same text, though an Office file holds when it was packed."""
    return made(Document(source=name, title=name, text=text), Path(name).suffix)


def some_name(chance: random.Random, never: Set[str]) -> str:
    """A file's name that is none of ``never``; one in six is no plain text and needs a reader process."""
    number = chance.choice([n for n in range(60 + len(never)) if not never & {f"doc{n}.txt", f"doc{n}.docx"}])
    return f"doc{number}.{'docx' if number % 6 == 0 else 'txt'}"


def shuffled(
    state: State, version: int, chance: random.Random, paragraphs: int, never: Set[str] = frozenset()
) -> State:
    """``state`` with some files added, changed, renamed and deleted; none gets a name of ``never``."""
    after = dict(state)
    for _ in range(chance.randint(1, 8)):
        old = chance.choice(sorted(after)) if after else None
        kind = chance.choice(["add", "add", "change", "rename", "delete"]) if old else "add"
        name = some_name(chance, never)
        if kind in ("rename", "delete") and old:
            text = after.pop(old)
            if kind == "rename":
                after[name] = text
        else:
            target = old if kind == "change" and old else name
            after[target] = text_of(target, version, chance.randint(1, paragraphs))
    return after


def write(docs: Path, state: State) -> None:
    """Make the folder hold exactly these files."""
    docs.mkdir(parents=True, exist_ok=True)
    for path in docs.iterdir():
        if path.name not in state:
            path.unlink()
    for name, text in state.items():
        path, data = docs / name, contents(name, text)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


# --- what a reader sees


def difference(index: Index, config: IndexConfig, state: State) -> str:
    """How what ``index`` answers differs from ``state``; nothing where it does not."""
    documents = [document.source for document in index.documents()]
    if documents != sorted(state):
        wanted = Counter(list(state))
        return f"documents: {Counter(documents) - wanted} too many, {wanted - Counter(documents)} missing"
    if not state:
        return ""
    for name, text in state.items():
        found = index.document(name)
        if found is None or found.text != text:
            return f"{name} has another text"
    expected = {
        (name, chunk.start, chunk.text)
        for name, text in state.items()
        for chunk, *_ in split(Document(source=name, title=name, text=text), config.chunk_tokens, config.chunk_overlap)
    }
    vector = FakeEmbedder().embed_query("stones and water")
    dense = _places(index, index.dense(vector, 1_000_000))
    # Chroma's graph may not reach a few of what it holds; exact search finds all.
    least = 1.0 if index._exact_up_to else 0.98
    if Counter(dense) - Counter(expected) or len(dense) < least * len(expected):
        return f"dense: {len(dense)} passages, not {len(expected)}"
    for name in state:
        token = state[name].split()[3]
        if {source for source, _, _ in _places(index, index.keyword(token, 100))} != {
            other for other, text in state.items() if token in text.split()
        }:
            return f"keyword: {token} of {name}"
    return ""


def misquoted(answer: Answer, state: State) -> list[str]:
    """What ``answer`` cites that does not stand in ``state`` just there."""
    return [
        f"{cited.source} does not say {cited.quote!r}"
        for cited in answer.citations
        if state.get(cited.source, "")[cited.start : cited.end] != cited.quote
    ]


def _places(index: Index, found: Mapping[str, float]) -> list[tuple[str, int, str]]:
    stored = index.fetch(list(found))
    if len(stored) != len(found):
        raise AssertionError("what was found is not there")
    return [(each.chunk.source, each.chunk.start, each.chunk.text) for each in stored]


# --- processes: all that touches an index runs in one that may die


def _sync(place: Place, answer: Connection) -> None:
    # A busy machine must not make a file look as though it could not be read.
    patient = Limits(seconds=600)
    _write(place, answer, lambda index: _filled(index, sync(index, place.docs, limits=patient)))


def _remove(place: Place, source: str, answer: Connection) -> None:
    _write(place, answer, lambda index: _filled(index, index.remove(source)))


def _filled(index: Index, report: IndexReport) -> int:
    """How many texts were embedded, once the Chroma collection holds them, as ``Assistant.index`` has it."""
    index.fill_chroma()
    return report.embedded


def _repair(place: Place, answer: Connection) -> None:
    # What is left for a build to mend is no fault: a killed build may have come before.
    _write(place, answer, lambda index: 0 * len(index.repair()))


def _write(place: Place, answer: Connection, work: Callable[[Index], int]) -> None:
    os.setpgid(0, 0)  # so that it can be killed together with its reader processes
    _limit_files(LARGEST_FILE)
    with place.open() as index:
        answer.send("ready")
        try:
            answer.send(work(index))
        except AssistantError as exc:
            answer.send(f"{type(exc).__name__}: {exc}")


def _limit_files(limit: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


class Seen(NamedTuple):
    """How what a reader sees differs from each of the states; how much it cited, and what does not stand there."""

    differences: list[str]
    citations: int = 0
    misquotes: Sequence[str] = ()


def _read(place: Place, answer: Connection) -> None:
    """Compare with each pair of states that comes, as a page that stays open would answer."""
    _limit_files(LARGEST_FILE)
    with place.open() as index:
        assistant = _assistant(place, index)
        while (asked := answer.recv()) is not None:
            answer.send(_seen(place, index, assistant, *asked))


def _look(place: Place, states: Sequence[State], question: str, answer: Connection) -> None:
    _limit_files(LARGEST_FILE)
    with place.open() as index:
        answer.send(_seen(place, index, _assistant(place, index), states, question))


def _assistant(place: Place, index: Index) -> Assistant:
    settings = Settings(index_dir=place.index, writer="extractive", cross_encoder=False)
    return Assistant(settings, index, Unhurried, lambda _: ExtractiveWriter())


def _seen(place: Place, index: Index, assistant: Assistant, states: Sequence[State], question: str) -> Seen:
    differences = _safely(lambda: [difference(index, _config(place), state) for state in states])
    if not question:
        return Seen(differences)
    try:
        answer = assistant.ask(question)
    except Exception as exc:
        return Seen(differences, 0, [_told(exc)])
    return Seen(differences, len(answer.citations), min((misquoted(answer, state) for state in states), key=len))


def _verify(place: Place, answer: Connection) -> None:
    _limit_files(LARGEST_FILE)
    with place.open() as index:
        answer.send(_safely(index.verify))


def _safely(work: Callable[[], list[str]]) -> list[str]:
    try:
        return work()
    except Exception as exc:
        return [_told(exc)]


def _told(exc: Exception) -> str:
    import traceback

    return f"{type(exc).__name__}: {exc} {''.join(traceback.format_exception(exc))[-600:]}"


def _config(place: Place) -> IndexConfig:
    return IndexConfig.read(place.index)


def started(work: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """A process at work, and the end of its pipe."""
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=work, args=(*arguments, there), daemon=True)
    process.start()
    there.close()
    return process, here


def called(work: Callable[..., None], *arguments: object) -> Any:
    """What a process says before it ends; a string for one that died."""
    process, pipe = started(work, *arguments)
    try:
        said: Any = f"{work.__name__} said nothing"
        with contextlib.suppress(EOFError):
            while True:
                said = pipe.recv()
        return said
    finally:
        process.join()
        pipe.close()


def vectors_kept(place: Place) -> int:
    """How many embeddings the catalog holds."""
    import sqlite3

    path = place.index / "store" / "catalog.sqlite3"
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM vectors").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


# --- trials


class Result(NamedTuple):
    """How many crashes there were, what was killed, what readers saw and cited, and everything that was wrong."""

    crashes: int
    seen: Counter[str]
    faults: list[str]


_SHARES = {"build": 3, "remove": 1, "repair": 1}  # of the crashes


class Trials:
    """Crashes one after the other on one index, some with no complete build between them."""

    def __init__(self, place: Place, seed: int, paragraphs: int, large: bool = False) -> None:
        self.place, self.chance, self.paragraphs, self.large = place, random.Random(seed), paragraphs, large
        self.before: State = {}
        self.removed: set[str] = set()
        self.version, self.crashes = 0, 0
        self.seen: Counter[str] = Counter()
        self.faults: list[str] = []
        self.seconds = {"build": 0.5, "remove": 0.1, "repair": 0.2}
        place.index.mkdir(parents=True)
        (place.index / "config.toml").write_text(f"chunk_tokens = {800 if large else 40}")
        self.reader, self.pipe = started(_read, place)

    def result(self) -> Result:
        """What came of it; the reader that stayed open is let go."""
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.reader.join()
        return Result(self.crashes, self.seen, self.faults)

    def kill(self) -> None:
        """One build, removal or repair that is killed at a random moment, and what follows."""
        kind = min(_SHARES, key=lambda kind: self.seen[kind] / _SHARES[kind]) if self.before else "build"
        if kind == "build":
            after = self._changed()
            self._killed(kind, _sync, self.place)
            self._after_crash(after)
            return
        write(self.place.docs, self.before)
        if kind == "repair":
            self._killed(kind, _repair, self.place)
            self._after_crash(self.before)
            return
        source = self.chance.choice(sorted(self.before))
        self._killed(kind, _remove, self.place, source)
        self._after_removal(source)

    def _killed(self, kind: str, work: Callable[..., None], *arguments: object) -> None:
        process, pipe = started(work, *arguments)
        said: list[object] = []
        with contextlib.suppress(EOFError):
            said.append(pipe.recv())
            if not pipe.poll(self.chance.uniform(0, self.seconds[kind])):
                # Its reader processes die with it, as in a power cut, or stay behind.
                (os.killpg if self.chance.random() < 0.5 else os.kill)(process.pid or 0, signal.SIGKILL)
            said.append(pipe.recv())
        process.join()
        pipe.close()
        if len(said) > 1:
            self.seconds[kind] *= 0.8
            self._fault(kind, [] if isinstance(said[1], int) else [said[1]])
        else:
            self.crashes += 1
            self.seen[kind] += 1
            self.seconds[kind] *= 1.05  # four of five are killed, so the last steps of slow work are hit too

    def fill(self, ballast: Path) -> None:
        """One build on a disk with a random rest of room, and what follows once there is room again."""
        after = self._changed()
        rooms = [1 << 20, 1 << 22, 1 << 23] if self.large else [1, 4097, 1 << 19, 1 << 21]
        _fill(ballast, self.chance.randrange(self.chance.choice(rooms)))
        said = called(_sync, self.place)
        if isinstance(said, str):
            self.crashes += 1
            if not said.startswith("StoreError") or "df -h" not in said:
                self.faults.append(f"disk full: {said}")
        self._check_readers(after)
        ballast.unlink()
        self._after_crash(after)

    def _changed(self) -> State:
        self.version += 1
        small = {name: text for name, text in self.before.items() if name != "large.txt"}
        after = shuffled(small, self.version, self.chance, self.paragraphs, self.removed)
        if self.large:
            after["large.txt"] = large_text("large.txt", self.version)
        write(self.place.docs, after)
        return after

    def _after_crash(self, after: State) -> None:
        state = self._check_readers(after)
        if self.chance.random() < 0.3:
            # The next build is killed as well. A state that was published counts as complete.
            self.before = after if state == "after" else self.before
            return
        self._build_again(after)

    def _after_removal(self, source: str) -> None:
        """The file stays where it is and out of the next build; its name is never used again."""
        after = {name: text for name, text in self.before.items() if name != source}
        if self._check_readers(after) == "before":
            self._fault("removed again", [said for said in [called(_remove, self.place, source)] if said != 0])
        self.removed.add(source)
        self._build_again(after)

    def _build_again(self, after: State) -> None:
        kept = vectors_kept(self.place)
        embedded = called(_sync, self.place)
        if not isinstance(embedded, int):
            self.faults.append(f"next build: {embedded}")
        elif vectors_kept(self.place) != kept + embedded:
            self.faults.append(f"embedded {embedded} again or lost some: {kept} to {vectors_kept(self.place)}")
        self._fault("verify", called(_verify, self.place))
        self.before = after
        self._check_readers(after)

    def _check_readers(self, after: State) -> str:
        states, question = (self.before, after), self._question(after)
        self.pipe.send((states, question))
        found: dict[str, Seen] = {"new": called(_look, self.place, states, question), "open": self.pipe.recv()}
        for who, seen in found.items():
            if "" not in seen.differences:
                self.faults.append(f"{who} reader, crash {self.crashes}: {seen.differences}")
            self._fault(f"answer of {who} reader", list(seen.misquotes))
            self.seen["cited"] += seen.citations
        first = found["new"].differences
        state = "after" if len(first) == 2 and first[1] == "" else "before"
        self.seen[state] += 1
        return state

    def _question(self, after: State) -> str:
        """About a paragraph from before or after the crash; none in two of three cases, or where there is none."""
        texts = sorted({*self.before.values(), *after.values()}) if self.before and after else []
        if not texts or self.chance.random() < 2 / 3:
            return ""
        number, name = self.chance.choice(self.chance.choice(texts).split("\n\n")).split()[1:4:2]
        return f"What does paragraph {number} of {name} tell of?"

    def _fault(self, where: str, what: list[Any]) -> None:
        self.faults += [f"{where}, crash {self.crashes}: {each}" for each in what]


def _fill(ballast: Path, room: int) -> None:
    """Take all room of the file system but ``room`` bytes."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    with ballast.open("r+b") as file:
        file.truncate(max(0, ballast.stat().st_size - room))


def kills(folder: Path, exact_up_to: int, number: int, seed: int, paragraphs: int = 12) -> Result:
    """``number`` builds, removals and repairs of an index in ``folder`` that are killed."""
    trials = Trials(Place(folder, exact_up_to), seed, paragraphs)
    while trials.crashes < number and len(trials.faults) < 10:
        trials.kill()
    return trials.result()


def full_disks(folder: Path, exact_up_to: int, number: int, seed: int, large: bool = False) -> Result:
    """``number`` builds that fail for want of room, in ``folder`` on a small file system; ``large``: of a 5 MB text."""
    trials = Trials(Place(folder, exact_up_to), seed, 12, large)
    while trials.crashes < number and len(trials.faults) < 10:
        trials.fill(folder.with_name("ballast"))
    return trials.result()


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A memory file system of that size, mounted where that is allowed. Raises PermissionError elsewhere."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    with tempfile.TemporaryDirectory() as name:
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", name]
        if not mount or not unmount or subprocess.run([mount, *options], capture_output=True).returncode:
            raise PermissionError("No file system may be mounted here.")
        try:
            yield Path(name)
        finally:
            subprocess.run([unmount, "-l", name], check=True)


class Kind(NamedTuple):
    """A kind of crash: the size of its file system, how many of them ``just robustness`` makes, and what makes them."""

    name: str
    megabytes: int
    number: int
    run: Callable[[Path, int, int], Result]
    fills: bool = False


KINDS = (
    Kind("killed, exact search", 256, 25, lambda f, n, seed: kills(f, 20_000, n, seed)),
    Kind("killed, Chroma", 256, 20, lambda f, n, seed: kills(f, 0, n, seed)),
    Kind("killed, Chroma writes its files", 512, 4, lambda f, n, seed: kills(f, 0, n, seed, 400)),
    Kind("disk full, exact search", 24, 4, lambda f, n, seed: full_disks(f, 20_000, n, seed), True),
    Kind("disk full, Chroma", 24, 4, lambda f, n, seed: full_disks(f, 0, n, seed), True),
    Kind("disk full, a text of 5 MB", 192, 1, lambda f, n, seed: full_disks(f, 20_000, n, seed, large=True), True),
)


def tried(kind: Kind, times: int, seed: int) -> Result:
    """``times`` as many crashes as the kind says. Raises PermissionError where there can be no disk to fill."""
    try:
        with small_disk(kind.megabytes) as folder:
            return kind.run(folder / "trials", times * kind.number, seed)
    except PermissionError:
        if kind.fills:
            raise
    with tempfile.TemporaryDirectory() as name:
        return kind.run(Path(name) / "trials", times * kind.number, seed)


def main() -> None:
    """One row for each kind of crash."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=4, help="as many crashes as `just robustness` makes")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    columns = ("crashes", "build", "remove", "repair", "before", "after", "cited", "faults")
    print(f"{'':34}" + "".join(f"{column:>9}" for column in columns))
    wrong = 0
    for kind in KINDS:
        result = tried(kind, options.times, options.seed)
        wrong += len(result.faults)
        told = {**result.seen, "crashes": result.crashes, "faults": len(result.faults)}
        print(f"{kind.name:34}" + "".join(f"{told.get(column, 0):>9}" for column in columns), flush=True)
        for fault in result.faults:
            print(f"  {fault}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
