"""Loads a suite from its folder and reports all its faults at once, each with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from assistant.errors import AssistantError, SuiteError
from assistant.eval.cases import Case, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.files import faults as faults_of
from assistant.eval.files import numbered_lines, parsed, read_text, short
from assistant.eval.gates import Gate, parse_gate
from assistant.eval.matching import says
from assistant.eval.metrics import METRICS
from assistant.types import Document, Value

Read = Callable[[Path], Mapping[str, Document]]
"""Turns a folder into documents by source. It is a parameter since the evaluation must not know how files are read."""


class _SuiteFile(Value):
    """What ``suite.toml`` may say."""

    name: str = Field(default="", description="default: the name of the folder")
    corpus: str
    gold: dict[str, str] = Field(min_length=1)
    metrics: tuple[str, ...] = Field(min_length=1)
    gates: dict[str, str] = Field(default_factory=dict)
    seed: int = 0
    time_limit: float = Field(default=60.0, gt=0)


class Line(NamedTuple):
    """A question and the line of the gold file it came from."""

    place: str
    case: Case


def load(folder: str | Path, read: Read, split: str | None = "dev") -> Suite:
    """The suite in ``folder``; ``read`` turns the corpus folder into documents by source.

    ``split`` names a gold file of ``[gold]``; None takes all of them. Raises SuiteError with all faults at once, each
    as ``file:line: what is wrong``.
    """
    folder = Path(folder)
    path = folder / "suite.toml"
    given = _suite_file(path)
    faults = [_at(path, f"metrics.{m}", f"unknown metric {m!r}") for m in given.metrics if m not in METRICS]
    gates = tuple(_gates(path, given.gates, faults))
    if split is not None and split not in given.gold:
        faults.append(f"{path}:1: there is no split {split!r}, only {', '.join(map(repr, given.gold))}")
    corpus = Corpus(_documents(path, given.corpus, read, faults))
    files = [file for name, file in given.gold.items() if split in (None, name)]
    lines = [line for file in files for line in read_gold(folder / file, faults)]
    faults += check(lines, corpus) if len(corpus) else []
    if faults:
        raise SuiteError("\n".join(faults))
    return Suite(
        name=given.name or folder.resolve().name,
        split=split or "all",
        folder=folder,
        cases=tuple(line.case for line in lines),
        corpus=corpus,
        documents=folder / given.corpus,
        metrics=given.metrics,
        gates=gates,
        seed=given.seed,
        time_limit=given.time_limit,
        warnings=tuple(doubts(lines)),
    )


def _gates(path: Path, given: Mapping[str, str], faults: list[str]) -> Iterator[Gate]:
    for metric, text in given.items():
        if metric not in METRICS:
            faults.append(_at(path, f"gates.{metric}", f"gate on the unknown metric {metric!r}"))
        try:
            yield parse_gate(metric, text)
        except ValueError as fault:
            faults.append(_at(path, f"gates.{metric}", str(fault)))


def read_gold(path: Path, faults: list[str]) -> list[Line]:
    """The questions of a gold file; its faults are added to ``faults`` as ``file:line: ...``."""
    lines: list[Line] = []
    before = len(faults)
    try:
        for number, text in numbered_lines(path):
            try:
                lines.append(Line(f"{path}:{number}", parsed(Case, text, path, number)))
            except SuiteError as error:
                faults += str(error).splitlines()
    except SuiteError as error:
        faults.append(str(error))
    if not lines and len(faults) == before:
        faults.append(f"{path}:1: holds no questions")
    return lines


def check(lines: Sequence[Line], corpus: Corpus) -> list[str]:
    """Faults that make questions unusable: duplicate ids, quotes that are not in their source, missing gold."""
    faults: list[str] = []
    seen: dict[str, str] = {}
    for place, case in lines:
        if case.id in seen:
            faults.append(f"{place}: the id {case.id!r} is taken by {seen[case.id]}")
        seen.setdefault(case.id, place)
        faults += [f"{place}: {fault} (case {case.id!r})" for fault in _faults(case, corpus)]
    return faults


def _faults(case: Case, corpus: Corpus) -> Iterator[str]:
    for gold in case.evidence:
        if gold.source not in corpus:
            yield f"the corpus has no source {gold.source!r}"
        elif not corpus.locate(gold.source, gold.quote):
            yield f"{gold.source!r} does not hold the quote {short(gold.quote)!r}"
    for source in case.scope:
        if source not in corpus:
            yield f"the corpus has no source {source!r}"
    if case.answerable == (case.kind == "unanswerable"):
        yield f"kind {case.kind!r} does not go with answerable = {str(case.answerable).lower()}"
    if case.answerable and not case.evidence:
        yield "an answerable question needs evidence"
    if case.kind == "follow-up" and not case.history:
        yield "a follow-up needs a history"
    if case.variant:
        yield "unknown key 'variant'"
    if any(not wordings or not all(w.strip() for w in wordings) for wordings in case.facts):
        yield "a fact needs at least one wording, and none may be blank"


def doubts(lines: Sequence[Line]) -> list[str]:
    """Oddities that do not stop a run: facts without any accepted wording in the evidence."""
    return [
        f"{place}: no evidence of case {case.id!r} holds the fact {' | '.join(wordings)!r}"
        for place, case in lines
        for wordings in case.facts
        if case.evidence and not any(says(e.quote, wording) for e in case.evidence for wording in wordings)
    ]


def _suite_file(path: Path) -> _SuiteFile:
    if not path.exists():
        raise SuiteError(f"{path}:1: there is no suite. Write one with `assistant eval --init {path.parent}`.")
    try:
        return _SuiteFile.model_validate(tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SuiteError(f"{path}:{line[1] if line else 1}: broken TOML, {error}.") from error
    except ValidationError as error:
        raise SuiteError("\n".join(_at(path, key, fault) for key, fault in faults_of(error))) from error


def _documents(path: Path, corpus: str, read: Read, faults: list[str]) -> Mapping[str, Document]:
    folder = path.parent / corpus
    fault = "holds no documents" if folder.is_dir() else "is no folder"
    try:
        if folder.is_dir() and (documents := read(folder)):
            return documents
    except (AssistantError, OSError) as error:
        fault = f"cannot be read: {error}"
    faults.append(_at(path, "corpus", f"the corpus {str(folder)!r} {fault}"))
    return {}


def _at(path: Path, key: str, text: str) -> str:
    """``file:line: text``; the line is that of the last part of ``key``, at or below that of its first."""
    lines = path.read_text(encoding="utf-8").splitlines()
    place = 0
    for name in key.split("."):
        word = re.compile(rf"(?<![\w@-]){re.escape(name)}(?![\w@-])")
        found = [n for n, line in enumerate(lines) if n >= place and word.search(line.split("#")[0])]
        place = found[0] if found else place
    return f"{path}:{place + 1}: {text}"
