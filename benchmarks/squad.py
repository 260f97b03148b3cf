"""Measures how often the right paragraph and sentence of SQuAD 2.0 come first, beside BM25 in the same run.

All paragraphs of the file are indexed together in random order, and each answerable question is asked against all of
them. Hit@1: the first passage is from the question's paragraph. Sentence @1: the first sentence holds the start of a
gold answer. The baseline is bm25s (k1 1.5, b 0.75, English stems and stop words): paragraphs, then the sentences of
its best four.

The shipped cross-encoder has learnt from eight of the twelve articles: ``--last 4`` asks about the other four alone,
and all paragraphs stay in the index.

    python -m benchmarks.squad PATH/dev.json [--questions 500] [--last 4]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import bm25s
import numpy as np
import Stemmer
from rich.progress import track

from assistant import Assistant, Settings
from assistant.english.sentences import split_sentences


class Question(NamedTuple):
    """An answerable question, its paragraph and where answers start in it."""

    text: str
    paragraph: int
    starts: frozenset[int]


def main() -> None:
    """Print one row for each system."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--questions", type=int, default=0, help="ask only this many, chosen at random")
    arguments.add_argument("--last", type=int, default=0, help="ask only about the last articles")
    options = arguments.parse_args()
    paragraphs, questions = load(options.path, options.questions, options.last)
    print(f"{len(paragraphs)} paragraphs, {len(questions)} answerable questions")
    print(f"{'':12}{'Hit@1':>16}{'Hit@4':>16}{'sentence @1':>16}{'sentence @3':>16}")
    row("BM25", bm25(paragraphs, questions))
    row("assistant", assistant(paragraphs, questions))


def load(path: Path, limit: int, last: int) -> tuple[list[tuple[str, str]], list[Question]]:
    """(title, text) of all paragraphs in random order, and the answerable questions on them."""
    articles = json.loads(path.read_text())["data"]
    pairs = [(article["title"], paragraph) for article in articles for paragraph in article["paragraphs"]]
    asked = {article["title"] for article in articles[-last:]}
    chance = random.Random(0)
    chance.shuffle(pairs)
    questions = [
        Question(qa["question"], number, frozenset(answer["answer_start"] for answer in qa["answers"]))
        for number, (title, paragraph) in enumerate(pairs)
        for qa in paragraph["qas"]
        if title in asked and not qa["is_impossible"]
    ]
    chance.shuffle(questions)
    return [(title.replace("_", " "), paragraph["context"]) for title, paragraph in pairs], questions[: limit or None]


def assistant(paragraphs: list[tuple[str, str]], questions: list[Question]) -> np.ndarray[Any, Any]:
    """Rows of (hit@1, hit@4, sentence@1, sentence@3) of this package, through its public interface."""
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "documents")
        documents.mkdir()
        for number, (title, text) in enumerate(paragraphs):
            head = json.dumps(title, ensure_ascii=False)
            (documents / f"{number:05}.md").write_text(f"---\ntitle: {head}\n---\n{text}")
        with Assistant.open(Settings(index_dir=Path(folder, "index"))) as asked:
            asked.index(documents)
            shifts = [_shift(asked, number, text) for number, (_, text) in enumerate(paragraphs)]
            rows = []
            for question in track(questions, "asking"):
                answer = asked.ask(question.text)
                sources = list(dict.fromkeys(p.chunk.source for p in answer.passages))
                source = f"{question.paragraph:05}.md"
                starts = {start + shifts[question.paragraph] for start in question.starts}
                held = [
                    s.source == source and any(s.start <= start < s.end for start in starts)
                    for s in answer.trace.sentences[:3]
                ]
                rows.append((source in sources[:1], source in sources[:4], any(held[:1]), any(held)))
    return np.array(rows, dtype=float)


def _shift(asked: Assistant, number: int, text: str) -> int:
    document = asked.document(f"{number:05}.md")
    assert document is not None
    return document.text.index(text)


def bm25(paragraphs: list[tuple[str, str]], questions: list[Question]) -> np.ndarray[Any, Any]:
    """The same rows for BM25 over paragraphs, then over the sentences of the best four."""
    texts = [text for _, text in paragraphs]
    spans = [split_sentences(text) for text in texts]
    first = np.cumsum([0, *map(len, spans)])
    by_paragraph = _index(texts)
    by_sentence = _index([text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found])
    rows = []
    for question in questions:
        tokens = _tokens([question.text])[0]
        order = np.argsort(-by_paragraph.get_scores(tokens), kind="stable")[:4]
        scores = by_sentence.get_scores(tokens)
        found = [(p, s) for p in order for s in range(len(spans[p]))]
        found.sort(key=lambda place: -scores[first[place[0]] + place[1]])
        held = [
            p == question.paragraph and any(spans[p][s].start <= start < spans[p][s].end for start in question.starts)
            for p, s in found[:3]
        ]
        rows.append((question.paragraph == order[0], question.paragraph in order, any(held[:1]), any(held)))
    return np.array(rows, dtype=float)


def _tokens(texts: list[str]) -> list[list[str]]:
    found: list[list[str]] = bm25s.tokenize(
        texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return found


def _index(texts: list[str]) -> Any:
    index = bm25s.BM25(k1=1.5, b=0.75)
    index.index(_tokens(texts), show_progress=False)
    return index


def row(name: str, hits: np.ndarray[Any, Any]) -> None:
    """Print means with their 95 % intervals (normal approximation)."""
    means, errors = hits.mean(axis=0), 1.96 * hits.std(axis=0) / np.sqrt(len(hits))
    print(f"{name:12}" + "".join(f"{m:10.3f} ±{e:.3f}" for m, e in zip(means, errors, strict=True)))


if __name__ == "__main__":
    main()
