"""What every adapter returns, and the reading of files they share."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from assistant.english.sentences import split_sentences
from assistant.errors import SuiteError
from assistant.eval.cases import Case, Quotation, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.normal import says
from assistant.types import Document

Read = Callable[[Path], Mapping[str, Document]]


class Dataset(NamedTuple):
    """A public set as our own exam: its documents, its questions, and how it is to be sat.

    ``files`` is the folder the documents were read from, where the set comes with files of its own.
    """

    name: str
    documents: Mapping[str, Document]
    cases: tuple[Case, ...]
    protocol: str
    metrics: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    files: Path | None = None

    def suite(
        self,
        folder: Path,
        seed: int = 0,
        time_limit: float = 60.0,
        documents: Mapping[str, Document] | None = None,
    ) -> Suite:
        """The exam; its runs are written into ``folder``.

        ``documents`` are the texts as the answerer reads the written files, where they differ from the set's
        own: offsets of citations count in them.
        """
        return Suite(
            name=self.name,
            folder=folder,
            cases=self.cases,
            corpus=Corpus(self.documents if documents is None else documents),
            metrics=self.metrics,
            seed=seed,
            time_limit=time_limit,
            warnings=self.warnings,
            protocol=self.protocol,
        )

    def write(self, folder: Path) -> Path:
        """Writes the documents as files that can be indexed, title, publisher and date in front; returns the
        folder.
        """
        for source, document in self.documents.items():
            path = folder / source
            path.parent.mkdir(parents=True, exist_ok=True)
            known = {
                "title": document.title,
                "publisher": document.publisher,
                "published": document.published,
            }
            said = [f"{key}: {json.dumps(str(value), ensure_ascii=False)}" for key, value in known.items() if value]
            path.write_text("\n".join(["---", *said, "---", "", document.text]), encoding="utf-8", newline="\n")
        return folder


class Draft(NamedTuple):
    """A text before the documents are shuffled and named."""

    text: str
    title: str = ""
    publisher: str | None = None


class Given(NamedTuple):
    """A question with the texts it came with; ``build`` makes the case once their sources are known."""

    contexts: Sequence[Draft]
    build: Callable[[Sequence[str]], Case]


def given_contexts(name: str, items: Sequence[Given], seed: int) -> tuple[dict[str, Document], tuple[Case, ...]]:
    """Documents and cases of a set where each question comes with its own texts.

    The texts of a question are shuffled before they are named, so that neither order nor name tells which is
    gold.
    """
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    documents: dict[str, Document] = {}
    cases = []
    for number, (contexts, build) in enumerate(items, 1):
        order = chance.sample(range(len(contexts)), len(contexts))
        sources = [f"{name}/{number:05d}/{order[place] + 1:02d}.md" for place in range(len(contexts))]
        for source, draft in sorted(zip(sources, contexts, strict=True)):
            documents[source] = Document(
                source=source,
                title=draft.title or f"Text {Path(source).stem}",
                publisher=draft.publisher,
                text=draft.text,
            )
        case = build(sources)
        cases.append(case.model_copy(update={"scope": tuple(sorted(sources))}))
    return documents, tuple(cases)


def quotation(source: str, text: str, wordings: Sequence[str]) -> Quotation:
    """The first sentence of a text that holds one of the wordings, or else the whole text."""
    for start, end in split_sentences(text):
        if any(says(text[start:end], wording) for wording in wordings):
            return Quotation(source=source, quote=text[start:end])
    return Quotation(source=source, quote=text)


_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)], " ")


def printable(value: Any) -> Any:
    """JSON with a blank for each control character: web texts have some, and no text file may. Offsets stay."""
    if isinstance(value, str):
        return value.translate(_CONTROLS)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {key: printable(each) for key, each in value.items()}
    return value


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises SuiteError where there is none."""
    try:
        return printable(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise SuiteError(f"{path}:{error.lineno}: broken JSON, {error.msg}.") from error
    except OSError as error:
        raise SuiteError(f"{path}:1: cannot be opened, {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}:1: is not UTF-8 text.") from error


def read_jsonl(path: Path) -> list[tuple[int, Any]]:
    """The lines of a JSONL file with their numbers. Raises SuiteError, ``file:line``, for a broken one."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise SuiteError(f"{path}:1: cannot be opened, {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}:1: is not UTF-8 text.") from error
    records = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                records.append((number, printable(json.loads(line))))
            except json.JSONDecodeError as error:
                raise SuiteError(f"{path}:{number}: broken JSON, {error.msg}.") from error
    return records


@contextmanager
def expecting(name: str, layout: str, path: Path, line: int = 1) -> Iterator[None]:
    """Translates what a file of another shape makes go wrong into a SuiteError, ``file:line: ...``."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise SuiteError(
            f"{path}:{line}: this is no {name} file ({type(error).__name__}: {str(error)[:80]}). It needs {layout}."
        ) from error


def read_texts(folder: Path) -> dict[str, Document]:
    """UTF-8 text files as they are; what ``read`` does where the caller hands in no better reader."""
    documents = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise SuiteError(
                f"{path}:1: is not UTF-8 text. Convert it, or hand in a reader that knows its format."
            ) from error
        source = path.relative_to(folder).as_posix()
        documents[source] = Document(source=source, title=path.stem, text=text)
    return documents


RANKING = tuple(
    f"{level}_{measure}"
    for level in ("passage", "sentence")
    for measure in ("hit@1", "hit@4", "hit@10", "mrr@10", "ndcg@10", "recall@10")
)
"""The ranking metrics a report on a public set shows."""
ABSTAINING = (
    "auroc",
    "aurc",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "false_answers",
    "false_refusals",
)
CITING = (
    "citation_validity",
    "citation_precision",
    "citation_recall",
    "citation_f1",
    "uncited_claims",
    "misattributed_claims",
)
COSTS = ("words", "seconds_p50", "seconds_p95", "failures")
