"""Gold questions and their documents, as the training scripts read them."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.eval import Case, Corpus, Suite, load, open_dataset
from assistant.ingest.read import read_folder


def open_set(name: str) -> Suite:
    """The set ``KIND:PATH`` as ``assistant eval --dataset`` takes it, the dev questions of ``suite:FOLDER``, or
    ``cases:FOLDER``.
    """
    kind, _, path = name.partition(":")
    if kind == "cases":
        return small_cases(Path(path))
    return load(Path(path), read_folder) if kind == "suite" else open_dataset(kind, path, read_folder)


def small_cases(folder: Path) -> Suite:
    """The questions of FOLDER/<name>/case.json, each about the few documents of FOLDER/<name>/docs alone.

    A question is unanswerable where its ``outcome`` is "not_in_documents". Follow-ups are left out.
    """
    cases: list[Case] = []
    for path in sorted(folder.glob("*/case.json")):
        files = sorted(file for file in (path.parent / "docs").rglob("*") if file.is_file())
        scope = tuple(file.relative_to(folder).as_posix() for file in files)
        for number, row in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            if row.get("history") or row.get("outcome") == "error":
                continue
            held = row.get("outcome") != "not_in_documents"
            kind = "fact" if held else "unanswerable"
            name = f"{path.parent.name}-{number}"
            cases.append(Case(id=name, question=row["question"], kind=kind, answerable=held, scope=scope))
    return Suite(name=folder.name, folder=folder, cases=tuple(cases), corpus=Corpus({}), documents=folder)


def in_full(case: Case) -> str:
    """The question so that it stands alone: for a follow-up, the same question asked in full."""
    return next(iter(case.tagged("full")), case.question)


def is_evidence(case: Case, source: str, text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` of the document ``source`` overlaps a gold quotation."""
    quoted = [(text.find(gold.quote), len(gold.quote)) for gold in case.evidence if gold.source == source]
    return any(at >= 0 and start < at + length and end > at for at, length in quoted)
