"""What every adapter returns, and the reading of files that they share."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.english.sentences import split_sentences
from assistant.errors import SuiteError
from assistant.eval.cases import Case, GoldQuote, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.files import faults, numbered_lines, read_text
from assistant.eval.matching import says
from assistant.types import Document


def write_documents(corpus: Corpus, folder: Path) -> Path:
    """Writes the documents as files with title, publisher and date as front matter; returns the folder."""
    for source, document in corpus.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {field: getattr(document, field) for field in ("title", "publisher", "published")}
        front = [f"{key}: {json.dumps(str(value), ensure_ascii=False)}" for key, value in known.items() if value]
        path.write_text("\n".join(["---", *front, "---", "", document.text]), encoding="utf-8", newline="\n")
    return folder


# --- questions that come with their own texts


class Draft(NamedTuple):
    """A text before the documents are shuffled and named."""

    text: str
    title: str = ""
    publisher: str | None = None


class Given(NamedTuple):
    """A question with its given texts; ``build`` makes the case once the sources of the texts are known.

    An empty text does not become a document.
    """

    contexts: Sequence[Draft]
    build: Callable[[Sequence[str]], Case]


def given_contexts(
    items: Sequence[Given], seed: int, protocol: str, metrics: Sequence[str], readers: Sequence[RecordReader]
) -> Suite:
    """The suite of a set in which each question has its own texts; ``readers`` read its files.

    The texts of a question are shuffled before they are named, so that neither order nor name reveals the gold one.
    Raises SuiteError if there are no questions.
    """
    if not items:
        raise SuiteError(readers[0].nothing_found)
    name = readers[0].name
    chance = random.Random(seed)  # noqa: S311 - no secret
    documents: dict[str, Document] = {}
    cases = []
    for number, (contexts, build) in enumerate(items, 1):
        order = chance.sample(range(len(contexts)), len(contexts))
        sources = [f"{name}/{number:05d}/{place + 1:02d}.md" for place in order]
        held = {source: draft for source, draft in zip(sources, contexts, strict=True) if draft.text.strip()}
        for source, draft in sorted(held.items()):
            title = draft.title or f"Text {Path(source).stem}"
            documents[source] = Document(source=source, title=title, publisher=draft.publisher, text=draft.text)
        cases.append(build(sources).model_copy(update={"scope": tuple(sorted(held))}))
    return Suite(
        name=name,
        folder=Path(),
        cases=tuple(cases),
        corpus=Corpus(documents),
        metrics=tuple(metrics),
        protocol=protocol,
        warnings=tuple(warning for reader in readers for warning in reader.warnings),
    )


def quotation(source: str, text: str, wordings: Sequence[str]) -> GoldQuote:
    """The first sentence of a text that holds one of the wordings, or else the whole text."""
    for start, end in split_sentences(text):
        if any(says(text[start:end], wording) for wording in wordings):
            return GoldQuote(source=source, quote=text[start:end])
    return GoldQuote(source=source, quote=text)


# --- files


class Record(BaseModel):
    """The part of a record that an adapter needs. Other keys are ignored; numbers are accepted as text."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


_Record = TypeVar("_Record", bound=Record)


class RecordReader:
    """Reads the records of a file. A record whose layout is wrong is an error; one that lacks a value is left out.

    Where no record has all keys, the file is of another set, which is an error.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self._left_out: list[tuple[int, str]] = []

    @property
    def warnings(self) -> list[str]:
        """How many records were left out, and the first of them."""
        return [
            f"{len(self._left_out)} records were left out, the first at {self.path}:{line}: {reason}"
            for line, reason in self._left_out[:1]
        ]

    @property
    def nothing_found(self) -> str:
        """Why the file has no questions, ``file:line``."""
        line, reason = self._left_out[0] if self._left_out else (1, "it holds no questions")
        return f"{self.path}:{line}: this is no {self.name} file: {reason}."

    def parsed(self, kind: type[_Record], raw: object, line: int = 1) -> _Record | None:
        """The record, or None if a required value is missing. Raises SuiteError, ``file:line``, for other faults."""
        try:
            return kind.model_validate(printable(raw))
        except ValidationError as error:
            lacks = {".".join(map(str, e["loc"])): e["type"] == "missing" or e["input"] is None for e in error.errors()}
            wrong = [fault for key, fault in faults(error) if not lacks[key]]
            if wrong:
                raise SuiteError(f"{self.path}:{line}: this is no {self.name} file: {wrong[0]}.") from error
            self.leave_out(f"{next(iter(lacks))} is missing", line)
            return None

    def leave_out(self, reason: str, line: int = 1) -> None:
        """Counts a record that is left out."""
        self._left_out.append((line, reason))

    def jsonl(self) -> Iterator[tuple[int, Any]]:
        """The lines of a JSONL file with their numbers. Raises SuiteError, ``file:line``, for a broken one."""
        return ((number, self._loaded(text, number)) for number, text in numbered_lines(self.path))

    def json(self) -> Any:
        """The content of a JSON file. Raises SuiteError if it has none."""
        return self._loaded(read_text(self.path))

    def json_list(self) -> Iterator[tuple[int, Any]]:
        """The members of a JSON list with the lines where they start. Raises SuiteError if there is no list."""
        text, members = read_text(self.path), self.json()
        if not isinstance(members, list):
            raise SuiteError(f"{self.path}:1: this is no {self.name} file, which is one JSON list.")
        decoder = json.JSONDecoder()
        place = text.index("[") + 1
        for member in members:
            while text[place] in " \t\r\n,":
                place += 1
            yield text.count("\n", 0, place) + 1, member
            place = decoder.raw_decode(text, place)[1]

    def _loaded(self, text: str, line: int = 1) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise SuiteError(f"{self.path}:{line + error.lineno - 1}: broken JSON, {error.msg}.") from error


_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)], " ")


def printable(value: Any) -> Any:
    """JSON with a space for each control character, which keeps offsets, and null for each NaN."""
    if isinstance(value, str):
        return value.translate(_CONTROLS)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {key: printable(each) for key, each in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


# --- metrics that reports on public sets show

RANKING = tuple(
    f"{level}_{measure}"
    for level in ("passage", "sentence")
    for measure in ("hit@1", "hit@4", "hit@10", "mrr@10", "ndcg@10", "recall@10")
)
ABSTAINING = (
    "auroc", "aurc", "refusal_precision", "refusal_recall", "refusal_f1", "false_answers", "false_refusals",
)  # fmt: skip
CITING = (
    "citation_validity", "citation_precision", "citation_recall", "citation_f1", "uncited_claims",
    "misattributed_claims",
)  # fmt: skip
CONFLICTING = ("conflict_precision", "conflict_recall", "conflict_f1", "both_sides_cited", "sides_attributed")
COSTS = ("words", "seconds_p50", "seconds_p95", "failures")
