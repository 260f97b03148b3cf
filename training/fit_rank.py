"""Fits the linear models that rank statements and prints them as ``assistant/retrieval/rank_weights.py``.

Each SET is NAME:PATH as ``assistant eval --dataset`` takes it, ``suite:FOLDER`` for the dev questions of a suite, or
``cases:FOLDER`` for folders of a few documents with their questions, which teach only whether a question is answered.
The printed measures are two-fold cross-validated. Use only questions that the cross-encoder was not trained on: on
those it is surer than on any others.

    uv run --group train python -m training.fit_rank squad2:PATH/heldout.json suite:eval suite:eval/newsroom \\
        suite:eval/everyday cases:PATH/cases
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

from assistant.eval import Case, write_documents
from assistant.ingest.sync import sync
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.ports import Hit, PassageScores
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.features import ANSWERABILITY_FEATURES, Features, Table, measure
from assistant.retrieval.linear import Fitted
from assistant.retrieval.rank import answerability_row, cross_encoder_logits, read, sentence_rows
from assistant.retrieval.rank_weights import BASE_MODEL
from assistant.retrieval.retrieve import retrieve
from assistant.stores.embedded import Index
from assistant.types import Filter
from training.fitting import auroc, logistic, signed_logistic, softmax_ranking
from training.gold import in_full, is_evidence, open_set

HEAD = '''"""Fitted as ``training/README.md`` describes, and printed by ``python -m training.fit_rank``."""

import numpy as np

from assistant.retrieval.linear import Fitted, Logistic
'''

LIKELIEST = 20
"""Sentences of each question that the models are fitted on."""

OWN = 8
"""How often a question of a suite counts: there are few, and they are asked in a reader's words."""

ABSENT = 0.3
"""Share of pooled questions that are also asked without the documents of the gold document's title."""

PASSAGES = 12

CAUTION = 0.65
"""What is taken off the log-odds that a question is answered: a false answer is worse than a refusal."""

SIGNS = {"names_missing": -1.0}
"""The features that speak against an answer; all others speak for it."""


class Example(NamedTuple):
    """A question with its candidate sentences and which of them answer it."""

    parts: QuestionParts
    hits: tuple[Hit, ...]
    table: Table
    logits: Features
    readings: Mapping[int, PassageScores]
    gold: np.ndarray[tuple[int], np.dtype[np.bool_]]
    answerable: bool
    times: int

    def rows(self, reading: bool) -> Features:
        """The feature rows, with the cross-encoder's log-odds as the last column if ``reading``."""
        return np.column_stack([self.table.rows, self.logits]) if reading else self.table.rows

    def seen(self, reading: bool) -> Features | None:
        """The cross-encoder's log-odds of each sentence, if ``reading``."""
        return self.logits if reading else None

    def answerability_row(self, ranking: Features, reading: bool) -> Features:
        """The features of answerability."""
        scores = self.rows(reading) @ ranking
        return answerability_row(self.parts, self.table, scores, self.hits, self.seen(reading), self.readings)

    def sentence_rows(
        self, ranking: Features, reading: bool
    ) -> tuple[Features, np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """The features of the likeliest sentences, shape (at most LIKELIEST, columns), and the sentences' numbers."""
        scores = self.rows(reading) @ ranking
        likeliest = np.argsort(-scores, kind="stable")[:LIKELIEST]
        return sentence_rows(scores, self.seen(reading))[likeliest], likeliest


def main() -> None:
    """Fit without and with the cross-encoder; prints measures to stderr and the module to stdout."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sets", nargs="+", metavar="SET")
    arguments.add_argument("--limit", type=int, default=1500, help="questions of each set, chosen at random")
    options = arguments.parse_args()
    sets = {name: list(examples(name, options.limit)) for name in options.sets}
    everything = [example for found in sets.values() for example in found]
    print(HEAD)
    for reading, name in ((False, "BASE_MODEL"), (True, "CROSS_ENCODER_MODEL")):
        report(sets, reading)
        ranking, *models = fit(everything, reading)
        said = [f"    Logistic(np.array({m.weights.round(3).tolist()}), {m.bias:.3f})," for m in models]
        print(f"{name} = Fitted(", f"    np.array({ranking.round(3).tolist()}),", *said, ")", sep="\n")


def examples(name: str, limit: int) -> Iterable[Example]:
    """The examples of one set, from a temporary index of its documents."""
    suite = open_set(name)
    times = OWN if name.startswith("suite:") else 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = suite.documents or write_documents(suite.corpus, Path(scratch, "documents"))
        cases = list(suite.cases)
        embedder, reader = MiniLM.open(), MiniCrossEncoder.open()
        chance = random.Random(0)
        chance.shuffle(cases)
        with Index(Path(scratch, "index"), lambda: embedder) as index:
            sync(index, folder)
            for case in track(cases[:limit], name, console=Console(stderr=True)):
                for absent in (False, True) if not case.scope and chance.random() < ABSENT else (False,):
                    if made := _example(case, absent, times, index, embedder, reader):
                        yield made


def _example(
    case: Case, absent: bool, times: int, index: Index, embedder: MiniLM, reader: MiniCrossEncoder
) -> Example | None:
    """A question with what is found for it, if ``absent`` without the documents of the gold document's title."""
    question = in_full(case)
    found = retrieve(question, index, embedder, PASSAGES * (5 if absent else 1), case.where or Filter())
    hits = tuple(h for h in found.hits if not absent or not _own(h, case, index))[:PASSAGES]
    parts = parse_question(question)
    table = measure(parts, found.vector, hits)
    if not table.places:
        return None
    readings = read(parts, table.places, table.rows @ BASE_MODEL.ranking, hits, reader)
    gold = np.array([not absent and _answers(hits, place, case, index) for place in table.places])
    logits = cross_encoder_logits(table.places, readings)
    return Example(parts, hits, table, logits, readings, gold, case.answerable and not absent, times)


def _own(hit: Hit, case: Case, index: Index) -> bool:
    titles = {d.title for e in case.evidence if (d := index.document(e.source))}
    return hit.stored.metadata.title in titles


def _answers(hits: Sequence[Hit], place: tuple[int, int], case: Case, index: Index) -> bool:
    chunk = hits[place[0]].stored.chunk
    statement = hits[place[0]].stored.statements[place[1]]
    start, end = chunk.start + statement.start, chunk.start + statement.end
    document = index.document(chunk.source)
    return document is not None and is_evidence(case, chunk.source, document.text, start, end)


def fit(found: Sequence[Example], reading: bool) -> Fitted:
    """The three models: the ranking, then answerability and probabilities on what it ranks."""
    ranking = softmax_ranking([(e.rows(reading), e.gold, e.times) for e in found if e.gold.any()])
    times = np.array([e.times for e in found], dtype=float)
    rows = np.array([e.answerability_row(ranking, reading) for e in found])
    signs = [SIGNS.get(name, 1.0) for name in ANSWERABILITY_FEATURES]
    signs += [1.0] * (rows.shape[1] - len(signs))
    answers = signed_logistic(rows, np.array([e.answerable for e in found]), times, np.array(signs))
    answers = answers._replace(bias=answers.bias - CAUTION)
    # Public sets mark one sentence of several that answer, so probabilities are learnt from suites where possible.
    marked = [e for e in found if e.gold.any()]
    marked = [e for e in marked if e.times > 1] or marked
    told_ = [(rows, e.gold[likeliest]) for e in marked for rows, likeliest in [e.sentence_rows(ranking, reading)]]
    rows, gold = (np.concatenate(column) for column in zip(*told_, strict=True))
    return Fitted(ranking, answers, logistic(rows, gold))


def report(sets: Mapping[str, Sequence[Example]], reading: bool) -> None:
    """Measures of each set, fitted on one half and measured on the other.

    Sentence @1 and @3, AUROC of answerability, and precision and recall of the sentences of probability .5 and more.
    """
    print("with the cross-encoder" if reading else "without the cross-encoder", file=sys.stderr)
    hits: dict[str, list[tuple[bool, bool]]] = {name: [] for name in sets}
    chances: dict[str, list[tuple[bool, float]]] = {name: [] for name in sets}
    even: dict[str, list[tuple[int, int, int]]] = {name: [] for name in sets}
    for fold in (0, 1):
        learnt = [e for found in sets.values() for e in found[fold::2]]
        fitted = fit(learnt, reading)
        for name, found in sets.items():
            for example in found[1 - fold :: 2]:
                rows, order = example.sentence_rows(fitted.ranking, reading)
                taken = fitted.probabilities.logit(rows) > 0
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
            f"  precision {right / max(1, taken_):.3f}  recall {right / max(1, gold):.3f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
