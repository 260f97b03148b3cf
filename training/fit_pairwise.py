"""Fits the model of sentences compared with the best one, printed as ``assistant/retrieval/pairwise_weights.py``.

The dev questions of each SUITE are asked in full. A rival of the best sentence answers if it is evidence for a fact.
The printed measures are two-fold cross-validated. The cross-encoder must not have learnt from the suites.

    uv run --group train python -m training.fit_pairwise eval eval/newsroom
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from assistant.eval import Case, load
from assistant.ingest.read import read_folder
from assistant.ingest.sync import sync
from assistant.models.cross_encoder import MiniCrossEncoder
from assistant.models.minilm import MiniLM
from assistant.query.parse import parse_question
from assistant.retrieval.linear import Logistic
from assistant.retrieval.pairwise import pairwise_row, quote, rivals
from assistant.retrieval.rank import rank
from assistant.retrieval.retrieve import retrieve
from assistant.stores.embedded import Index
from assistant.types import Filter, Sentence
from training.fitting import auroc, logistic
from training.gold import in_full, is_evidence

HEAD = '''"""Fitted by ``python -m training.fit_pairwise``; not to be edited by hand."""

import numpy as np

from assistant.retrieval.linear import Logistic
'''

PASSAGES = 10


class Rival(NamedTuple):
    """A rival's question, its features as ``pairwise_row`` measures them, and whether it answers."""

    question: str
    row: NDArray[np.float64]
    answers: bool


def main() -> None:
    """Print measures to stderr and the module to stdout."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("suites", nargs="+", type=Path)
    found = [rival for suite in arguments.parse_args().suites for rival in examples(suite)]
    print(HEAD)
    report(found)
    model = fit(found)
    print(f"ANSWERS = Logistic(np.array({model.weights.round(3).tolist()}), {model.bias:.3f})")


def examples(path: Path) -> Iterator[Rival]:
    """The rivals of all questions of a suite."""
    suite = load(path, read_folder, split="dev")
    embedder, cross_encoder = MiniLM.open(), MiniCrossEncoder.open()
    with tempfile.TemporaryDirectory() as scratch, Index(Path(scratch), lambda: embedder) as index:
        sync(index, suite.documents or path)
        for case in track(suite.cases, str(path), console=Console(stderr=True)):
            text = in_full(case)
            question = parse_question(text)
            found = retrieve(text, index, embedder, PASSAGES, case.where or Filter())
            ranked = rank(question, found.vector, found.hits, cross_encoder)
            if not ranked.sentences:
                continue
            best, others = ranked.sentences[0], rivals(ranked.sentences)
            compared = cross_encoder.compare(text, [(quote(ranked, best), quote(ranked, rival)) for rival in others])
            for rival, comparison in zip(others, compared, strict=True):
                text_ = suite.corpus[rival.source].text
                yield Rival(case.id, pairwise_row(best, rival, comparison), _answers(rival, case, text_))


def _answers(sentence: Sentence, case: Case, text: str) -> bool:
    """Whether a sentence of a document with this ``text`` is evidence for a fact."""
    inside = is_evidence(case, sentence.source, text, sentence.start, sentence.end)
    return inside and any(wording in sentence.text for fact in case.facts for wording in fact)


def fit(found: Sequence[Rival]) -> Logistic:
    """The probability that a rival answers."""
    return logistic(np.array([rival.row for rival in found]), np.array([rival.answers for rival in found]))


def report(found: Sequence[Rival]) -> None:
    """AUROC, and precision and recall at some thresholds: fitted on half of the questions, measured on the others."""
    questions = sorted({rival.question for rival in found})
    scored: list[tuple[bool, float]] = []
    for fold in (0, 1):
        half = frozenset(questions[fold::2])
        model = fit([rival for rival in found if rival.question in half])
        rest = [rival for rival in found if rival.question not in half]
        probabilities = 1 / (1 + np.exp(-model.logit(np.array([rival.row for rival in rest]))))
        scored += [(rival.answers, float(probability)) for rival, probability in zip(rest, probabilities, strict=True)]
    print(f"{len(scored)} rivals, AUROC {auroc(scored):.3f}", file=sys.stderr)
    for line in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5):
        told = [truth for truth, probability in scored if probability >= line]
        right, every = sum(told), sum(truth for truth, _ in scored)
        print(
            f"   from {line}: precision {right / max(1, len(told)):.3f} recall {right / max(1, every):.3f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
