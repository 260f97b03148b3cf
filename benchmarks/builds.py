"""What keeping an index of a folder costs: this package, Chroma's default embedder and a LlamaIndex pipeline.

Three builds of one folder, each in a process of its own, the systems taking turns: the first, one when nothing changed,
and one when 1 % of the documents was edited. All run MiniLM with the same weights. Imports and the loading of weights
are not timed. A document has four real sentences.

* ``assistant``: what ``assistant index build`` does.
* ``chroma``: ``collection.upsert`` of all files with the default embedding function. It has no way to leave out what it
  holds already.
* ``llamaindex``: SimpleDirectoryReader, SentenceSplitter, HuggingFaceEmbedding and ChromaVectorStore in an
  IngestionPipeline with a document store, which leaves out what did not change.

    python -m benchmarks.builds PATH/dev.json --torch-python PYTHON [--documents 1000] [--systems assistant chroma]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STEPS = ("first", "unchanged", "1 % edited")
EDITED = 100
"""One in so many documents is edited for the last build."""


def main() -> None:
    """Print a table of seconds, memory and disk, or do one system's share of the work."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path, help="a SQuAD file")
    arguments.add_argument("--documents", type=int, default=1000)
    arguments.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    arguments.add_argument("--torch-python", default="", help="as for benchmarks.index_speed")
    arguments.add_argument("--step", help=argparse.SUPPRESS)
    arguments.add_argument("--weights", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.step:
        seconds = SYSTEMS[options.step](options.path / "docs", options.path / options.step, options.weights)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak": peak}))
        return
    with tempfile.TemporaryDirectory() as name:
        compare(options, Path(name))


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Let the systems take turns at each step, and print what came of it."""
    from benchmarks import index_speed
    from benchmarks.scale import passages

    docs = folder / "docs"
    docs.mkdir()
    for number, (title, text) in enumerate(passages(options.path, options.documents)):
        (docs / f"{number:06}.txt").write_text(f"{title}\n\n{text}")
    weights = index_speed.weights()
    if options.torch_python:
        index_speed.work(options.torch_python, options.path, "export", weights)
    print(
        f"{options.documents:,} documents\n{'':14}{'':12}{'seconds':>9}{'assistant is':>14}{'peak MB':>9}{'disk MB':>9}"
    )
    for step in STEPS:
        if step == "1 % edited":
            for file in sorted(docs.iterdir())[::EDITED]:
                file.write_text(f"{file.read_text()} A sentence was added at the end of this.")
        ours = 0.0
        for system in options.systems:
            python = sys.executable if system == "assistant" else options.torch_python
            where = index_speed.EXPORTED if system == "chroma" else weights
            found = work(python, folder, system, where)
            ours = ours or found["seconds"]
            disk = sum(file.stat().st_size for file in (folder / system).rglob("*") if file.is_file()) / 1e6
            ratio = f"{found['seconds'] / ours:12.1f} x"
            row = f"{step:14}{system:12}{found['seconds']:9.1f}{ratio}{found['peak']:9.0f}{disk:9.1f}"
            print(row, flush=True)


def work(python: str, folder: Path, system: str, weights: Path) -> dict[str, float]:
    """One build by one system."""
    command = [python, str(Path(__file__)), str(folder), "--step", system, "--weights", str(weights)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{system}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


# --- the systems: each brings its index in line with the folder and returns the seconds -------------


def assistant(docs: Path, store: Path, _weights: Path) -> float:
    """A build as ``assistant index build`` makes it."""
    import chromadb  # noqa: F401 - imports are not timed

    from assistant import Assistant, Settings
    from assistant.models.minilm import MiniLM

    embedder = MiniLM.open()
    embedder.embed_documents(["warm"], [[]])
    with Assistant.open(Settings(index_dir=store), embedder=embedder) as opened:
        began = time.perf_counter()
        opened.index(docs)
        return time.perf_counter() - began


def chroma(docs: Path, store: Path, weights: Path) -> float:
    """All files to a collection with the default embedding function."""
    import chromadb

    from benchmarks.index_speed import local_default

    embed: Any = local_default(weights)
    embed(["warm"])
    client = chromadb.PersistentClient(str(store))
    collection: Any = client.get_or_create_collection("texts", embedding_function=embed)
    began = time.perf_counter()
    files = sorted(docs.iterdir())
    for start in range(0, len(files), 1000):
        some = files[start : start + 1000]
        collection.upsert(ids=[file.name for file in some], documents=[file.read_text() for file in some])
    return time.perf_counter() - began


def llamaindex(docs: Path, store: Path, weights: Path) -> float:
    """A pipeline with a document store, which is kept beside the collection."""
    import chromadb
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.storage.docstore import SimpleDocumentStore
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embed = HuggingFaceEmbedding(model_name=str(weights), device="cpu")
    embed.get_text_embedding("warm")
    client = chromadb.PersistentClient(str(store / "chroma"))
    collection: Any = client.get_or_create_collection("texts", embedding_function=None)
    kept = store / "documents.json"
    began = time.perf_counter()
    held = SimpleDocumentStore.from_persist_path(str(kept)) if kept.exists() else SimpleDocumentStore()
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(chunk_size=512, chunk_overlap=20), embed],
        vector_store=ChromaVectorStore(chroma_collection=collection),
        docstore=held,
        docstore_strategy=DocstoreStrategy.UPSERTS,
        disable_cache=True,
    )
    pipeline.run(documents=SimpleDirectoryReader(str(docs), filename_as_id=True).load_data())
    held.persist(str(kept))
    return time.perf_counter() - began


SYSTEMS = {"assistant": assistant, "chroma": chroma, "llamaindex": llamaindex}

if __name__ == "__main__":
    main()
