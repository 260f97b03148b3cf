"""SQuAD 2.0 (Rajpurkar et al. 2018), pooled."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

from assistant.english.sentences import split_sentences
from assistant.errors import SuiteError
from assistant.eval.cases import Case, GoldQuote, Suite
from assistant.eval.corpus import Corpus
from assistant.eval.datasets.base import ABSTAINING, CITING, COSTS, RANKING, Record, RecordReader
from assistant.types import Document

PROTOCOL = (
    "Pooled: every paragraph of the file is a document of one corpus (titled by its article), every question is asked "
    "against all of them. Gold evidence is the sentence that holds the answer (the one most annotators chose). "
    "Unanswerable questions are those marked is_impossible, written to look answerable. The documents are shuffled."
)


class _File(Record):
    data: list[Any]


class _Article(Record):
    title: str | None = None
    paragraphs: list[Any]


class _Paragraph(Record):
    context: str
    qas: list[Any]


class _Answer(Record):
    text: str
    answer_start: int


class _Question(Record):
    id: str
    question: str
    is_impossible: bool = False
    answers: list[_Answer] | None = None


def squad2(path: Path, seed: int) -> Suite:
    """A file in SQuAD layout, ``{"data": [{"title", "paragraphs": [{"context", "qas"}]}]}``. See PROTOCOL."""
    records = RecordReader("squad2", path)
    file = records.parsed(_File, records.json())
    articles = [article for raw in (file.data if file else ()) if (article := records.parsed(_Article, raw))]
    paragraphs = [(article.title or "", paragraph) for article in articles for paragraph in article.paragraphs]
    random.Random(seed).shuffle(paragraphs)  # noqa: S311 - no secret
    documents: dict[str, Document] = {}
    cases: list[Case] = []
    for number, (title, raw) in enumerate(paragraphs, 1):
        paragraph = records.parsed(_Paragraph, raw)
        if paragraph and paragraph.context.strip():
            source = f"squad2/{number:05d}.md"
            documents[source] = Document(source=source, title=title.replace("_", " "), text=paragraph.context)
            questions = [records.parsed(_Question, qa) for qa in paragraph.qas]
            cases += [_case(source, paragraph.context, q) for q in questions if q and (q.is_impossible or q.answers)]
    if not cases:
        raise SuiteError(records.nothing_found)
    metrics = (
        *RANKING, "answer_sentence@1", "answer_sentence@3", "fact_coverage", "exact_match",
        "token_f1", "crag", *CITING, *ABSTAINING, *COSTS,
    )  # fmt: skip
    return Suite(
        name="squad2",
        folder=Path(),
        cases=tuple(sorted(cases, key=lambda case: case.id)),
        corpus=Corpus(documents),
        metrics=metrics,
        protocol=PROTOCOL,
        warnings=tuple(records.warnings),
    )


def _case(source: str, text: str, question: _Question) -> Case:
    answers = [] if question.is_impossible else question.answers or []
    sentences = split_sentences(text)
    # An answer may begin in the blank before a sentence, hence the last sentence that starts no later.
    holding = Counter(max((s for s in sentences if s.start <= a.answer_start), default=sentences[0]) for a in answers)
    gold = [holding.most_common(1)[0][0]] if holding else []
    return Case(
        id=question.id,
        question=question.question.strip(),
        kind="unanswerable" if question.is_impossible else "fact",
        facts=(tuple(dict.fromkeys(a.text for a in answers)),) if answers else (),
        evidence=tuple(GoldQuote(source=source, quote=text[s.start : s.end]) for s in gold),
        answerable=not question.is_impossible,
        tags=(f"document:{source}",),
    )
