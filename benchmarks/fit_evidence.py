"""Fits the weights of ``assistant/evidence`` on question sets and prints ``weights.py``.

Each SET is NAME:PATH as ``assistant eval --dataset`` takes it, or ``suite:FOLDER`` for the dev part of an own suite.
Numbers printed are two-fold cross-validated. Point it only at questions that the reader was not trained on: on those
it is surer than it will ever be again.

    python -m benchmarks.fit_evidence squad2:PATH/heldout.json suite:eval suite:eval/newsroom > weights.py
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track

from assistant.backends.minilm import MiniLM
from assistant.backends.reader import MiniReader
from assistant.eval import load, open_dataset
from assistant.eval.cases import Case
from assistant.evidence.features import Features, Table, measure, signs
from assistant.evidence.rank import odds, read
from assistant.evidence.weights import WEIGHTS
from assistant.index.read import find_files, read_document
from assistant.index.store import Index
from assistant.ports import Hit
from assistant.retrieve import retrieve
from assistant.text.questions import QuestionParts, parse_question
from assistant.types import Document, Filter

OWN = 4
"""How often a question of an own suite counts: they are few, and asked in a reader's words."""

ABSENT = 0.3
"""Share of pooled questions that are also asked with their own document's title taken out."""

PASSAGES = 12


class Example(NamedTuple):
    """A question with its candidate sentences and which of them answer it."""

    parts: QuestionParts
    hits: tuple[Hit, ...]
    table: Table
    odds: Features
    gold: np.ndarray[tuple[int], np.dtype[np.bool_]]
    answerable: bool
    times: int

    def rows(self, reading: bool) -> Features:
        """The feature rows, with the reader's log-odds as the last column if ``reading``."""
        return np.column_stack([self.table.rows, self.odds]) if reading else self.table.rows

    def known(self, weights: Features, reading: bool) -> Features:
        """What answerability is judged by."""
        scores = self.rows(reading) @ weights
        best = int(np.argmax(scores))
        belief = 1 / float(np.exp(scores - scores[best]).sum())
        found = [*signs(self.parts, self.table, best, self.hits), belief]
        return np.array([*found, self.odds[best], self.odds.max()] if reading else found)


def main() -> None:
    """Fit without and with the reader; measures to stderr, the module to stdout."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sets", nargs="+", metavar="SET")
    arguments.add_argument("--limit", type=int, default=1500, help="questions of each set, chosen at random")
    options = arguments.parse_args()
    sets = {name: list(examples(name, options.limit)) for name in options.sets}
    everything = [example for found in sets.values() for example in found]
    print('"""Fitted by ``python -m benchmarks.fit_evidence``; not to be edited by hand."""\n\nimport numpy as np\n')
    for reading, prefix in ((False, ""), (True, "READ_")):
        report(sets, reading)
        weights = rank_weights(everything, reading)
        signs_, bias = answer_weights(everything, weights, reading)
        print(f"{prefix}WEIGHTS = np.array({weights.round(3).tolist()})")
        print(f"{prefix}ANSWERS = (np.array({signs_.round(3).tolist()}), {bias:.3f})")


def examples(name: str, limit: int) -> Iterable[Example]:
    """The examples of one set, from a throw-away index of its documents."""
    kind, _, path = name.partition(":")
    with tempfile.TemporaryDirectory() as scratch:
        if kind == "suite":
            suite = load(Path(path), read_folder, split="dev")
            folder, cases = suite.documents or Path(path), list(suite.cases)
        else:
            dataset = open_dataset(kind, path)
            folder, cases = dataset.write(Path(scratch, "documents")), list(dataset.cases)
        embedder, reader = MiniLM.open(), MiniReader.open()
        chance = random.Random(0)
        chance.shuffle(cases)
        with Index.open(Path(scratch, "index"), lambda: embedder) as index:
            index.sync(folder)
            for case in track(cases[:limit], name, console=Console(stderr=True)):
                for absent in (False, True) if not case.scope and chance.random() < ABSENT else (False,):
                    question = next(iter(case.tagged("full")), case.question)
                    found = retrieve(question, index, embedder, PASSAGES * (5 if absent else 1), case.where or Filter())
                    hits = tuple(h for h in found.hits if not absent or not _own(h, case, index))[:PASSAGES]
                    parts = parse_question(question)
                    table = measure(parts, found.vector, hits)
                    if not table.places:
                        continue
                    readings = read(parts, table.places, table.rows @ WEIGHTS, hits, reader)
                    gold = np.array([not absent and _answers(hits, place, case, index) for place in table.places])
                    held = case.answerable and not absent
                    yield Example(
                        parts, hits, table, odds(table.places, readings), gold, held, OWN if kind == "suite" else 1
                    )


def read_folder(folder: Path) -> Mapping[str, Document]:
    """The readable documents of a folder by source."""
    return {found.source: read_document(found) for found in find_files(folder)[0]}


def _own(hit: Hit, case: Case, index: Index) -> bool:
    titles = {d.title for e in case.evidence if (d := index.document(e.source))}
    return hit.stored.origin.title in titles


def _answers(hits: Sequence[Hit], place: tuple[int, int], case: Case, index: Index) -> bool:
    chunk = hits[place[0]].stored.chunk
    start, end = (chunk.start + offset for offset in hits[place[0]].stored.sentences[place[1]])
    for evidence in case.evidence:
        document = index.document(evidence.source)
        if evidence.source != chunk.source or document is None:
            continue
        quoted = document.text.find(evidence.quote)
        if quoted >= 0 and start < quoted + len(evidence.quote) and end > quoted:
            return True
    return False


def rank_weights(found: Sequence[Example], reading: bool, steps: int = 250, decay: float = 2e-3) -> Features:
    """Weights that make the answering sentences likely: softmax over each question's sentences, Adam."""
    data = [(e.rows(reading), e.gold, e.times) for e in found if e.gold.any()]
    weights = np.zeros(data[0][0].shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    total = sum(times for *_, times in data)
    for step in range(1, steps + 1):
        slope = -decay * weights
        for rows, gold, times in data:
            shares = np.exp(rows @ weights - (rows @ weights).max())
            shares /= shares.sum()
            right = shares * gold
            slope += times / total * (rows.T @ (right / max(right.sum(), 1e-12) - shares))
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        weights += 0.08 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def answer_weights(
    found: Sequence[Example], weights: Features, reading: bool, steps: int = 4000, decay: float = 2e-3
) -> tuple[Features, float]:
    """Logistic regression of "the best sentence answers" on what is known of it: (weights, bias)."""
    signs_ = np.array([e.known(weights, reading) for e in found])
    held = np.array([e.answerable for e in found], dtype=float)
    times = np.array([e.times for e in found], dtype=float)
    mean, spread = signs_.mean(axis=0), signs_.std(axis=0) + 1e-9
    scaled, slopes, bias = (signs_ - mean) / spread, np.zeros(signs_.shape[1]), 0.0
    for _ in range(steps):
        error = times * (held - 1 / (1 + np.exp(-(scaled @ slopes + bias))))
        slopes += 0.5 * (scaled.T @ error / times.sum() - decay * slopes)
        bias += 0.5 * float(error.sum() / times.sum())
    return slopes / spread, bias - float((slopes / spread * mean).sum())


def report(sets: Mapping[str, Sequence[Example]], reading: bool) -> None:
    """Sentence @1 and @3, and AUROC of answerability, for each set: fitted on one half, measured on the other."""
    print("with the reader" if reading else "without the reader", file=sys.stderr)
    hits: dict[str, list[tuple[bool, bool]]] = {name: [] for name in sets}
    chances: dict[str, list[tuple[bool, float]]] = {name: [] for name in sets}
    for fold in (0, 1):
        learnt = [e for found in sets.values() for e in found[fold::2]]
        weights = rank_weights(learnt, reading)
        slopes, bias = answer_weights(learnt, weights, reading)
        for name, found in sets.items():
            for example in found[1 - fold :: 2]:
                order = np.argsort(-(example.rows(reading) @ weights), kind="stable")
                if example.answerable:
                    hits[name].append((bool(example.gold[order[:1]].any()), bool(example.gold[order[:3]].any())))
                chances[name].append((example.answerable, float(example.known(weights, reading) @ slopes + bias)))
    for name in sets:
        at1, at3 = np.array(hits[name]).mean(axis=0)
        print(f"  {name:40} @1 {at1:.3f}  @3 {at3:.3f}  AUROC {auroc(chances[name]):.3f}", file=sys.stderr)


def auroc(chances: Sequence[tuple[bool, float]]) -> float:
    """How often an answerable question scores above an unanswerable one; nan where one of them is missing."""
    held = np.array([score for answerable, score in chances if answerable])
    not_held = np.array([score for answerable, score in chances if not answerable])
    if not len(held) or not len(not_held):
        return float("nan")
    above = held[:, None] > not_held[None]
    return float((above + 0.5 * (held[:, None] == not_held[None])).mean())


if __name__ == "__main__":
    main()
