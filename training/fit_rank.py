"""Fits the weights of ``assistant/evidence`` on question sets and prints ``weights.py``.

Each SET is NAME:PATH as ``assistant eval --dataset`` takes it, or ``suite:FOLDER`` for the dev part of an own suite.
Numbers printed are two-fold cross-validated. Point it only at questions that the reader was not trained on: on those
it is surer than it will ever be again.

    python -m training.fit_rank squad2:PATH/heldout.json suite:eval suite:eval/newsroom > weights.py
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

from assistant.eval import load, open_dataset, write_documents
from assistant.eval.cases import Case
from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from assistant.ingest.sync import sync
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.ports import Hit
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.features import Features, Table, measure
from assistant.retrieval.linear import Fitted, Logistic
from assistant.retrieval.rank import answerability_row, read, reader_logits, sentence_rows
from assistant.retrieval.rank_weights import BASE_MODEL
from assistant.retrieval.retrieve import retrieve
from assistant.stores.embedded import Index
from assistant.types import Document, Filter

HEAD = '''"""Fitted by ``python -m training.fit_rank``; not to be edited by hand."""

import numpy as np

from assistant.retrieval.linear import Fitted, Logistic
'''

LIKELIEST = 20
"""So many sentences of each question are fitted on."""

OWN = 8
"""How often a question of an own suite counts: they are few, and asked in a reader's words."""

ABSENT = 0.3
"""Share of pooled questions that are also asked with their own document's title taken out."""

PASSAGES = 12
DECAY = 2e-3


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

    def seen(self, reading: bool) -> Features | None:
        """The reader's log-odds of each sentence, if ``reading``."""
        return self.odds if reading else None

    def answerability_row(self, ranking: Features, reading: bool) -> Features:
        """What answerability is judged by."""
        return answerability_row(self.parts, self.table, self.rows(reading) @ ranking, self.hits, self.seen(reading))

    def sentence_rows(
        self, ranking: Features, reading: bool
    ) -> tuple[Features, np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """What the chances of its likeliest sentences are judged by, shape (at most LIKELIEST, columns); their numbers.

        The others tell nothing more of chances.
        """
        scores = self.rows(reading) @ ranking
        likeliest = np.argsort(-scores, kind="stable")[:LIKELIEST]
        return sentence_rows(scores, self.seen(reading))[likeliest], likeliest


def main() -> None:
    """Fit without and with the reader; measures to stderr, the module to stdout."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sets", nargs="+", metavar="SET")
    arguments.add_argument("--limit", type=int, default=1500, help="questions of each set, chosen at random")
    options = arguments.parse_args()
    sets = {name: list(examples(name, options.limit)) for name in options.sets}
    everything = [example for found in sets.values() for example in found]
    print(HEAD)
    for reading, name in ((False, "BASE_MODEL"), (True, "READER_MODEL")):
        report(sets, reading)
        ranking, *models = fit(everything, reading)
        said = [f"    Logistic(np.array({m.weights.round(3).tolist()}), {m.bias:.3f})," for m in models]
        print(f"{name} = Fitted(", f"    np.array({ranking.round(3).tolist()}),", *said, ")", sep="\n")


def examples(name: str, limit: int) -> Iterable[Example]:
    """The examples of one set, from a throw-away index of its documents."""
    kind, _, path = name.partition(":")
    with tempfile.TemporaryDirectory() as scratch:
        if kind == "suite":
            suite = load(Path(path), read_folder, split="dev")
            folder, cases = suite.documents or Path(path), list(suite.cases)
        else:
            dataset = open_dataset(kind, path, read_folder)
            folder, cases = write_documents(dataset.corpus, Path(scratch, "documents")), list(dataset.cases)
        embedder, reader = MiniLM.open(), MiniCrossEncoder.open()
        chance = random.Random(0)
        chance.shuffle(cases)
        with Index.open(Path(scratch, "index"), lambda: embedder) as index:
            sync(index, folder)
            for case in track(cases[:limit], name, console=Console(stderr=True)):
                for absent in (False, True) if not case.scope and chance.random() < ABSENT else (False,):
                    question = in_full(case)
                    found = retrieve(question, index, embedder, PASSAGES * (5 if absent else 1), case.where or Filter())
                    hits = tuple(h for h in found.hits if not absent or not _own(h, case, index))[:PASSAGES]
                    parts = parse_question(question)
                    table = measure(parts, found.vector, hits)
                    if not table.places:
                        continue
                    readings = read(parts, table.places, table.rows @ BASE_MODEL.ranking, hits, reader)
                    gold = np.array([not absent and _answers(hits, place, case, index) for place in table.places])
                    held = case.answerable and not absent
                    yield Example(
                        parts,
                        hits,
                        table,
                        reader_logits(table.places, readings),
                        gold,
                        held,
                        OWN if kind == "suite" else 1,
                    )


def in_full(case: Case) -> str:
    """The question as it stands for itself: of a follow-up, the same question asked in full."""
    return next(iter(case.tagged("full")), case.question)


def read_folder(folder: Path) -> Mapping[str, Document]:
    """The readable documents of a folder by source."""
    return {found.source: read_document(found) for found in find_files(folder)[0]}


def _own(hit: Hit, case: Case, index: Index) -> bool:
    titles = {d.title for e in case.evidence if (d := index.document(e.source))}
    return hit.stored.metadata.title in titles


def _answers(hits: Sequence[Hit], place: tuple[int, int], case: Case, index: Index) -> bool:
    chunk = hits[place[0]].stored.chunk
    statement = hits[place[0]].stored.statements[place[1]]
    start, end = chunk.start + statement.start, chunk.start + statement.end
    for evidence in case.evidence:
        document = index.document(evidence.source)
        if evidence.source != chunk.source or document is None:
            continue
        quoted = document.text.find(evidence.quote)
        if quoted >= 0 and start < quoted + len(evidence.quote) and end > quoted:
            return True
    return False


def rank_weights(found: Sequence[Example], reading: bool, steps: int = 250) -> Features:
    """Weights that make the answering sentences likely: softmax over each question's sentences, Adam."""
    data = [(e.rows(reading), e.gold, e.times) for e in found if e.gold.any()]
    weights = np.zeros(data[0][0].shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    total = sum(times for *_, times in data)
    for step in range(1, steps + 1):
        slope = -DECAY * weights
        for rows, gold, times in data:
            shares = np.exp(rows @ weights - (rows @ weights).max())
            shares /= shares.sum()
            right = shares * gold
            slope += times / total * (rows.T @ (right / max(right.sum(), 1e-12) - shares))
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        weights += 0.08 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def fit(found: Sequence[Example], reading: bool) -> Fitted:
    """The three models, each on the ones before it."""
    ranking = rank_weights(found, reading)
    times = np.array([e.times for e in found], dtype=float)
    answers = logistic(
        np.array([e.answerability_row(ranking, reading) for e in found]), np.array([e.answerable for e in found]), times
    )
    # Public sets mark one sentence of several that answer, so that chances are learnt from own suites where possible.
    marked = [e for e in found if e.gold.any()]
    marked = [e for e in marked if e.times > 1] or marked
    told_ = [(rows, e.gold[likeliest]) for e in marked for rows, likeliest in [e.sentence_rows(ranking, reading)]]
    rows, gold = (np.concatenate(column) for column in zip(*told_, strict=True))
    return Fitted(ranking, answers, logistic(rows, gold, np.ones(len(rows))))


def logistic(
    rows: Features, truths: np.ndarray[tuple[int], np.dtype[np.bool_]], times: Features, steps: int = 4000
) -> Logistic:
    """Logistic regression by gradient descent on scaled columns, rows counted ``times``."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled, slopes, bias = (rows - mean) / spread, np.zeros(rows.shape[1]), 0.0
    for _ in range(steps):
        error = times * (truths - 1 / (1 + np.exp(-(scaled @ slopes + bias))))
        slopes += 0.5 * (scaled.T @ error / times.sum() - DECAY * slopes)
        bias += 0.5 * float(error.sum() / times.sum())
    return Logistic(slopes / spread, bias - float((slopes / spread * mean).sum()))


def report(sets: Mapping[str, Sequence[Example]], reading: bool) -> None:
    """Sentence @1 and @3, AUROC of answerability, and precision and recall of the sentences whose chance is even, for
    each set: fitted on one half, measured on the other.
    """
    print("with the reader" if reading else "without the reader", file=sys.stderr)
    hits: dict[str, list[tuple[bool, bool]]] = {name: [] for name in sets}
    chances: dict[str, list[tuple[bool, float]]] = {name: [] for name in sets}
    even: dict[str, list[tuple[int, int, int]]] = {name: [] for name in sets}
    for fold in (0, 1):
        learnt = [e for found in sets.values() for e in found[fold::2]]
        fitted = fit(learnt, reading)
        for name, found in sets.items():
            for example in found[1 - fold :: 2]:
                rows, order = example.sentence_rows(fitted.ranking, reading)
                taken = fitted.chances.logit(rows) > 0
                even[name].append((int(example.gold[order][taken].sum()), int(taken.sum()), int(example.gold.sum())))
                if example.answerable:
                    hits[name].append((bool(example.gold[order[:1]].any()), bool(example.gold[order[:3]].any())))
                chances[name].append(
                    (
                        example.answerable,
                        float(fitted.answers.logit(example.answerability_row(fitted.ranking, reading))),
                    )
                )
    for name in sets:
        at1, at3 = np.array(hits[name]).mean(axis=0)
        right, taken_, gold = np.array(even[name]).sum(axis=0)
        print(
            f"  {name:40} @1 {at1:.3f}  @3 {at3:.3f}  AUROC {auroc(chances[name]):.3f}"
            f"  precision {right / max(1, taken_):.3f}  recall {right / gold:.3f}",
            file=sys.stderr,
        )


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
