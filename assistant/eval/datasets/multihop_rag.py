"""MultiHop-RAG (Tang & Yang 2024): questions that need facts of several news articles."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

from assistant.eval.cases import Case, Quotation
from assistant.eval.corpus import Corpus
from assistant.eval.datasets.base import ABSTAINING, CITING, COSTS, Dataset, expecting, read_json
from assistant.eval.metrics.multihop import OFFICIAL
from assistant.types import Document

PROTOCOL = (
    "Pooled: the articles of corpus.json (title, source as publisher, published_at, body) are one shuffled "
    "corpus; the queries of MultiHopRAG.json are asked against all of it. Gold evidence is each fact of "
    "evidence_list in its article; null queries are unanswerable. The authors' own scorer is kept apart as "
    "multihop_rag_*: it looks for a fact in a passage's text with all blanks removed, in whatever article."
)


def multihop_rag(path: Path, seed: int = 0) -> Dataset:
    """The folder with corpus.json and MultiHopRAG.json, as the authors publish them. See PROTOCOL."""
    articles, queries = read_json(path / "corpus.json"), read_json(path / "MultiHopRAG.json")
    with expecting(
        "multihop-rag", 'a list of {"title", "source", "published_at", "body", "url"}', path / "corpus.json"
    ):
        random.Random(seed).shuffle(articles)  # noqa: S311 - an order, not a secret
        documents, places = {}, {}
        for number, article in enumerate(articles, 1):
            source = f"multihop-rag/{number:05d}.md"
            documents[source] = Document(
                source=source,
                title=article["title"],
                publisher=article["source"],
                published=date.fromisoformat(article["published_at"][:10]),
                text=article["body"],
            )
            places[article["title"]] = places[article.get("url")] = source
    corpus, cases, lost = Corpus(documents), [], 0
    layout = 'a list of {"query", "answer", "question_type", "evidence_list": [{"title", "fact"}]}'
    with expecting("multihop-rag", layout, path / "MultiHopRAG.json"):
        for number, query in enumerate(queries, 1):
            null = query["question_type"] == "null_query"
            evidence = [] if null else [
                Quotation(source=places.get(e.get("url")) or places[e["title"]], quote=e["fact"])
                for e in query["evidence_list"]
            ]  # fmt: skip
            lost += sum(not corpus.locate(e.source, e.quote) for e in evidence)
            cases.append(
                Case(
                    id=f"multihop-rag-{number}",
                    question=query["query"],
                    kind="unanswerable" if null else "multi",
                    facts=() if null else ((query["answer"],),),
                    evidence=tuple(evidence),
                    answerable=not null,
                    tags=(f"type:{query['question_type']}",),
                )
            )
    metrics = (
        *(metric.name for metric in OFFICIAL),
        "passage_hit@4", "passage_hit@10", "passage_mrr@10", "passage_map@10", "passage_recall@10",
        "passage_all_evidence@10", "document_recall@10", "sentence_hit@4", "fact_coverage",
        *CITING, *ABSTAINING, *COSTS,
    )  # fmt: skip
    warnings = (f"{lost} gold facts do not stand word by word in their article",) if lost else ()
    return Dataset("multihop-rag", documents, tuple(cases), PROTOCOL, metrics, warnings)
