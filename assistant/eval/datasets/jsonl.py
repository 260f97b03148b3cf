"""Gold questions without a suite: one JSONL file of questions, and their texts in ``documents`` beside it."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import SuiteError
from assistant.eval.cases import Suite
from assistant.eval.corpus import Corpus
from assistant.eval.datasets.base import ABSTAINING, CITING, CONFLICTING, COSTS, RANKING
from assistant.eval.loading import Read, check, doubts, read_gold

PROTOCOL = "Pooled: the files of documents/ are the corpus, every question is asked against all of it."


def jsonl(path: Path, read: Read) -> Suite:
    """A JSONL file of gold questions with a folder ``documents`` beside it. Raises SuiteError with every fault."""
    folder = path.parent / "documents"
    corpus = Corpus(read(folder) if folder.is_dir() else {})
    faults = [] if len(corpus) else [f"{path}:1: the corpus {str(folder)!r} is no folder with documents"]
    lines = read_gold(path, faults)
    faults += check(lines, corpus) if len(corpus) else []
    if faults:
        raise SuiteError("\n".join(faults))
    return Suite(
        name="jsonl",
        folder=Path(),
        cases=tuple(line.case for line in lines),
        corpus=corpus,
        documents=folder,
        metrics=(*RANKING, "fact_coverage", "token_f1", *CITING, *ABSTAINING, *CONFLICTING, *COSTS),
        protocol=PROTOCOL,
        warnings=tuple(doubts(lines)),
    )
