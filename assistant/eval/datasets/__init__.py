"""Public question-answering sets as suites, read from files the user has."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from assistant.errors import SuiteError
from assistant.eval.cases import Suite
from assistant.eval.datasets.base import write_documents
from assistant.eval.datasets.clapnq import clapnq
from assistant.eval.datasets.jsonl import jsonl
from assistant.eval.datasets.qacc import qacc
from assistant.eval.datasets.qed import qed
from assistant.eval.datasets.ramdocs import ramdocs
from assistant.eval.datasets.squad2 import squad2
from assistant.eval.loading import Read

DATASETS: Mapping[str, Callable[[Path, int], Suite]] = MappingProxyType(
    {"squad2": squad2, "clapnq": clapnq, "qed": qed, "ramdocs": ramdocs, "qacc": qacc}
)
"""Every adapter of a public set by name; each has its protocol in its module."""

OWN = "jsonl"
"""The name of a plain file of gold questions with a folder ``documents`` beside it."""


def open_dataset(name: str, path: str | Path, read: Read, seed: int = 0) -> Suite:
    """The set ``name`` from the user's file or folder at ``path``; ``seed`` shuffles its documents.

    ``read`` turns the folder of a ``jsonl`` set into documents. Raises SuiteError for an unknown name or a file that is
    not of that set.
    """
    path = Path(path)
    if name not in (*DATASETS, OWN):
        raise SuiteError(f"{path}:1: there is no data set {name!r}. Known: `{'`, `'.join((*DATASETS, OWN))}`.")
    if not path.exists():
        raise SuiteError(f"{path}:1: there is no such file or folder for the data set {name!r}.")
    suite = jsonl(path, read) if name == OWN else DATASETS[name](path, seed)
    twice = [id_ for id_, count in Counter(case.id for case in suite.cases).items() if count > 1]
    if twice:
        raise SuiteError(f"{path}:1: the id {twice[0]!r} is used more than once.")
    return suite


__all__ = ["DATASETS", "OWN", "open_dataset", "write_documents"]
