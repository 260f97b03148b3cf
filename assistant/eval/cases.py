"""Gold questions and the suite they belong to; every fault in them is named with file and line."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from assistant.errors import AssistantError, SuiteError
from assistant.eval.corpus import Corpus
from assistant.eval.gates import Gate, parse_gate
from assistant.eval.normal import says
from assistant.types import Document, Filter, Turn, Value

Kind = Literal["fact", "number", "date", "attribution", "multi", "conflict", "follow-up", "unanswerable"]
Variant = Literal["", "full", "bare"]
Read = Callable[[Path], Mapping[str, Document]]


class Quotation(Value):
    """Gold evidence: words that stand in a source. Never a chunk id, so a new chunker does not void the exam."""

    source: str
    quote: str = Field(min_length=1)


class Case(Value):
    """One gold question.

    ``facts`` are the key facts of a right answer, each with its accepted wordings. ``history`` holds the user's
    earlier turns. ``scope``, if given, names the sources this question may use (data sets with given contexts).
    Tags of the form ``name:text`` carry what a kind of question needs: ``full:`` the follow-up asked in full,
    ``wrong:`` an answer that must not be given, ``document:`` the document a question was written on.
    ``variant`` marks a follow-up that is asked a second time: in full, or bare, without its history.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    history: tuple[str, ...] = ()
    kind: Kind
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Quotation, ...] = ()
    answerable: bool
    tags: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    variant: Variant = ""

    @property
    def key(self) -> str:
        """What the run log calls this question: its id, and the variant if it is one."""
        return f"{self.id}#{self.variant}" if self.variant else self.id

    @property
    def cluster(self) -> str:
        """The document this question hangs on; questions on one document are not independent of each other."""
        written_on = self.tagged("document")
        return self.evidence[0].source if self.evidence else written_on[0] if written_on else self.id

    @property
    def conflicting(self) -> bool:
        """Whether the sources disagree, so that a right answer shows every side."""
        return self.kind == "conflict" or "conflict" in self.tags

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The history as an answerer takes it."""
        return tuple(Turn(role="user", text=text) for text in self.history)

    @property
    def where(self) -> Filter:
        """The scope as an answerer takes it."""
        return Filter(sources=self.scope)

    def tagged(self, name: str) -> tuple[str, ...]:
        """The texts of all tags ``name:text``."""
        return tuple(tag.removeprefix(f"{name}:") for tag in self.tags if tag.startswith(f"{name}:"))

    def variants(self) -> tuple[Case, ...]:
        """A follow-up asked in full and asked bare, to tell what taking the history into account is worth."""
        full = self.tagged("full")
        if not self.history or not full:
            return ()
        return (
            self.model_copy(update={"question": full[0], "history": (), "variant": "full"}),
            self.model_copy(update={"history": (), "variant": "bare"}),
        )


class Suite(Value):
    """An exam: questions, the texts they are about, what is measured, and what must hold.

    ``warnings`` are oddities of the gold that do not stop a run. ``folder`` is where runs and the baseline belong.
    """

    model_config = Value.model_config | {"arbitrary_types_allowed": True}

    name: str
    folder: Path
    cases: tuple[Case, ...]
    corpus: Corpus
    documents: Path | None = Field(default=None, description="the folder the corpus was read from")
    metrics: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    seed: int = 0
    time_limit: float = Field(default=60.0, gt=0, description="seconds a question may take")
    warnings: tuple[str, ...] = ()
    protocol: str = ""

    @property
    def hash(self) -> str:
        """Identity of questions and texts; scores of suites with different hashes are not comparable."""
        digest = hashlib.blake2b(digest_size=16)
        for case in self.cases:
            digest.update(case.model_dump_json().encode() + b"\n")
        for source in sorted(self.corpus):
            digest.update(f"{source} {self.corpus[source].digest}\n".encode())
        return digest.hexdigest()


class _SuiteFile(Value):
    """What ``suite.toml`` may say."""

    name: str
    corpus: str
    gold: dict[str, str] = Field(min_length=1)
    metrics: tuple[str, ...] = Field(min_length=1)
    gates: dict[str, str] = {}
    seed: int = 0
    time_limit: float = Field(default=60.0, gt=0)


class Line(NamedTuple):
    """A question and the line of the gold file it came from."""

    place: str
    case: Case


def load(folder: str | Path, read: Read, split: str | None = "dev") -> Suite:
    """The suite in ``folder``; ``read`` turns the corpus folder into documents by source.

    ``split`` names a gold file of ``[gold]``; None takes all of them. Raises SuiteError with all faults at once,
    each as ``file:line: what is wrong``.
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
        name=said.name if split in (None, *list(said.gold)[:1]) and len(said.gold) == 1 else f"{said.name} {split or 'all'}",
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


def unknown_metrics(names: Sequence[str] | Mapping[str, str]) -> list[str]:
    """Those among ``names`` that are no metric."""
    from assistant.eval.metrics import METRICS

    return [name for name in names if name not in METRICS]


def read_gold(path: Path, faults: list[str]) -> list[Line]:
    """The questions of one gold file; what is wrong with it is added to ``faults`` as ``file:line: ...``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}:1: cannot be read as UTF-8 text ({type(error).__name__})")
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
    """What makes questions unusable: double ids, quotations that do not stand in their source, missing gold."""
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


def select(suite: Suite, kinds: Sequence[str] = (), limit: int | None = None, seed: int | None = None) -> Suite:
    """The suite with only some of its questions: those of the kinds, and of these a random ``limit``.

    The questions keep their order. Raises SuiteError where nothing is left.
    """
    import random

    cases = [case for case in suite.cases if not kinds or case.kind in kinds]
    if not cases:
        present = ", ".join(sorted(Counter(case.kind for case in suite.cases)))
        raise SuiteError(f"{suite.folder}:1: no question is of kind {', '.join(map(repr, kinds))}. Kinds here: {present}.")
    if limit is not None and limit < len(cases):
        chosen = set(random.Random(suite.seed if seed is None else seed).sample(range(len(cases)), max(limit, 1)))  # noqa: S311 - a sample, not a secret
        cases = [case for number, case in enumerate(cases) if number in chosen]
    return suite.model_copy(update={"cases": tuple(cases), "seed": suite.seed if seed is None else seed})


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
        faults = [_at(path, ".".join(map(str, e["loc"])), text) for e, text in zip(error.errors(), _described(error), strict=True)]
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
    """``file:line: text``, where the line is that of the key (its last part) or of its table."""
    table, _, name = key.rpartition(".")
    lines = path.read_text(encoding="utf-8").splitlines()
    for wanted in (name, table):
        for number, line in enumerate(lines, 1):
            if wanted and line.split("#")[0].strip().strip(",[").strip().strip("\"',]").startswith(wanted):
                return f"{path}:{number}: {text}"
            if wanted and f'"{wanted}"' in line.split("#")[0]:
                return f"{path}:{number}: {text}"
    return f"{path}:1: {text}"


def _line_of(message: str) -> str:
    _, _, rest = message.partition("at line ")
    return rest.split(",")[0] if rest[:1].isdigit() else "1"


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}..."
