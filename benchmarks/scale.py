"""Measures the cost of an index of many passages: latency, memory, disk, recall, and building it again.

Each passage is made of real sentences: two from one paragraph of a SQuAD file, two from another of the same article,
so that passages are as similar as texts on one subject. Embedding 100,000 of them takes half an hour on two cores and
is measured by ``benchmarks.index_speed``. Here the vector of a text is the mean of MiniLM's word vectors, which has the
same shape and similar neighbors; each question also runs the whole model, so that its time counts. Recall compares
the fused search through Chroma with exact search. With several sizes, each latency is also shown as a multiple of
that of the smallest size.

    python -m benchmarks.scale PATH/dev.json [--passages 10000 100000] [--documents 10000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant, Settings
from assistant.english.sentences import split_sentences
from assistant.ingest.sync import sync
from assistant.models.minilm import MiniLM, published
from assistant.ports import Embedding, Vectors
from assistant.retrieval.retrieve import retrieve
from assistant.stores.embedded import EXACT_UP_TO, Index
from assistant.types import Filter, IndexReport, Span

FIRST = "When was the first university founded?"
"""The question of a process that has just started."""

ASKED = 200
"""Questions that are timed."""

LATENCIES = (
    "seconds to the first passages",
    "ms of processor, retrieval, mean",
    "ms retrieval, median",
    "ms retrieval, 95 %",
    "ms answer, median",
    "ms answer, 95 %",
    "ms answer without the cross-encoder, median",
)
"""What is compared with the smallest size."""


def main() -> None:
    """Print a row for each measure; each step runs in its own process, so that its memory is measured alone."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path, help="a SQuAD file")
    arguments.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--documents", type=int, default=10_000, help="files the passages are spread over")
    arguments.add_argument("--keep", type=Path, help="where the index is built and kept")
    arguments.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments.add_argument("--began", type=float, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.step:
        found = STEPS[options.step](options)
        print(json.dumps({**found, "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    smallest: dict[tuple[str, str], float] = {}
    for number in sorted(options.passages):
        with tempfile.TemporaryDirectory() as name:
            folder = (options.keep or Path(name)) / str(number)
            folder.mkdir(parents=True, exist_ok=True)
            documents = min(options.documents, number)
            print(f"\n{number:,} passages in {documents:,} documents")
            write_documents(options.path, folder / "docs", number, documents)
            for step in STEPS:
                for what, value in run(step, options, folder, number).items():
                    ratio = value / smallest.setdefault((step, what), value) if what in LATENCIES else 0
                    multiple = f"{ratio:9.2f} x" if ratio and number > min(options.passages) else ""
                    print(f"  {step:10}{what:34}{value:12,.3f}{multiple}", flush=True)


def run(step: str, options: argparse.Namespace, folder: Path, number: int) -> dict[str, float]:
    """The result of one step, which runs in its own process."""
    command = [sys.executable, "-m", "benchmarks.scale", str(options.path), "--step", step]
    command += ["--passages", str(number), "--keep", str(folder), "--began", str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    found: dict[str, float] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


# --- texts and vectors ----------------------------------------------------------------------------


class WordVectors:
    """An embedder that takes the centered mean of MiniLM's word vectors; a question runs the whole model as well."""

    fingerprint = "minilm-words/1"

    def __init__(self) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        weights, tokenizer = published()
        table = load_file(weights)["embeddings.word_embeddings.weight"]
        self._table = table - table.mean(axis=0)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._model: MiniLM | None = None

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of texts and of their sentences."""
        found = []
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for encoding, spans in zip(encodings, parts, strict=True):
            ids, starts = np.array(encoding.ids or [0]), np.array([s for s, _ in encoding.offsets] or [0])
            rows = [ids[(starts >= start) & (starts < end)] for start, end in spans]
            sentences = np.stack([self._mean(row if len(row) else ids) for row in rows]) if rows else np.empty((0, 384))
            found.append(Embedding(self._mean(ids), sentences.astype(np.float32)))
        return found

    def embed_query(self, text: str) -> Vectors:
        """Vector of a question; the model runs too, for the time that it takes."""
        self._model = self._model or MiniLM.open()
        self._model.embed_query(text)
        return self._mean(np.array(self._tokenizer.encode(text, add_special_tokens=False).ids or [0]))

    def _mean(self, ids: Any) -> Vectors:
        mean = self._table[ids].mean(axis=0)
        unit: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        return unit


def passages(path: Path, number: int) -> Iterator[tuple[str, str]]:
    """Titles and passages, all different."""
    chance = random.Random(0)
    articles = json.loads(path.read_text())["data"]
    texts = [(each["title"], [_sentences(part["context"]) for part in each["paragraphs"]]) for each in articles]
    seen: set[str] = set()
    while len(seen) < number:
        title, paragraphs = chance.choice(texts)
        text = " ".join(_two(chance.choice(paragraphs), chance) for _ in range(2))
        if text not in seen:
            seen.add(text)
            yield title.replace("_", " "), text


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in split_sentences(text)]


def _two(sentences: list[str], chance: random.Random) -> str:
    start = chance.randrange(max(1, len(sentences) - 1))
    return " ".join(sentences[start : start + 2])


def questions(path: Path) -> list[str]:
    """Real questions on those articles."""
    articles = json.loads(path.read_text())["data"]
    found = [qa["question"] for article in articles for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    random.Random(1).shuffle(found)
    return found[:ASKED]


def write_documents(path: Path, docs: Path, number: int, documents: int) -> None:
    """Spread the passages over files; each has its own heading, so that it becomes its own chunk."""
    docs.mkdir(exist_ok=True)
    share = number // documents
    source = passages(path, number)
    for name in range(documents):
        parts = [f"## {title} {name}-{n}\n\n{text}" for n, (title, text) in zip(range(share), source, strict=False)]
        file = docs / f"{name % 100:02}" / f"{name:06}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n\n".join(parts))
        os.utime(file, (1_700_000_000, 1_700_000_000))


# --- steps ----------------------------------------------------------------------------------------


def _opened(options: argparse.Namespace) -> Index:
    config = options.keep / "index" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("chunk_tokens = 200\nchunk_overlap = 0")
    embedder = WordVectors()
    return Index(options.keep / "index", lambda: embedder)


def _built(options: argparse.Namespace) -> tuple[float, IndexReport]:
    with _opened(options) as index:
        began = time.perf_counter()
        report = sync(index, options.keep / "docs")
        index.fill_chroma()
        return time.perf_counter() - began, report


def build(options: argparse.Namespace) -> dict[str, float]:
    """The first build."""
    shutil.rmtree(options.keep / "index", ignore_errors=True)
    seconds, report = _built(options)
    with _opened(options) as index:
        status = index.status()
    store = options.keep / "index" / "store"
    sizes = {part.name: sum(f.stat().st_size for f in part.rglob("*") if f.is_file()) for part in store.iterdir()}
    catalog = sum(path.stat().st_size for path in store.glob("catalog*"))
    return {
        "seconds": seconds,
        "without Chroma": report.seconds,
        "chunks": status.chunks,
        "chunks a second": status.chunks / seconds,
        "MB": status.bytes / 1e6,
        "MB catalog": catalog / 1e6,
        "MB Chroma": sizes.get("chroma", 0) / 1e6,
        "MB keywords": sizes.get("keyword", 0) / 1e6,
    }


def unchanged(options: argparse.Namespace) -> dict[str, float]:
    """A build when nothing changed."""
    seconds, report = _built(options)
    return {"seconds": seconds, "documents unchanged": report.unchanged}


def touched(options: argparse.Namespace) -> dict[str, float]:
    """A build when every file has a new time stamp and the same bytes."""
    for path in (options.keep / "docs").rglob("*.md"):
        os.utime(path, (1_700_001_000, 1_700_001_000))
    return unchanged(options)


def edited(options: argparse.Namespace) -> dict[str, float]:
    """A build when 1 % of the documents changed."""
    files = sorted((options.keep / "docs").rglob("*.md"))[::100]
    for path in files:
        path.write_text(path.read_text() + "\n\nA sentence was added at the end of this.")
    seconds, report = _built(options)
    return {"seconds": seconds, "documents changed": len(report.changed), "texts embedded": report.embedded}


def cold(options: argparse.Namespace) -> dict[str, float]:
    """From the start of this process to the first passages; the table of word vectors is loaded besides the model."""
    embedder = WordVectors()
    with Index(options.keep / "index", lambda: embedder) as index:
        retrieve(FIRST, index, embedder, 12, Filter())
        return {"seconds to the first passages": time.time() - options.began}


def ask(options: argparse.Namespace) -> dict[str, float]:
    """Latency of searching and of answering, one question after the other."""
    embedder = WordVectors()
    asked = questions(options.path)
    settings = Settings(index_dir=options.keep / "index", writer="extractive")
    with Assistant.open(settings, embedder=embedder) as assistant:
        store: Any = assistant._index
        searching = [_timed(lambda q=q: retrieve(q, store, embedder, 12, Filter())) for q in asked]
        cpu = time.process_time()
        for question in asked:
            retrieve(question, store, embedder, 12, Filter())
        cpu = (time.process_time() - cpu) * 1000 / len(asked)
        answering = [_timed(lambda q=q: assistant.ask(q)) for q in asked]
        quick = assistant.with_settings(cross_encoder=False)
        unread = [_timed(lambda q=q: quick.ask(q)) for q in asked]
    return {
        "ms of processor, retrieval, mean": cpu,
        "ms retrieval, median": statistics.median(searching[10:]),
        "ms retrieval, 95 %": float(np.percentile(searching[10:], 95)),
        "ms answer, median": statistics.median(answering[10:]),
        "ms answer, 95 %": float(np.percentile(answering[10:], 95)),
        "ms answer without the cross-encoder, median": statistics.median(unread[10:]),
    }


def recall(options: argparse.Namespace) -> dict[str, float]:
    """How many of the ten best passages of exact search the search through Chroma finds."""
    embedder = WordVectors()
    found = []
    for exact_up_to in (EXACT_UP_TO, 1 << 40):
        with Index(options.keep / "index", lambda: embedder, exact_up_to=exact_up_to) as index:
            hits = [retrieve(q, index, embedder, 10, Filter()).hits for q in questions(options.path)]
            found.append([{hit.stored.chunk.id for hit in some} for some in hits])
    shares = [len(a & b) / len(b) for a, b in zip(*found, strict=True)]
    return {"recall@10 of the fused search": statistics.mean(shares), "of the worst question": min(shares)}


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


STEPS = {step.__name__: step for step in (build, unchanged, touched, edited, cold, ask, recall)}

if __name__ == "__main__":
    main()
