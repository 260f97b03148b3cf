"""Reads a suite from its folder, strictly: every fault is named with file and line, all of them at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from assistant.errors import AssistantError, SuiteError
from assistant.eval.cases import Case, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.gates import Gate, parse_gate
from assistant.eval.metrics import METRICS
from assistant.eval.normal import says
from assistant.types import Document, Value

Read = Callable[[Path], Mapping[str, Document]]
"""Turns a folder into documents by source; handed in, since the judge must not know the machinery's reader.
"""


class _SuiteFile(Value):
    """What ``suite.toml`` may say."""

    name: str
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

    ``split`` names a gold file of ``[gold]``; None takes all of them. Raises SuiteError with all faults at
    once, each as ``file:line: what is wrong``.
    """
    path = Path(folder) / "suite.toml"
    said = _suite_file(path)
    faults = [_at(path, f"metrics.{m}", f"unknown metric {m!r}") for m in unknown_metrics(said.metrics)]
    faults += [_at(path, f"gates.{m}", f"gate on the unknown metric {m!r}") for m in unknown_metrics(said.gates)]
    gates: list[Gate] = []
    for metric, text in said.gates.items():
        try:
            gates.append(parse_gate(metric, text))
        except ValueError as fault:
            faults.append(_at(path, f"gates.{metric}", str(fault)))
    if split is not None and split not in said.gold:
        faults.append(f"{path}:1: there is no split {split!r}, only {', '.join(map(repr, said.gold))}")
    corpus = Corpus(_documents(path, said.corpus, read, faults))
    lines: list[Line] = []
    for name, file in said.gold.items():
        if split in (None, name):
            lines += read_gold(Path(folder) / file, faults)
    faults += check(lines, corpus) if len(corpus) else []
    if faults:
        raise SuiteError("\n".join(faults))
    return Suite(
        name=said.name,
        split=split or "all",
        folder=Path(folder),
        cases=tuple(line.case for line in lines),
        corpus=corpus,
        documents=Path(folder) / said.corpus,
        metrics=said.metrics,
        gates=tuple(gates),
        seed=said.seed,
        time_limit=said.time_limit,
        warnings=tuple(doubts(lines)),
    )


def unknown_metrics(names: Iterable[str]) -> list[str]:
    """Those among ``names`` that are no metric."""
    return [name for name in names if name not in METRICS]


def read_gold(path: Path, faults: list[str]) -> list[Line]:
    """The questions of one gold file; what is wrong with it is added to ``faults`` as ``file:line: ...``."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        faults.append(f"{path}:1: cannot be opened, {error.strerror}")
        return []
    except UnicodeDecodeError:
        faults.append(f"{path}:1: is not UTF-8 text")
        return []
    lines: list[Line] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            lines.append(Line(place, _case(json.loads(line))))
        except json.JSONDecodeError as error:
            faults.append(f"{place}: broken JSON, {error.msg} at column {error.colno}")
        except ValidationError as error:
            faults += [f"{place}: {described}" for described in _described(error)]
        except ValueError as error:
            faults.append(f"{place}: {error}")
    if not lines and not faults:
        faults.append(f"{path}:1: holds no questions")
    return lines


def check(lines: Sequence[Line], corpus: Corpus) -> list[str]:
    """What makes questions unusable: double ids, quotes that are not in their source, missing gold."""
    faults: list[str] = []
    seen: dict[str, str] = {}
    for place, case in lines:
        if case.id in seen:
            faults.append(f"{place}: the id {case.id!r} is taken by {seen[case.id]}")
        seen.setdefault(case.id, place)
        faults += [f"{place}: {fault} (case {case.id!r})" for fault in _faults(case, corpus)]
    return faults


def _faults(case: Case, corpus: Corpus) -> Iterator[str]:
    for source, quote in ((e.source, e.quote) for e in case.evidence):
        if source not in corpus:
            yield f"the corpus has no source {source!r}"
        elif not corpus.locate(source, quote):
            yield f"{source!r} does not hold the quote {_short(quote)!r}"
    for source in case.scope:
        if source not in corpus:
            yield f"the corpus has no source {source!r}"
    if case.answerable == (case.kind == "unanswerable"):
        yield f"kind {case.kind!r} does not go with answerable = {str(case.answerable).lower()}"
    if case.answerable and not case.evidence:
        yield "an answerable question needs evidence"
    if case.kind == "follow-up" and not case.history:
        yield "a follow-up needs a history"
    if any(not wordings or not all(w.strip() for w in wordings) for wordings in case.facts):
        yield "a fact needs at least one wording, and none may be blank"


def doubts(lines: Sequence[Line]) -> list[str]:
    """Oddities that do not stop a run: facts of which no accepted wording stands in the evidence."""
    return [
        f"{place}: no evidence of case {case.id!r} holds the fact {' | '.join(wordings)!r}"
        for place, case in lines
        for wordings in case.facts
        if case.evidence and not any(says(e.quote, wording) for e in case.evidence for wording in wordings)
    ]


def _case(raw: object) -> Case:
    if not isinstance(raw, dict):
        raise ValueError(f"a question is a JSON object, not {type(raw).__name__}")
    if "variant" in raw:
        raise ValueError("unknown key 'variant'")
    return Case.model_validate(raw)


def _described(error: ValidationError) -> list[str]:
    said = {"extra_forbidden": "unknown key", "missing": "missing key"}
    return [
        f"{said[e['type']]} {'.'.join(map(str, e['loc']))!r}"
        if e["type"] in said
        else f"{'.'.join(map(str, e['loc']))}: {e['msg']}, not {_short(str(e['input']))!r}"
        for e in error.errors()
    ]


def _suite_file(path: Path) -> _SuiteFile:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SuiteError(
            f"{path}:1: there is no suite. Write one with `assistant eval --init {path.parent}`."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}:1: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"{path}:{_line_of(str(error))}: broken TOML, {error}.") from error
    try:
        return _SuiteFile.model_validate(raw)
    except ValidationError as error:
        faults = [
            _at(path, ".".join(map(str, e["loc"])), text)
            for e, text in zip(error.errors(), _described(error), strict=True)
        ]
        raise SuiteError("\n".join(faults)) from error


def _documents(path: Path, corpus: str, read: Read, faults: list[str]) -> Mapping[str, Document]:
    folder = path.parent / corpus
    if not folder.is_dir():
        faults.append(_at(path, "corpus", f"the corpus {str(folder)!r} is no folder"))
        return {}
    try:
        documents = read(folder)
    except (AssistantError, OSError) as error:
        faults.append(_at(path, "corpus", f"the corpus {str(folder)!r} cannot be read: {error}"))
        return {}
    if not documents:
        faults.append(_at(path, "corpus", f"the corpus {str(folder)!r} holds no documents"))
    return documents


def _at(path: Path, key: str, text: str) -> str:
    """``file:line: text``; the line is that of the last part of ``key``, at or below that of its first."""
    lines = path.read_text(encoding="utf-8").splitlines()
    place = 0
    for name in key.split("."):
        word = re.compile(rf"(?<![\w@-]){re.escape(name)}(?![\w@-])")
        found = [n for n, line in enumerate(lines) if n >= place and word.search(line.split("#")[0])]
        place = found[0] if found else place
    return f"{path}:{place + 1}: {text}"


def _line_of(message: str) -> str:
    _, _, rest = message.partition("at line ")
    return rest.split(",")[0] if rest[:1].isdigit() else "1"


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}..."
