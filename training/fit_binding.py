"""Fits the head that tells whether a passage has what a question names, on the finished encoder.

It learns from passages that answer, from near ones that do not, and from questions in which a name, number, role, verb
or other word was swapped (``training.swaps``). The encoder's states of passages that it has learnt from are too sure of
themselves: give sets that it has not learnt from, and few others. Reading them takes minutes.

    uv run --group train python -m training.fit_binding FOLDER qed:SETS/held/qed/dev.jsonl \\
        ramdocs:SETS/held/ramdocs/dev.jsonl qacc:SETS/held/qacc/dev.json=0.4 squad2:SETS/learn/squad2/dev.json=0.1
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from assistant.models.cross_encoder import JUDGES
from assistant.models.engine import cores
from assistant.models.passage_encoder import PassageEncoder, arrays
from assistant.ports import Quote
from training.examples import Item, drawn, shown_items, weights_and_sets
from training.fitting import auroc, logistic
from training.swaps import Swap, Swaps

MOST = 2
"""Swaps of a question with one passage at most."""

DECAY = 0.5
"""The features outnumber what the examples can tell apart."""


def main() -> None:
    """Fit the head and write it beside the encoder's weights."""
    folder, sets = weights_and_sets(__doc__)
    random.seed(0)
    fit(folder, examples(drawn(sets, shown_items)))


def examples(shown: Sequence[Item]) -> list[Swap]:
    """The items as they are, and swaps of those that answer."""
    swaps = Swaps(item.question for item in shown)
    found = [Swap(item, 1.0) for item in shown]
    for item in shown:
        made = swaps.of(item) if item.spans else []
        found += random.sample(made, min(MOST, len(made)))
    return random.sample(found, len(found))


def fit(folder: Path, learnt: Sequence[Swap]) -> None:
    """Fit the head of the cross-encoder in ``folder``, and write it there."""
    encoder = PassageEncoder.open(folder)

    def see(each: Swap) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        passage = each.item.passage
        (look,) = encoder.look(each.item.question, [(Quote(passage.header, passage.text), passage.statements)])
        return look.asked

    with ThreadPoolExecutor(cores()) as pool:
        rows = np.array(list(track(pool.map(see, learnt), "encoding", len(learnt), console=Console(stderr=True))))
    truths = np.array([bool(each.item.spans) for each in learnt])
    weights = np.array([each.weight for each in learnt])
    times = np.where(truths, weights / weights[truths].sum(), weights / weights[~truths].sum())
    half = len(rows) // 2
    part = logistic(rows[:half], truths[:half], times[:half], DECAY)
    print(f"{len(rows)} examples, AUROC {auroc(list(zip(truths[half:], part.logit(rows[half:]), strict=True))):.3f}")
    found = logistic(rows, truths, times, DECAY)
    named = {"asked_weight": found.weights[None].astype(np.float32), "asked_bias": np.array([found.bias], np.float32)}
    np.savez(folder / JUDGES, **(arrays(folder / JUDGES) | named))


if __name__ == "__main__":
    main()
