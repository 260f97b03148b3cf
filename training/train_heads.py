"""Fits the cross-encoder's heads on a frozen encoder, which takes minutes.

The head of sentences and the head of "nothing here answers" are fitted together, since their scores share a softmax.
The examples come from ``training.examples``. Needs torch.

    uv run --group train python -m training.train_heads FOLDER suite:training/practice squad2:SETS/learn/squad2/dev.json
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import nn
from torch.nn import functional

from assistant.models.cross_encoder import JUDGES, Perceptron
from assistant.models.engine import cores
from assistant.models.passage_encoder import PassageEncoder, arrays
from assistant.ports import Quote
from training.examples import Item, drawn, shown_items, weights_and_sets

HIDDEN, DROPPED_IN, DROPPED = 64, 0.1, 0.2
BATCH, EPOCHS, RATE, DECAY = 128, 4, 1e-3, 1e-2
FLOOR = 1e-3  # least standard deviation of a feature


class Seen(NamedTuple):
    """The encoder's features of a passage and its sentences, and which sentences answer."""

    whole: torch.Tensor
    sentences: torch.Tensor
    gold: torch.Tensor


def main() -> None:
    """Fit the heads and write them beside the encoder's weights."""
    folder, sets = weights_and_sets(__doc__)
    random.seed(0)
    fit(folder, drawn(sets, shown_items))


def fit(folder: Path, learnt: Sequence[Item]) -> None:
    """Fit the heads of the cross-encoder in ``folder``, and write them there."""
    torch.manual_seed(0)
    encoder = PassageEncoder.open(folder)
    with ThreadPoolExecutor(cores()) as pool:
        looking = pool.map(lambda item: see(encoder, item), learnt)
        seen = [each for each in track(looking, "encoding", len(learnt), console=Console(stderr=True)) if each]
    sentence, nothing = fit_reading(seen)
    named = sentence.named("sentence") | nothing.named("nothing")
    np.savez(folder / JUDGES, **(arrays(folder / JUDGES) | named))


def see(encoder: PassageEncoder, item: Item) -> Seen | None:
    """The encoder's features of an item; None where the answer is beyond the tokens that it reads."""
    text, sentences = item.passage.text, item.passage.statements
    (look,) = encoder.look(item.question, [(Quote(item.passage.header, text), sentences)])
    gold = np.array([any(s.start < end and s.end > start for start, end in item.spans) for s in sentences])[look.seen]
    if not len(gold) or (item.spans and not gold.any()):
        return None
    # In half precision: all examples would take 8 GB otherwise.
    return Seen(
        torch.tensor(look.whole), torch.tensor(look.sentences[look.seen], dtype=torch.float16), torch.tensor(gold)
    )


def fit_reading(examples: Sequence[Seen]) -> tuple[Perceptron, Perceptron]:
    """The heads of sentences and of "nothing here answers"."""
    some = random.sample(examples, min(len(examples), 5_000))
    sentence = Fitted(torch.cat([e.sentences for e in some]).float())
    nothing = Fitted(torch.stack([e.whole for e in some]))

    def loss(batch: Sequence[Seen]) -> torch.Tensor:
        """Cross entropy of the sentences that answer, or of "nothing here answers" where there is none."""
        sizes = [len(e.gold) for e in batch]
        scores = sentence(torch.cat([e.sentences for e in batch]).float())[:, 0].split(sizes)
        none = nothing(torch.stack([e.whole for e in batch]))
        width = max(sizes)
        every = torch.stack([functional.pad(s, (0, width - len(s)), value=-torch.inf) for s in scores])
        gold = torch.stack([functional.pad(e.gold, (0, width - len(e.gold))) for e in batch])
        shares = functional.log_softmax(torch.cat([none, every], 1), 1)
        meant = torch.cat([~gold.any(1, keepdim=True), gold], 1)
        return -shares.masked_fill(~meant, -torch.inf).logsumexp(1).mean()

    _train((sentence, nothing), examples, loss)
    return sentence.perceptron(), nothing.perceptron()


class Fitted(nn.Module):  # type: ignore[misc]
    """A perceptron in training on standardised features; ``perceptron`` folds the standardisation into its weights."""

    def __init__(self, features: torch.Tensor) -> None:
        super().__init__()
        self._mean, self._spread = features.mean(0), features.std(0) + FLOOR
        self._inner, self._outer = nn.Linear(features.shape[1], HIDDEN), nn.Linear(HIDDEN, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Scores of features."""
        scaled = functional.dropout((features - self._mean) / self._spread, DROPPED_IN, self.training)
        hidden = functional.dropout(functional.relu(self._inner(scaled)), DROPPED, self.training)
        return self._outer(hidden)

    def perceptron(self) -> Perceptron:
        """The trained perceptron as arrays, for features as they are."""
        with torch.no_grad():
            inner = self._inner.weight / self._spread
            parts = (inner, self._inner.bias - inner @ self._mean, self._outer.weight, self._outer.bias)
            return Perceptron(*(part.float().numpy().copy() for part in parts))


def _train(heads: Sequence[Fitted], examples: Sequence[Seen], loss: Callable[[Sequence[Seen]], torch.Tensor]) -> None:
    """AdamW with a cosine schedule."""
    optimizer = torch.optim.AdamW([p for head in heads for p in head.parameters()], lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * (-(-len(examples) // BATCH)))
    for _ in range(EPOCHS):
        order = random.sample(range(len(examples)), len(examples))
        for start in range(0, len(order), BATCH):
            value = loss([examples[i] for i in order[start : start + BATCH]])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
    for head in heads:
        head.eval()


if __name__ == "__main__":
    main()
