"""Runs a suite with a LlamaIndex pipeline that is built as LlamaIndex's own tutorials build one.

The pipeline is SentenceSplitter, a Chroma collection as vector store, the default retriever (two nodes, by vector
alone) and ``response_mode="no_text"``: without a chat model its top nodes are the answer, each cited as a whole. It
embeds with the same weights as this project. It keeps no conversation and never refuses. The run is logged beside the
suite's other runs; the second command adds it to the table.

    python -m benchmarks.peer_llamaindex [FOLDER] [--dataset NAME:PATH] [--split dev] [--limit N]
    assistant eval [FOLDER] [--dataset NAME:PATH] [--split dev] --beside RUN
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import chromadb
import llama_index.core
from llama_index.core import Document as LlamaDocument
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import NodeWithScore
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr
from rich.progress import Progress as Bars

from assistant.cli.suite import from_dataset, from_folder
from assistant.eval import Corpus, run, select
from assistant.eval.baselines import quoting
from assistant.models.minilm import MiniLM
from assistant.types import Answer, Chunk, Filter, Progress, Turn

NAME = "LlamaIndex"
PACKAGES = ("llama-index-core", "llama-index-vector-stores-chroma", "chromadb")


def main() -> None:
    """Run the suite and print where the run is."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("eval"))
    arguments.add_argument("--dataset", help="NAME:PATH")
    arguments.add_argument("--split", default="dev")
    arguments.add_argument("--limit", type=int)
    given = arguments.parse_args()
    if given.dataset:
        name, _, path = given.dataset.partition(":")
        evaluation = from_dataset(name, Path(path), 0, print)
    else:
        evaluation = from_folder(given.folder, None if given.split == "all" else given.split, print)
    suite = select(evaluation.suite, limit=given.limit) if given.limit else evaluation.suite
    settings = {name: version(name) for name in PACKAGES}
    with own_nltk_data(), Bars(disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task("indexing", total=None)

        def advance(step: Progress) -> None:
            bars.update(task, description=step.stage, completed=step.done, total=step.total)

        ask = peer(suite.corpus)
        done = run(suite, ask, {"system": NAME, "embedder": MiniLM.fingerprint, **settings}, on_progress=advance)
    failed = [result for result in done.results if result.error]
    if failed:  # a broken pipeline must not stand in a table as a weak one
        sys.exit(f"{len(failed)} of {len(done.results)} questions failed, the first with: {failed[0].error}")
    print(done.path.parent)


@contextmanager
def own_nltk_data() -> Iterator[None]:
    """A copy of the word lists that SentenceSplitter reads: nltk refuses hard links, and uv installs hard links."""
    shipped = Path(llama_index.core.__file__).parent / "_static" / "nltk_cache"
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(shipped, Path(folder, "nltk"))
        os.environ["NLTK_DATA"] = str(copy)
        yield


def peer(corpus: Corpus) -> Callable[..., Answer]:
    """The tutorial's pipeline over the documents of ``corpus``, with the interface of ``Assistant.ask``."""
    documents = [
        LlamaDocument(text=each.text, metadata=_known(source, each.title, each.publisher, each.published))
        for source, each in corpus.items()
    ]
    collection = chromadb.EphemeralClient().create_collection("quickstart")
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
        embed_model=SameMiniLM.open(),
        transformations=[SentenceSplitter()],
    )

    llama_index.core.Settings.llm = MockLLM()  # an engine wants a model, also for a mode that never calls one

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = Filter()) -> Answer:
        among = MetadataFilter(key="source", operator=FilterOperator.IN, value=list(where.sources))
        filters = MetadataFilters(filters=[among]) if where.sources else None
        engine = index.as_query_engine(response_mode="no_text", filters=filters)
        return _answer(question, history, engine.query(question).source_nodes, corpus)

    return ask


class SameMiniLM(BaseEmbedding):
    """This project's embedder as an embedding of LlamaIndex."""

    _minilm: MiniLM = PrivateAttr()

    @classmethod
    def open(cls) -> SameMiniLM:
        """With the published weights. Raises WeightsError."""
        model = cls(model_name="all-MiniLM-L6-v2")
        model._minilm = MiniLM.open()
        return model

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        embedded = self._minilm.embed_documents(texts, [()] * len(texts))
        return [each.whole.tolist() for each in embedded]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._minilm.embed_query(query).tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _known(source: str, title: str, publisher: str | None, published: object) -> dict[str, str]:
    known = {"source": source, "title": title, "publisher": publisher, "published": published}
    return {key: str(value) for key, value in known.items() if value}


def _answer(question: str, history: Sequence[Turn], nodes: Sequence[NodeWithScore], corpus: Corpus) -> Answer:
    """An answer that quotes each node and cites it as a whole."""
    places = [_place(found, corpus) for found in nodes]
    scores = [found.score or 0.0 for found in nodes]
    answer = quoting(corpus, places, places, scores, (), max([0.0, *(min(score, 1.0) for score in scores)]))
    return answer.model_copy(update={"question": question, "history": tuple(history), "writer": NAME})


def _place(found: NodeWithScore, corpus: Corpus) -> Chunk:
    """The place of a node in its document. Its own offsets are not used: they ignore text that was stripped."""
    source, text = found.node.metadata["source"], found.node.get_content()
    return corpus.chunk(source, corpus.locate(source, text)[0])


if __name__ == "__main__":
    main()
