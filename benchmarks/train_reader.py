"""Trains the reader: MiniLM fine-tuned to say which sentence of a passage answers a question, or that none does.

One cross-encoder over "question [SEP] headline, passage". Every sentence (the mean of its tokens) and "nothing here
answers" (the first token) are scored against one another, and every token as start and end of a short answer.
Examples: questions with each passage that answers them; answerable ones again with near passages that do not; those
that nothing answers with the passage they were written on, or else the nearest; and questions with a passage on
something else. Documents of an own suite (``suite:FOLDER``) are cut into the passages that the index would hold.

Needs torch and transformers, and about an hour on two cores. ``--start`` goes on from a reader's weights instead of
MiniLM's; ``--held`` names sets to be measured on at the end.

    python -m benchmarks.halve PATH SETS
    uv run --group train python -m benchmarks.train_reader OUT suite:eval/practice squad2:SETS/learn/squad2/dev.json ...
"""

from __future__ import annotations

import argparse
import random
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

from assistant.backends.minilm import convert, published
from assistant.eval import load, open_dataset
from assistant.eval.cases import Case
from assistant.index.recipe import Recipe
from assistant.index.split import split
from assistant.text.sentences import split_sentences
from assistant.text.tokens import stems
from assistant.types import Document, Span
from benchmarks.fit_evidence import auroc, read_folder

QUESTION_TOKENS, HEADLINE_TOKENS, PASSAGE_TOKENS = 48, 32, 120
BATCH, WARM_UP = 16, 0.08
NEAR, NEAR_OWN, NEAREST = 0.5, 1.2, 3
"""Near passages an answerable question is shown with, in public sets and own suites; how many count as near."""

ELSEWHERE = 0.1
"""Share of examples that are shown again with a passage on something else."""


Weights = NDArray[np.float32]


class Passage(NamedTuple):
    """A text as the reader is shown it, from ``start`` of the document ``source``."""

    source: str
    group: str
    headline: str
    start: int
    text: str


class Item(NamedTuple):
    """A question, a passage, and the spans of its text that answer it; ``short`` if they are short answers."""

    question: str
    passage: Passage
    spans: tuple[tuple[int, int], ...]
    short: bool


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
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("sets", nargs="+", metavar="NAME:PATH")
    arguments.add_argument("--held", nargs="*", default=[], metavar="NAME:PATH")
    arguments.add_argument("--start", type=Path, metavar="FOLDER", help="a reader's weights to go on from")
    arguments.add_argument("--epochs", type=float, default=2.2)
    arguments.add_argument("--rate", type=float, default=1.2e-4, help="the highest learning rate")
    options = arguments.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    weights, tokenizer_file = published()
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    learnt = [item for name in options.sets for item in shown_items(name)]
    learnt += elsewhere(learnt)
    print(f"{len(learnt)} examples, {sum(bool(item.spans) for item in learnt)} that answer", flush=True)
    model = Model(weights.parent)
    if options.start:
        model.load_state_dict(restored(options.start), strict=False)
    train(model, tokenizer, learnt, options.epochs, options.rate)
    save(model, tokenizer_file, options.out)
    for name in options.held:
        print(name, measure(model, [encode(tokenizer, item) for item in shown_items(name)]), flush=True)


def shown_items(name: str) -> list[Item]:
    """The questions of a set, each with the passages it is shown with; how many is said on standard output."""
    kind, _, path = name.partition(":")
    own = kind == "suite"
    if own:
        suite = load(Path(path), read_folder, split="dev")
        documents, cases = dict(suite.corpus), list(suite.cases)
    else:
        dataset = open_dataset(kind, path)
        documents, cases = dict(dataset.documents), list(dataset.cases)
    passages = _passages(documents, cut=own)
    by_group: dict[str, list[Passage]] = {}
    for passage in passages:
        by_group.setdefault("" if own else passage.group, []).append(passage)
    ranking = _Ranking(passages)
    found: list[Item] = []
    for case in cases:
        question = next(iter(case.tagged("full")), case.question)
        answering, wordings = _answering(question, case, documents, passages)
        found += answering
        scope = [p for p in passages if p.source in case.scope] if case.scope else []
        among = scope or by_group.get("" if own else _group(documents.get(case.cluster)), [])
        written_on = [p for p in among if p.source == case.cluster]
        if not case.answerable and written_on:
            found += [Item(question, passage, (), True) for passage in written_on]
            continue
        answers = {item.passage for item in answering}
        others = [p for p in among if p not in answers and not any(w in p.text.lower() for w in wordings)]
        near = ranking.nearest(question, others)
        wanted = NEAREST - 1 if not case.answerable else _about(NEAR_OWN if own else NEAR)
        found += [Item(question, passage, (), True) for passage in random.sample(near, min(wanted, len(near)))]
    print(f"{name}: {len(cases)} questions, {len(found)} examples", flush=True)
    return found


def _about(number: float) -> int:
    return int(number) + (random.random() < number % 1)


def _group(document: Document | None) -> str:
    return document.title if document else ""


def _chunks(document: Document) -> list[Span]:
    recipe = Recipe()
    return [Span(c.start, c.end) for c in split(document, recipe.chunk_tokens, recipe.chunk_overlap)]


def _passages(documents: Mapping[str, Document], cut: bool) -> list[Passage]:
    return [
        Passage(source, document.title, document.headline, start, document.text[start:end])
        for source, document in documents.items()
        for start, end in (_chunks(document) if cut else [Span(0, len(document.text))])
    ]


def _answering(
    question: str, case: Case, documents: Mapping[str, Document], passages: Sequence[Passage]
) -> tuple[list[Item], set[str]]:
    """An item for each passage that answers; and the short answers, in lower case."""
    spans: dict[str, list[tuple[int, int, bool]]] = {}
    wordings: set[str] = set()
    for evidence in case.evidence:
        start = documents[evidence.source].text.find(evidence.quote)
        inside = [(evidence.quote.find(w), w) for fact in case.facts for w in fact if w in evidence.quote]
        wordings |= {wording.lower() for _, wording in inside}
        at, wording = min(inside, default=(0, evidence.quote))
        spans.setdefault(evidence.source, []).append((start + at, start + at + len(wording), bool(inside)))
    found = []
    for passage in passages:
        own = [
            (a - passage.start, b - passage.start, short)
            for a, b, short in spans.get(passage.source, [])
            if a >= passage.start and b <= passage.start + len(passage.text)
        ]
        if own:
            found.append(Item(question, passage, tuple((a, b) for a, b, _ in own), all(short for *_, short in own)))
    return found, wordings


class _Ranking:
    """Passages by the words they share with a question, rare words first."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._bags = {passage: frozenset(stems(passage.text)) for passage in passages}
        self._count = Counter(term for bag in self._bags.values() for term in bag)

    def nearest(self, question: str, among: Sequence[Passage]) -> list[Passage]:
        """The NEAREST of ``among``."""
        asked = set(stems(question))
        return sorted(among, key=lambda p: -sum(1 / self._count[term] for term in asked & self._bags[p]))[:NEAREST]


def elsewhere(found: Sequence[Item]) -> list[Item]:
    """Questions with a text on something else."""
    pairs = [random.sample(found, 2) for _ in range(int(len(found) * ELSEWHERE))]
    return [
        Item(one.question, other.passage, (), True)
        for one, other in pairs
        if one.passage.group != other.passage.group and one.passage.source != other.passage.source
    ]


def encode(tokenizer: Tokenizer, item: Item) -> Encoded:
    """Tokens of the question and of a window of whole sentences that holds the answer, if there is one."""
    spans, pieces, headline = _tokens(tokenizer, item.passage)
    gold = [n for n, s in enumerate(spans) if any(a < s.end and b > s.start for a, b in item.spans)]
    sizes = [min(len(piece.ids), PASSAGE_TOKENS) for piece in pieces]
    first, last = _window(sizes, random.choice(gold) if gold else random.randrange(len(spans)))
    question = tokenizer.encode(item.question).ids
    ids = [*question[: QUESTION_TOKENS - 1], question[-1]] if len(question) > QUESTION_TOKENS else list(question)
    types, sentence, start, end = [0] * len(ids), [-1] * len(ids), 0, 0
    ids += headline
    types += [1] * len(headline)
    sentence += [-1] * len(headline)
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


@lru_cache(maxsize=20_000)
def _tokens(tokenizer: Tokenizer, passage: Passage) -> tuple[list[Span], list[Encoding], list[int]]:
    spans = list(split_sentences(passage.text))
    pieces = [tokenizer.encode(passage.text[s.start : s.end], add_special_tokens=False) for s in spans]
    return spans, pieces, tokenizer.encode(passage.headline, add_special_tokens=False).ids[:HEADLINE_TOKENS]


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
        hidden = states.last_hidden_state
        first = torch.arange(batch.ids.shape[1])[None] == 0
        tokens = self.span(hidden).masked_fill(~((batch.sentence >= 0) | first)[..., None], -1e4)
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
    tokens, sentences = model(batch)
    shares = functional.log_softmax(sentences, 1).masked_fill(batch.gold == 0, -1e9)
    ends = [functional.cross_entropy(tokens[..., n], batch[5 + n], reduction="none") for n in (0, 1)]
    return (
        -torch.logsumexp(shares, 1).mean()
        + ((ends[0] + ends[1]) * batch.spans).sum() / batch.spans.sum().clamp(min=1) / 2
    )


def train(model: Model, tokenizer: Tokenizer, learnt: Sequence[Item], epochs: float, rate: float) -> None:
    """AdamW with warm-up and linear decay."""
    steps = int(epochs * len(learnt) / BATCH)
    plain = [p for p in model.parameters() if p.ndim < 2]
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (WARM_UP * steps), max(0.02, (steps - s) / (steps * (1 - WARM_UP))))
    )
    started, batches = time.monotonic(), _batches(tokenizer, learnt)
    model.train()
    for step in range(steps):
        value = loss(model, collate(next(batches)))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            speed = (step + 1) * BATCH / (time.monotonic() - started)
            print(f"step {step}/{steps}  loss {value.item():.3f}  {speed:.1f} examples/s", flush=True)


def _batches(tokenizer: Tokenizer, found: Sequence[Item]) -> Iterator[list[Encoded]]:
    """Batches of like length, in random order, without end; each time round the windows are others."""
    while True:
        order = random.sample(found, len(found))
        for start in range(0, len(order), BATCH * 40):
            block = [encode(tokenizer, item) for item in order[start : start + BATCH * 40]]
            block.sort(key=lambda e: len(e.ids))
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
        with torch.no_grad():
            scores = model(collate(block))[1]
        for row, e in zip(scores, block, strict=True):
            chances.append((bool(e.gold), 1 - float(functional.softmax(row, 0)[0])))
            if e.gold:
                hits.append(int(row[1:].argmax()) in e.gold)
    return f"AUROC {auroc(chances):.3f}, sentence @1 {np.mean(hits):.3f}, {len(held)} examples"


def restored(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors that ``save`` wrote, by the names of ``Model``: the inverse of ``minilm.convert``."""
    found = _stored((folder / "model.bin").read_bytes())
    made = {
        "embeddings.word_embeddings.weight": found["embeddings_0/weight"],
        "embeddings.token_type_embeddings.weight": found["embeddings_1/weight"],
        "embeddings.position_embeddings.weight": found["position_encodings/encodings"],
        **_norm(found, "layernorm_embedding", "embeddings.LayerNorm"),
    }
    for number in range(len([name for name in found if name.endswith("/ffn/linear_0/weight")])):
        layer, prefix = f"layer_{number}", f"encoder.layer.{number}"
        for part in ("weight", "bias"):
            fused = np.split(found[f"{layer}/self_attention/linear_0/{part}"], 3)
            for name, piece in zip(("query", "key", "value"), fused, strict=True):
                made[f"{prefix}.attention.self.{name}.{part}"] = piece
            made[f"{prefix}.attention.output.dense.{part}"] = found[f"{layer}/self_attention/linear_1/{part}"]
            made[f"{prefix}.intermediate.dense.{part}"] = found[f"{layer}/ffn/linear_0/{part}"]
            made[f"{prefix}.output.dense.{part}"] = found[f"{layer}/ffn/linear_1/{part}"]
        made |= _norm(found, f"{layer}/self_attention/layer_norm", f"{prefix}.attention.output.LayerNorm")
        made |= _norm(found, f"{layer}/ffn/layer_norm", f"{prefix}.output.LayerNorm")
    with np.load(folder / "heads.npz") as heads:
        named = {name.replace("_", "."): heads[name] for name in heads.files}
    return {n: torch.tensor(t) for n, t in {**{f"bert.{n}": t for n, t in made.items()}, **named}.items()}


def _norm(found: Mapping[str, Weights], name: str, ours: str) -> dict[str, Weights]:
    return {f"{ours}.weight": found[f"{name}/gamma"], f"{ours}.bias": found[f"{name}/beta"]}


def _stored(data: bytes) -> dict[str, Weights]:
    """The variables of a CTranslate2 file (version 6), made floating again; names without ``encoder/``."""
    place = struct.calcsize("<IH") + struct.unpack_from("<H", data, 4)[0] + 4
    (count,) = struct.unpack_from("<I", data, place)
    place += 4
    raw: dict[str, Weights] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 1 + length].decode().removeprefix("encoder/")
        place += 2 + length
        dimensions = data[place]
        shape = struct.unpack_from(f"<{dimensions}I", data, place + 1)
        kind, size = struct.unpack_from("<BI", data, place + 1 + 4 * dimensions)
        place += 6 + 4 * dimensions
        if kind in (0, 1):
            raw[name] = np.frombuffer(data[place : place + size], np.float32 if kind == 0 else np.int8).reshape(shape)
        place += size
    scales = {name: values for name, values in raw.items() if name.endswith("_scale")}
    return {
        name: values / scales[f"{name}_scale"][:, None] if f"{name}_scale" in scales else values
        for name, values in raw.items()
        if name not in scales
    }


def save(model: Model, tokenizer: Path, folder: Path) -> None:
    """The encoder in int8 and the heads, as ``assistant.backends.reader`` loads them."""
    # Copies: the conversion to int8 works in place.
    tensors = {name: tensor.float().numpy().copy() for name, tensor in model.bert.state_dict().items()}
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
