"""Our own layout without a suite: questions in one JSONL file, their texts in ``documents`` beside it."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import SuiteError
from assistant.eval.corpus import Corpus
from assistant.eval.datasets.base import ABSTAINING, CITING, COSTS, RANKING, Dataset, Read, read_texts
from assistant.eval.loading import check, doubts, read_gold

PROTOCOL = "Pooled: the files of documents/ are the corpus, every question is asked against all of it."


def jsonl(path: Path, seed: int = 0, read: Read = read_texts) -> Dataset:  # noqa: ARG001 - nothing to shuffle
    """A JSONL file of gold questions with a folder ``documents`` beside it. Raises SuiteError with every
    fault.
    """
    faults: list[str] = []
    folder = path.parent / "documents"
    if not folder.is_dir():
        faults.append(f"{path}:1: the corpus {str(folder)!r} is no folder")
    documents = dict(read(folder)) if folder.is_dir() else {}
    lines = read_gold(path, faults)
    faults += check(lines, Corpus(documents)) if documents else []
    if faults:
        raise SuiteError("\n".join(faults))
    conflicts = (
        "conflict_precision",
        "conflict_recall",
        "conflict_f1",
        "both_sides_cited",
        "sides_attributed",
    )
    metrics = (*RANKING, "fact_coverage", "token_f1", *CITING, *ABSTAINING, *conflicts, *COSTS)
    cases = tuple(line.case for line in lines)
    return Dataset("jsonl", documents, cases, PROTOCOL, metrics, tuple(doubts(lines)), folder)
