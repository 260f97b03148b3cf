"""Public question-answering sets as exams, read from files the user has."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from assistant.errors import SuiteError
from assistant.eval.datasets.base import Dataset, Read
from assistant.eval.datasets.clapnq import clapnq
from assistant.eval.datasets.jsonl import jsonl
from assistant.eval.datasets.llama import llama_dataset
from assistant.eval.datasets.multihop_rag import multihop_rag
from assistant.eval.datasets.qacc import qacc
from assistant.eval.datasets.qed import qed
from assistant.eval.datasets.ramdocs import ramdocs
from assistant.eval.datasets.squad2 import squad2

DATASETS: Mapping[str, Callable[..., Dataset]] = MappingProxyType(
    {
        "squad2": squad2,
        "clapnq": clapnq,
        "qed": qed,
        "ramdocs": ramdocs,
        "qacc": qacc,
        "multihop-rag": multihop_rag,
        "llama-dataset": llama_dataset,
        "jsonl": jsonl,
    }
)
"""Every adapter by name; each has its protocol in its module."""

_READING = ("llama-dataset", "jsonl")


def open_dataset(name: str, path: str | Path, seed: int = 0, read: Read | None = None) -> Dataset:
    """The set ``name`` from the user's file or folder at ``path``; ``seed`` shuffles its documents.

    ``read`` turns a folder of source files into documents, for the two sets that bring files of any kind
    (default: UTF-8 text). Raises SuiteError for an unknown name or a file that is not of that set.
    """
    if name not in DATASETS:
        raise SuiteError(f"{path}:1: there is no data set {name!r}. Known: `{'`, `'.join(DATASETS)}`.")
    if not Path(path).exists():
        raise SuiteError(f"{path}:1: there is no such file or folder for the data set {name!r}.")
    more = {"read": read} if read is not None and name in _READING else {}
    dataset = DATASETS[name](Path(path), seed, **more)
    twice = [id_ for id_, count in Counter(case.id for case in dataset.cases).items() if count > 1]
    if twice:
        raise SuiteError(f"{path}:1: the id {twice[0]!r} is used more than once.")
    return dataset


__all__ = ["DATASETS", "Dataset", "open_dataset"]
