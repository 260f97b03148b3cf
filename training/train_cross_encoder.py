"""Fine-tunes MiniLM into the cross-encoder, which says which sentence of a passage answers a question, if any does.

The input is "question [SEP] header, passage". Every sentence (the mean of its tokens) and "nothing here answers" (the
first token) are scored against one another, and every token as start and end of a short answer. With the input
"question [SEP] one sentence [SEP] another" the same encoder says whether two sentences answer alike or differently. The
examples come from ``training.examples``. The linear heads are kept for further training; the perceptrons that are used
in their place are fitted to the finished encoder by ``train_heads``.

Needs torch and transformers, and about an hour on two cores. The share of a set (``=0.4``) is how much of it is drawn.
``--start`` continues from the weights of a cross-encoder instead of MiniLM's, and ``--keep`` mixes a share of them into
the result; ``--held`` names sets to measure on at the end.

    python -m training.halve PATH SETS
    uv run --group train python -m training.train_cross_encoder OUT suite:training/practice \
        squad2:SETS/learn/squad2/dev.json=0.4
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

from assistant.models.minilm import convert, published
from assistant.models.passage_encoder import pair_tokens
from assistant.types import Span
from training import train_heads
from training.examples import (
    DIFFER,
    NEITHER,
    Item,
    Pair,
    Passage,
    drawn,
    elsewhere,
    renamed,
    shown_items,
    shown_pairs,
)
from training.fitting import auroc
from training.weights_file import restored

QUESTION_TOKENS, HEADER_TOKENS, PASSAGE_TOKENS = 48, 32, 120
BATCH, WARM_UP = 16, 0.08

T = TypeVar("T")


class Encoded(NamedTuple):
    """An item as model input. ``sentence`` holds the number of each token's sentence, -1 for none."""

    ids: list[int]
    types: list[int]
    sentence: list[int]
    sentences: int
    gold: list[int]
    start: int
    end: int


class EncodedPair(NamedTuple):
    """A pair as model input, and its verdict."""

    ids: list[int]
    types: list[int]
    verdict: int


E = TypeVar("E", Encoded, EncodedPair)


def main() -> None:
    """Train, and write the weights in CTranslate2's int8 form and the heads."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("sets", nargs="+", metavar="NAME:PATH")
    arguments.add_argument("--held", nargs="*", default=[], metavar="NAME:PATH")
    arguments.add_argument("--start", type=Path, metavar="FOLDER", help="weights of a cross-encoder to continue from")
    arguments.add_argument("--keep", type=float, default=0.0, metavar="SHARE", help="of --start in the result")
    arguments.add_argument("--epochs", type=float, default=2.2)
    arguments.add_argument("--rate", type=float, default=1.2e-4, help="the highest learning rate")
    options = arguments.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    weights, tokenizer_file = published()
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    learnt = drawn(options.sets, shown_items)
    learnt += [*elsewhere(learnt), *renamed(learnt)]
    compared = drawn(options.sets, shown_pairs)
    print(
        f"{len(learnt)} examples, {sum(bool(item.spans) for item in learnt)} that answer; {len(compared)} pairs",
        flush=True,
    )
    model = Model(weights.parent)
    before = restored(options.start) if options.start else {}
    model.load_state_dict(before, strict=False)
    train(model, tokenizer, learnt, compared, options.epochs, options.rate)
    keep(model, before, options.keep)
    save(model, tokenizer_file, options.out)
    train_heads.fit(options.out, learnt)
    for name in options.held:
        print(name, measure(model, [encode(tokenizer, item) for item in shown_items(name)]), flush=True)
        if pairs := shown_pairs(name):
            print(name, measure_pairs(model, [encode_pair(tokenizer, pair) for pair in pairs]), flush=True)


def encode(tokenizer: Tokenizer, item: Item) -> Encoded:
    """Tokens of the question and of a window of whole sentences that holds the answer, if there is one."""
    spans, pieces, header = _tokens(tokenizer, item.passage)
    gold = [n for n, s in enumerate(spans) if any(a < s.end and b > s.start for a, b in item.spans)]
    sizes = [min(len(piece.ids), PASSAGE_TOKENS) for piece in pieces]
    first, last = _window(sizes, random.choice(gold) if gold else random.randrange(len(spans)))
    question = tokenizer.encode(item.question).ids
    ids = [*question[: QUESTION_TOKENS - 1], question[-1]] if len(question) > QUESTION_TOKENS else list(question)
    types, sentence, start, end = [0] * len(ids), [-1] * len(ids), 0, 0
    ids += header
    types += [1] * len(header)
    sentence += [-1] * len(header)
    for number in range(first, last + 1):
        offsets = pieces[number].offsets[:PASSAGE_TOKENS]
        if item.short and item.spans and number in gold and not start:
            at = spans[number].start
            a, b = next((a, b) for a, b in item.spans if a < spans[number].end and b > at)
            inside = [n for n, (left, right) in enumerate(offsets) if at + left < b and at + right > a]
            if inside:
                start, end = len(ids) + inside[0], len(ids) + inside[-1]
        ids += pieces[number].ids[:PASSAGE_TOKENS]
        types += [1] * len(offsets)
        sentence += [number - first] * len(offsets)
    ids.append(question[-1])
    shown = [n - first for n in gold if first <= n <= last]
    return Encoded(ids, [*types, 1], [*sentence, -1], last - first + 1, shown, start, end)


def encode_pair(tokenizer: Tokenizer, pair: Pair) -> EncodedPair:
    """Tokens of the question and both sentences, either of them first."""
    one, other = random.sample((pair.one, pair.other), 2)
    return EncodedPair(*pair_tokens(tokenizer, pair.question, one, other), pair.verdict)


@lru_cache(maxsize=20_000)
def _tokens(tokenizer: Tokenizer, passage: Passage) -> tuple[list[Span], list[Encoding], list[int]]:
    spans = list(passage.statements)
    pieces = [tokenizer.encode(passage.text[s.start : s.end], add_special_tokens=False) for s in spans]
    return spans, pieces, tokenizer.encode(passage.header, add_special_tokens=False).ids[:HEADER_TOKENS]


def _window(sizes: Sequence[int], centre: int) -> tuple[int, int]:
    first = last = centre
    total = sizes[centre]
    while True:
        grown = []
        if first > 0 and total + sizes[first - 1] <= PASSAGE_TOKENS:
            grown.append((first - 1, last, sizes[first - 1]))
        if last + 1 < len(sizes) and total + sizes[last + 1] <= PASSAGE_TOKENS:
            grown.append((first, last + 1, sizes[last + 1]))
        if not grown:
            return first, last
        first, last, more = random.choice(grown)
        total += more


class Model(nn.Module):
    """The encoder with its heads; ``forward`` gives token scores (batch, tokens, 2) and (batch, 1 + sentences)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # An example is seen once or twice, so there is little to overfit; dropout would take a quarter of the time.
        self.bert = BertModel.from_pretrained(
            folder, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        width = self.bert.config.hidden_size
        self.span, self.sent, self.null = nn.Linear(width, 2), nn.Linear(width, 1), nn.Linear(width, 1)
        self.pair = nn.Linear(width, DIFFER + 1)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Token scores and sentence scores of a batch."""
        hidden = self._states(batch.inputs)
        first = torch.arange(hidden.shape[1])[None] == 0
        tokens = self.span(hidden).masked_fill(~((batch.sentence >= 0) | first)[..., None], -1e4)
        own = (batch.sentence[:, :, None] == torch.arange(batch.gold.shape[1] - 1)[None, None]).float()
        size = own.sum(1)
        means = torch.einsum("btn,btd->bnd", own, hidden) / size.clamp(min=1)[..., None]
        sentences = self.sent(means).squeeze(-1).masked_fill(size == 0, -1e4)
        return tokens, torch.cat([self.null(hidden[:, 0]), sentences], 1)

    def compare(self, inputs: Inputs) -> torch.Tensor:
        """Scores of NEITHER, AGREE and DIFFER for encoded pairs, shape (batch, 3)."""
        verdicts: torch.Tensor = self.pair(self._states(inputs)[:, 0])
        return verdicts

    def _states(self, inputs: Inputs) -> torch.Tensor:
        states = self.bert(input_ids=inputs.ids, token_type_ids=inputs.types, attention_mask=inputs.mask)
        hidden: torch.Tensor = states.last_hidden_state
        return hidden


class Inputs(NamedTuple):
    """Encoder inputs, each of shape (batch, tokens)."""

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor


class Batch(NamedTuple):
    """Encoded items as tensors; ``gold`` marks the sentences that answer, in its first column that none does."""

    inputs: Inputs
    sentence: torch.Tensor
    gold: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor
    spans: torch.Tensor


def collate(found: Sequence[Encoded]) -> Batch:
    """One batch of ``found``."""
    inputs = padded(found)
    most = max(e.sentences for e in found)
    gold = torch.zeros(len(found), most + 1)
    for row, e in zip(gold, found, strict=True):
        row[[n + 1 for n in e.gold] or [0]] = 1
    return Batch(
        inputs,
        _rows([e.sentence for e in found], inputs.ids.shape[1], -1),
        gold,
        torch.tensor([e.start for e in found]),
        torch.tensor([e.end for e in found]),
        torch.tensor([float(bool(e.start) or not e.gold) for e in found]),
    )


def padded(found: Sequence[Encoded] | Sequence[EncodedPair]) -> Inputs:
    """Tokens of one batch, padded to a multiple of 32: the CPU kernels are compiled once for each shape."""
    width = -(-max(len(e.ids) for e in found) // 32) * 32
    rows = [e.ids for e in found], [e.types for e in found], [[1] * len(e.ids) for e in found]
    return Inputs(*(_rows(own, width, 0) for own in rows))


def _rows(rows: Sequence[list[int]], width: int, filler: int) -> torch.Tensor:
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def loss(model: Model, batch: Batch) -> torch.Tensor:
    """Cross entropy of the right sentences, and of start and end where a short answer is known or there is none."""
    tokens, sentences = model(batch)
    shares = functional.log_softmax(sentences, 1).masked_fill(batch.gold == 0, -1e9)
    ends = [
        functional.cross_entropy(tokens[..., n], places, reduction="none")
        for n, places in enumerate((batch.start, batch.end))
    ]
    return (
        -torch.logsumexp(shares, 1).mean()
        + ((ends[0] + ends[1]) * batch.spans).sum() / batch.spans.sum().clamp(min=1) / 2
    )


def pair_loss(model: Model, found: Sequence[EncodedPair]) -> torch.Tensor:
    """Cross entropy of the verdicts."""
    return functional.cross_entropy(model.compare(padded(found)), torch.tensor([e.verdict for e in found]))


def train(
    model: Model, tokenizer: Tokenizer, learnt: Sequence[Item], compared: Sequence[Pair], epochs: float, rate: float
) -> None:
    """AdamW with warm-up and linear decay; batches of items and of pairs are drawn in proportion to their numbers."""
    steps = int(epochs * (len(learnt) + len(compared)) / BATCH)
    plain = [p for p in model.parameters() if p.ndim < 2]
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (WARM_UP * steps), max(0.02, (steps - s) / (steps * (1 - WARM_UP))))
    )
    started = time.monotonic()
    reading = _batches([partial(encode, tokenizer, item) for item in learnt])
    comparing = _batches([partial(encode_pair, tokenizer, pair) for pair in compared])
    share = len(compared) / (len(learnt) + len(compared))
    model.train()
    for step in range(steps):
        value = pair_loss(model, next(comparing)) if random.random() < share else loss(model, collate(next(reading)))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            speed = (step + 1) * BATCH / (time.monotonic() - started)
            print(f"step {step}/{steps}  loss {value.item():.3f}  {speed:.1f} examples/s", flush=True)


def _batches(makers: Sequence[Callable[[], E]]) -> Iterator[list[E]]:
    """Endless batches of similar length in random order; every round encodes the examples again."""
    while True:
        order = random.sample(makers, len(makers))
        for start in range(0, len(order), BATCH * 40):
            block = sorted((make() for make in order[start : start + BATCH * 40]), key=lambda e: len(e.ids))
            batches = [block[i : i + BATCH] for i in range(0, len(block), BATCH)]
            random.shuffle(batches)
            yield from batches


def keep(model: Model, before: Mapping[str, torch.Tensor], share: float) -> None:
    """Mix in a share of the weights ``before``, which keeps earlier skills (WiSE-FT, Wortsman et al. 2022)."""
    after = model.state_dict()
    mixed = {name: torch.lerp(after[name], old, share) for name, old in before.items()}
    model.load_state_dict(mixed, strict=False)


def measure(model: Model, held: Sequence[Encoded]) -> str:
    """AUROC of "a sentence here answers", and how often the best sentence answers where one does."""
    model.eval()
    chances: list[tuple[bool, float]] = []
    hits: list[bool] = []
    ordered = sorted(held, key=lambda e: len(e.ids))
    for start in range(0, len(ordered), BATCH):
        block = ordered[start : start + BATCH]
        with torch.no_grad():
            scores = model(collate(block))[1]
        for row, e in zip(scores, block, strict=True):
            chances.append((bool(e.gold), 1 - float(functional.softmax(row, 0)[0])))
            if e.gold:
                hits.append(int(row[1:].argmax()) in e.gold)
    return f"AUROC {auroc(chances):.3f}, sentence @1 {np.mean(hits):.3f}, {len(held)} examples"


def measure_pairs(model: Model, held: Sequence[EncodedPair]) -> str:
    """AUROC of "both answer", and of "they differ" among the pairs that do."""
    model.eval()
    answer: list[tuple[bool, float]] = []
    differ: list[tuple[bool, float]] = []
    for start in range(0, len(held), BATCH):
        block = held[start : start + BATCH]
        with torch.no_grad():
            chances = functional.softmax(model.compare(padded(block)), 1)
        for (neither, agreeing, differing), e in zip(chances.tolist(), block, strict=True):
            answer.append((e.verdict != NEITHER, 1 - neither))
            if e.verdict != NEITHER:
                differ.append((e.verdict == DIFFER, differing / (agreeing + differing)))
    return f"pairs: AUROC of answers {auroc(answer):.3f}, of differences {auroc(differ):.3f}, {len(held)} pairs"


def save(model: Model, tokenizer: Path, folder: Path) -> None:
    """The encoder in int8 and the heads, as ``assistant.models.cross_encoder`` loads them."""
    # Copies: the conversion to int8 works in place.
    tensors = {name: tensor.float().numpy().copy() for name, tensor in model.bert.state_dict().items()}
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, "reader")
        made.mkdir()
        convert(tensors, tokenizer, made, "int8")
        heads = {
            f"{name}_{part}": getattr(getattr(model, name), part).detach().float().numpy()
            for name in ("span", "sent", "null", "pair")
            for part in ("weight", "bias")
        }
        np.savez(made / "heads.npz", **heads)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "heads.npz", "model.bin", "tokenizer.json"):
            (folder / name).write_bytes((made / name).read_bytes())


if __name__ == "__main__":
    main()
