"""Trains the reader: MiniLM as a cross-encoder that says which sentence of a passage answers a question, if any.

Three heads share the encoder: each sentence (mean of its tokens) and "nothing here answers" (the first token) are
scored against one another, and every token as start and end of a short answer. Examples: questions with their own
passage; answerable ones again with a near passage that does not answer; unanswerable ones; and questions with a
passage on something else.

Needs torch and transformers, and about an hour on two cores. With ``--hold-out N`` the last N articles of the first
set and half of the sets without articles are left out and measured while it trains.

    uv run --group train python -m benchmarks.train_reader OUT squad2:PATH/dev.json qed:PATH --hold-out 4
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

from assistant.backends.minilm import convert, published
from assistant.eval import open_dataset
from assistant.text.sentences import split_sentences
from assistant.text.tokens import stems
from benchmarks.fit_evidence import auroc

QUESTION_TOKENS, PASSAGE_TOKENS = 48, 150
BATCH, RATE, WARM_UP = 16, 1.2e-4, 0.08
NEAR, ELSEWHERE = 0.65, 0.1
"""Shares of examples that are shown again: with a near passage, and with a passage on something else."""


class Item(NamedTuple):
    """A question, a text, and the spans of the text that answer it; ``short`` if they are short answers."""

    question: str
    text: str
    spans: tuple[tuple[int, int], ...]
    short: bool
    group: str


class Encoded(NamedTuple):
    """An item as the model sees it. ``sentence`` has the number of each token's sentence, -1 for none."""

    ids: list[int]
    types: list[int]
    sentence: list[int]
    sentences: int
    gold: list[int]
    start: int
    end: int


def main() -> None:
    """Train, and write the weights in CTranslate2's int8 form with the heads beside them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("sets", nargs="+", metavar="NAME:PATH")
    arguments.add_argument("--epochs", type=float, default=2.2)
    arguments.add_argument("--hold-out", type=int, default=0, metavar="N")
    options = arguments.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    weights, tokenizer_file = published()
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    learnt, held = divide([list(items(name)) for name in options.sets], options.hold_out)
    learnt = [*learnt, *near(learnt), *elsewhere(learnt)]
    model = Model(weights.parent)
    train(
        model, [encode(tokenizer, item) for item in learnt], [encode(tokenizer, item) for item in held], options.epochs
    )
    save(model, tokenizer_file, options.out)


def items(name: str) -> Iterator[Item]:
    """The questions of a set, each with the text that it was written on."""
    kind, _, path = name.partition(":")
    dataset = open_dataset(kind, path)
    for case in dataset.cases:
        source = case.cluster
        document = dataset.documents[source]
        short, long = [], []
        for evidence in case.evidence:
            start = document.text.find(evidence.quote)
            long.append((start, start + len(evidence.quote)))
            for wording in (wording for fact in case.facts for wording in fact):
                inside = evidence.quote.find(wording)
                if inside >= 0:
                    short.append((start + inside, start + inside + len(wording)))
        yield Item(case.question, document.text, tuple(short or long), bool(short), document.title)


def divide(sets: Sequence[list[Item]], articles: int) -> tuple[list[Item], list[Item]]:
    """(learnt, held out): the last ``articles`` groups of a set that has many questions a group, else half of it."""
    learnt: list[Item] = []
    held: list[Item] = []
    for number, found in enumerate(sets):
        groups = list(dict.fromkeys(item.group for item in found))
        if not articles:
            learnt += found
        elif len(groups) * 10 < len(found):
            out = set(groups[-articles:]) if number == 0 else set()
            learnt += [item for item in found if item.group not in out]
            held += [item for item in found if item.group in out]
        else:
            random.shuffle(found)
            learnt += found[: len(found) // 2]
            held += found[len(found) // 2 :]
    return learnt, held


def near(found: Sequence[Item]) -> list[Item]:
    """Answerable questions with one of the three texts of their group that share most words and do not answer."""
    texts: dict[str, list[str]] = {}
    for item in found:
        texts.setdefault(item.group, []).append(item.text)
    bags = {text: frozenset(stems(text)) for group in texts.values() for text in group}
    count = Counter(term for bag in bags.values() for term in bag)
    made = []
    for item in found:
        others = [text for text in dict.fromkeys(texts[item.group]) if text != item.text]
        if not item.spans or not item.short or not others or random.random() > NEAR:
            continue
        asked = set(stems(item.question))
        others.sort(key=lambda text: -sum(1 / count[term] for term in asked & bags[text]))
        text = random.choice(others[:3])
        answers = {item.text[start:end].lower() for start, end in item.spans}
        if not any(answer in text.lower() for answer in answers):
            made.append(Item(item.question, text, (), True, item.group))
    return made


def elsewhere(found: Sequence[Item]) -> list[Item]:
    """Questions with a text on something else."""
    pairs = [random.sample(found, 2) for _ in range(int(len(found) * ELSEWHERE))]
    return [Item(one.question, other.text, (), True, other.group) for one, other in pairs if one.group != other.group]


def encode(tokenizer: Tokenizer, item: Item) -> Encoded:
    """Tokens of the question and of a window of whole sentences that holds the answer, if there is one."""
    spans = split_sentences(item.text)
    pieces = [tokenizer.encode(item.text[s.start : s.end], add_special_tokens=False) for s in spans]
    gold = [n for n, s in enumerate(spans) if any(a < s.end and b > s.start for a, b in item.spans)]
    sizes = [min(len(piece.ids), PASSAGE_TOKENS) for piece in pieces]
    first, last = _window(sizes, random.choice(gold) if gold else random.randrange(len(spans)))
    question = tokenizer.encode(item.question).ids
    ids = [*question[: QUESTION_TOKENS - 1], question[-1]] if len(question) > QUESTION_TOKENS else list(question)
    types, sentence, start, end = [0] * len(ids), [-1] * len(ids), 0, 0
    for number in range(first, last + 1):
        offsets = pieces[number].offsets[:PASSAGE_TOKENS]
        if item.short and item.spans and number in gold and not start:
            a, b = item.spans[0]
            at = spans[number].start
            inside = [n for n, (left, right) in enumerate(offsets) if at + left < b and at + right > a]
            if inside:
                start, end = len(ids) + inside[0], len(ids) + inside[-1]
        ids += pieces[number].ids[:PASSAGE_TOKENS]
        types += [1] * len(offsets)
        sentence += [number - first] * len(offsets)
    ids.append(question[-1])
    shown = [n - first for n in gold if first <= n <= last]
    return Encoded(ids, [*types, 1], [*sentence, -1], last - first + 1, shown, start, end)


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
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False)
        width = self.bert.config.hidden_size
        self.span, self.sent, self.null = nn.Linear(width, 2), nn.Linear(width, 1), nn.Linear(width, 1)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores as described above."""
        states = self.bert(input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.mask)
        hidden = states.last_hidden_state.float()
        first = torch.arange(batch.ids.shape[1])[None] == 0
        tokens = self.span(hidden).masked_fill(~((batch.mask.bool() & (batch.types == 1)) | first)[..., None], -1e4)
        own = (batch.sentence[:, :, None] == torch.arange(batch.gold.shape[1] - 1)[None, None]).float()
        size = own.sum(1)
        means = torch.einsum("btn,btd->bnd", own, hidden) / size.clamp(min=1)[..., None]
        sentences = self.sent(means).squeeze(-1).masked_fill(size == 0, -1e4)
        return tokens, torch.cat([self.null(hidden[:, 0]), sentences], 1)


class Batch(NamedTuple):
    """Encoded items as tensors; ``gold`` marks the sentences that answer, its first column "nothing does"."""

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    sentence: torch.Tensor
    gold: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor
    spans: torch.Tensor


def collate(found: Sequence[Encoded]) -> Batch:
    """Pad to a multiple of 32 tokens: fewer shapes, which the CPU kernels are made for once each."""
    width = -(-max(len(e.ids) for e in found) // 32) * 32
    most = max(e.sentences for e in found)

    def padded(rows: Sequence[list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])

    gold = torch.zeros(len(found), most + 1)
    for row, e in zip(gold, found, strict=True):
        row[[n + 1 for n in e.gold] or [0]] = 1
    return Batch(
        padded([e.ids for e in found], 0),
        padded([e.types for e in found], 0),
        padded([[1] * len(e.ids) for e in found], 0),
        padded([e.sentence for e in found], -1),
        gold,
        torch.tensor([e.start for e in found]),
        torch.tensor([e.end for e in found]),
        torch.tensor([float(bool(e.start) or not e.gold) for e in found]),
    )


def loss(model: Model, batch: Batch) -> torch.Tensor:
    """Cross entropy of the right sentences, and of start and end where a short answer is known or there is none."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens, sentences = model(batch)
    shares = functional.log_softmax(sentences.float(), 1).masked_fill(batch.gold == 0, -1e9)
    ends = [functional.cross_entropy(tokens.float()[..., n], batch[5 + n], reduction="none") for n in (0, 1)]
    return (
        -torch.logsumexp(shares, 1).mean()
        + ((ends[0] + ends[1]) * batch.spans).sum() / batch.spans.sum().clamp(min=1) / 2
    )


def train(model: Model, learnt: Sequence[Encoded], held: Sequence[Encoded], epochs: float) -> None:
    """AdamW with warm-up and linear decay; measures on ``held`` every 400 steps."""
    steps = int(epochs * len(learnt) / BATCH)
    plain = [p for p in model.parameters() if p.ndim < 2]
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (WARM_UP * steps), max(0.02, (steps - s) / (steps * (1 - WARM_UP))))
    )
    started, batches = time.monotonic(), _batches(learnt)
    for step in range(steps):
        model.train()
        value = loss(model, collate(next(batches)))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            speed = (step + 1) * BATCH / (time.monotonic() - started)
            print(f"step {step}/{steps}  loss {value.item():.3f}  {speed:.1f} examples/s", flush=True)
        if held and (step % 400 == 399 or step == steps - 1):
            print(measure(model, held), flush=True)


def _batches(found: Sequence[Encoded]) -> Iterator[list[Encoded]]:
    """Batches of like length, in random order, without end."""
    while True:
        order = random.sample(found, len(found))
        for start in range(0, len(order), BATCH * 40):
            block = sorted(order[start : start + BATCH * 40], key=lambda e: len(e.ids))
            batches = [block[i : i + BATCH] for i in range(0, len(block), BATCH)]
            random.shuffle(batches)
            yield from batches


def measure(model: Model, held: Sequence[Encoded]) -> str:
    """AUROC of "something here answers", and how often the best sentence does where one does."""
    model.eval()
    chances: list[tuple[bool, float]] = []
    hits: list[bool] = []
    ordered = sorted(held, key=lambda e: len(e.ids))
    for start in range(0, len(ordered), BATCH):
        block = ordered[start : start + BATCH]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(collate(block))[1].float()
        for row, e in zip(scores, block, strict=True):
            chances.append((bool(e.gold), 1 - float(functional.softmax(row, 0)[0])))
            if e.gold:
                hits.append(int(row[1:].argmax()) in e.gold)
    return f"held out: AUROC {auroc(chances):.3f}, sentence @1 {np.mean(hits):.3f}, {len(held)} examples"


def save(model: Model, tokenizer: Path, folder: Path) -> None:
    """The encoder in int8 and the heads, as ``assistant.backends.reader`` loads them."""
    tensors = {name: tensor.float().numpy() for name, tensor in model.bert.state_dict().items()}
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, "reader")
        made.mkdir()
        convert(tensors, tokenizer, made, "int8")
        heads = {
            f"{name}_{part}": getattr(getattr(model, name), part).detach().float().numpy()
            for name in ("span", "sent", "null")
            for part in ("weight", "bias")
        }
        np.savez(made / "heads.npz", **heads)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "heads.npz", "model.bin", "tokenizer.json"):
            (folder / name).write_bytes((made / name).read_bytes())


if __name__ == "__main__":
    main()
