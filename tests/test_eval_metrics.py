"""Metrics: tables worked out by hand, trusted implementations, and wrong variants that the tables catch."""
# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.eval.cases import Case, GoldQuote
from assistant.eval.corpus import Corpus
from assistant.eval.matching import exact_match, says, token_f1
from assistant.eval.metrics import METRICS, Metric, Sample, Score
from assistant.eval.metrics import retrieval as ranking
from assistant.eval.metrics.abstention import auroc, risk_coverage
from assistant.eval.stats import Column, Overall
from assistant.types import (
    NOT_IN_DOCUMENTS,
    Answer,
    Chunk,
    Citation,
    Claim,
    Conflict,
    Document,
    DocumentMetadata,
    Passage,
    Sentence,
    Side,
    Trace,
)

HERALD = "The bridge closed on Monday. Ten lorries were stopped. Engineers found a long crack in the tower."
POST = "Repairs of the bridge will take six weeks. The mayor promised a ferry for all."
RADIO = "Repairs of the bridge will take ten weeks. Traffic is heavy [7] in the town."
CORPUS = Corpus(
    {
        "herald.md": Document(
            source="herald.md", title="Bridge shut", publisher="Herald", published=date(2024, 6, 1), text=HERALD
        ),
        "post.md": Document(
            source="post.md", title="Six weeks", publisher="Post", published=date(2024, 6, 2), text=POST
        ),
        "notice.md": Document(source="notice.md", title="Post", text="No news."),
        "evening.md": Document(source="evening.md", title="Bill", publisher="Evening Post", text="They paid."),
        "radio.md": Document(
            source="radio.md", title="Ten weeks", publisher="Radio", published=date(2024, 6, 5), text=RADIO
        ),
    }
)


def span(source: str, quote: str) -> tuple[int, int]:
    start = CORPUS[source].text.index(quote)
    return start, start + len(quote)


def passage(source: str, quote: str, rank: int = 1) -> Passage:
    start, end = span(source, quote)
    return Passage(
        chunk=Chunk(source=source, start=start, end=end, text=quote),
        metadata=CORPUS[source].metadata,
        score=1 / rank,
        rank=rank,
    )


def cite(source: str, quote: str, marker: int = 1, /, **wrong: Any) -> Citation:
    start, end = span(source, quote)
    given = {**CORPUS[source].metadata.model_dump(), "marker": marker, "start": start, "end": end, "quote": quote}
    return Citation.model_validate(given | wrong)


def claim(text: str, *citations: Citation) -> Claim:
    return Claim(text=text, citations=citations, support="supported", reason="")


def answer(text: str = "Yes.", **given: Any) -> Answer:
    claims = tuple(given.pop("claims", ()))
    sentences = tuple(
        Sentence(source=s, start=span(s, q)[0], end=span(s, q)[1], text=q, passage=1, score=1.0)
        for s, q in given.pop("sentences", ())
    )
    base: dict[str, Any] = {
        "question": "?",
        "text": text,
        "outcome": "not_in_documents" if text == NOT_IN_DOCUMENTS else "answered",
        "answerability": 0.5,
        "claims": claims,
        "citations": tuple(c for one in claims for c in one.citations),
        "writer": "test",
        "trace": Trace(question="?", sentences=sentences, seconds=given.pop("seconds", {})),
    }
    return Answer.model_validate(base | given)


def case(
    kind: str = "fact", facts: Sequence[Sequence[str]] = (), evidence: Sequence[tuple[str, str]] = (), **given: Any
) -> Case:
    base: dict[str, Any] = {
        "id": "q",
        "question": "?",
        "kind": kind,
        "facts": facts,
        "evidence": [GoldQuote(source=s, quote=q) for s, q in evidence],
        "answerable": kind != "unanswerable",
    }
    return Case.model_validate(base | given)


REFUSAL = answer(NOT_IN_DOCUMENTS)
CRACK, TEN_LORRIES, CLOSED = (
    "Engineers found a long crack in the tower.",
    "Ten lorries were stopped.",
    "The bridge closed on Monday.",
)
SIX, TEN, FERRY = (
    "Repairs of the bridge will take six weeks.",
    "Repairs of the bridge will take ten weeks.",
    "The mayor promised a ferry for all.",
)
FACT = case(facts=[["crack", "fissure"]], evidence=[("herald.md", CRACK)])
MULTI = case("multi", facts=[["six weeks"], ["crack"]], evidence=[("post.md", SIX), ("herald.md", CRACK)])
DISPUTE = case("conflict", facts=[["six weeks"], ["ten weeks"]], evidence=[("post.md", SIX), ("radio.md", TEN)])
NOTHING = case("unanswerable")
FOLLOW_UP = case("follow-up", facts=[["crack"]], evidence=[("herald.md", CRACK)], history=["What about the bridge?"])
SHOWN = answer(
    "Post: Six weeks. [1] Radio: Ten weeks. [2]",
    outcome="conflicting",
    claims=[claim("Post: Six weeks. [1]", cite("post.md", SIX, 1)), claim("Radio: Ten weeks. [2]", cite("radio.md", TEN, 2))],
    conflicts=(
        Conflict(
            about="repairs",
            sides=(Side(value="six weeks", citation=cite("post.md", SIX, 1)), Side(value="ten weeks", citation=cite("radio.md", TEN, 2))),
        ),
    ),
)  # fmt: skip
RANKED = answer(
    passages=(passage("herald.md", CLOSED, 1), passage("post.md", SIX, 2), passage("post.md", FERRY, 3), passage("herald.md", CRACK, 4)),
    sentences=[("herald.md", CLOSED), ("herald.md", CRACK), ("post.md", SIX)],
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A metric, a question, an answer, and the value worked out by hand (None: does not apply)."""

    metric: str
    case: Case
    answer: Answer
    value: float | None

    def __str__(self) -> str:
        return f"{self.metric}={self.value}"

    @property
    def sample(self) -> Sample:
        """The question and its answer as a metric sees them."""
        return Sample(self.case, self.answer, CORPUS)


LOG3, LOG5 = math.log2(3), math.log2(5)
ROWS = [
    Row("document_hit@1", MULTI, RANKED, 1.0),
    Row("document_hit@1", case(evidence=[("post.md", SIX)]), RANKED, 0.0),
    Row("document_mrr@10", case(evidence=[("post.md", SIX)]), RANKED, 0.5),
    Row("document_ndcg@10", MULTI, RANKED, 1.0),
    Row("document_ndcg@10", case(evidence=[("post.md", SIX)]), RANKED, 1 / LOG3),
    Row("document_map@10", case(evidence=[("post.md", SIX)]), RANKED, 0.5),
    Row("document_recall@1", MULTI, RANKED, 0.5),
    Row("document_all_evidence@4", MULTI, RANKED, 1.0),
    Row("document_all_evidence@4", case(evidence=[("post.md", SIX), ("radio.md", TEN)]), RANKED, 0.0),
    Row("passage_hit@1", MULTI, RANKED, 0.0),
    Row("passage_hit@3", MULTI, RANKED, 1.0),
    Row("passage_hit@4", FACT, RANKED, 1.0),
    Row("passage_hit@3", FACT, RANKED, 0.0),
    Row("passage_mrr@10", MULTI, RANKED, 0.5),
    Row("passage_ndcg@10", MULTI, RANKED, (1 / LOG3 + 1 / LOG5) / (1 + 1 / LOG3)),
    Row("passage_map@10", MULTI, RANKED, (1 / 2 + 2 / 4) / 2),
    Row("passage_recall@1", MULTI, RANKED, 0.0),
    Row("passage_recall@4", MULTI, RANKED, 1.0),
    Row("passage_all_evidence@4", MULTI, RANKED, 1.0),
    Row("passage_all_evidence@10", DISPUTE, RANKED, 0.0),
    Row("passage_hit@10", NOTHING, RANKED, None),
    Row("sentence_hit@1", FACT, RANKED, 0.0),
    Row("sentence_mrr@10", FACT, RANKED, 0.5),
    Row("sentence_mrr@10", FACT, answer(sentences=[("herald.md", HERALD)]), 1 / 3),
    Row("sentence_hit@1", FACT, answer(sentences=[("herald.md", HERALD)]), 0.0),
    Row("sentence_mrr@10", FACT, answer(sentences=[("herald.md", "The bridge"), ("herald.md", "closed on Monday."), ("herald.md", CRACK)]), 0.5),
    Row("sentence_recall@4", DISPUTE, RANKED, 0.5),
    Row("fact_coverage", FACT, answer("A FISSURE, it seems."), 1.0),
    Row("fact_coverage", MULTI, answer("After six weeks."), 0.5),
    Row("fact_coverage", case(facts=[["5"]]), answer("In 1985."), 0.0),
    Row("fact_coverage", case(facts=[["documents"]]), REFUSAL, 0.0),
    Row("fact_coverage", NOTHING, answer(), None),
    Row("strict_match", case(facts=[["six"], ["ten"]]), answer("six"), 0.0),
    Row("strict_match", case(facts=[["six"]], tags=["wrong:nine"]), answer("six or nine"), 0.0),
    Row("strict_match", case(facts=[["six"]], tags=["wrong:nine"]), answer("six"), 1.0),
    Row("exact_match", case(facts=[["crack", "long crack"]]), answer("The long crack! [1]"), 1.0),
    Row("exact_match", FACT, answer("a crack was found"), 0.0),
    Row("exact_match", MULTI, answer("crack"), None),
    Row("token_f1", case(facts=[["one", "long crack"]]), answer("the crack in it"), 2 * (1 / 3 * 1 / 2) / (1 / 3 + 1 / 2)),
    Row("token_f1", FACT, REFUSAL, 0.0),
    Row("answer_sentence@1", FACT, RANKED, 0.0),
    Row("answer_sentence@3", FACT, RANKED, 1.0),
    Row("answer_sentence@3", case(evidence=[("radio.md", TEN)]), RANKED, 0.0),
    Row("words", FACT, answer("It is a crack. [1]"), 4.0),
    Row("words", FACT, REFUSAL, None),
    Row("citation_validity", FACT, answer("A [1]", claims=[claim("A [1]", cite("herald.md", CRACK))]), 1.0),
    Row("citation_validity", FACT, answer("A [1]", claims=[claim("A [1]", cite("herald.md", CRACK, quote="Engineers found a gap"))]), 0.0),
    Row("citation_validity", FACT, answer("A [1]", claims=[claim("A [1]", cite("herald.md", CRACK, start=2))]), 0.0),
    Row("citation_validity", FACT, answer("A [1]", claims=[claim("A [1]", cite("herald.md", CRACK, source="none.md"))]), 0.0),
    Row("citation_validity", FACT, answer("A [1] B [2]", claims=[claim("A [1]", cite("herald.md", CRACK))]), 0.5),
    Row("citation_validity", FACT, answer("A [7] [1]", claims=[claim("A [1]", cite("radio.md", "Traffic is heavy [7] in the town."))]), 1.0),
    Row("citation_validity", FACT, answer("A [1]", claims=[claim("A [1]", cite("post.md", SIX), cite("radio.md", TEN))]), 0.5),
    Row("citation_validity", FACT, REFUSAL, None),
    Row("citation_precision", FACT, answer("A", claims=[claim("A", cite("herald.md", CRACK), cite("post.md", SIX, 2))]), 0.5),
    Row("citation_precision", FACT, answer("A", claims=[claim("A", cite("herald.md", HERALD))]), 1 / 3),
    Row("citation_precision", FACT, answer("A", claims=[claim("A", cite("herald.md", CRACK, quote="none"))]), None),
    Row("citation_recall", MULTI, answer("A", claims=[claim("A", cite("herald.md", CRACK))]), 0.5),
    Row("citation_recall", FACT, REFUSAL, 0.0),
    Row("citation_f1", FACT, answer("A", claims=[claim("A", cite("herald.md", CRACK), cite("post.md", SIX, 2))]), 2 / 3),
    Row("citation_f1", FACT, REFUSAL, 0.0),
    Row("uncited_claims", FACT, answer("A B", claims=[claim("A", cite("herald.md", CRACK)), claim("B")]), 0.5),
    Row("uncited_claims", FACT, answer("A"), 1.0),
    Row("uncited_claims", FACT, REFUSAL, None),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("Herald: a crack", cite("herald.md", CRACK))]), 0.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("Post: a crack", cite("herald.md", CRACK))]), 1.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim(f"{SIX} [1]", cite("radio.md", TEN))]), 1.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("a", cite("herald.md", CRACK, published="2020-01-01"))]), 1.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("Evening Post: they paid", cite("evening.md", "They paid."))]), 0.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("Herald: the post office shut", cite("herald.md", CRACK))]), 0.0),
    Row("misattributed_claims", FACT, answer("A", claims=[claim("a Post for all", cite("notice.md", "No news."))]), 0.0),
    Row("misattributed_claims", FACT, answer("A"), None),
    Row("false_answers", NOTHING, answer(), 1.0),
    Row("false_answers", NOTHING, REFUSAL, 0.0),
    Row("false_answers", FACT, answer(), None),
    Row("false_refusals", FACT, REFUSAL, 1.0),
    Row("false_refusals", FACT, answer(), 0.0),
    Row("false_refusals", NOTHING, REFUSAL, None),
    Row("crag", FACT, answer("crack"), 1.0),
    Row("crag", FACT, answer("gap"), -1.0),
    Row("crag", FACT, REFUSAL, 0.0),
    Row("crag", NOTHING, REFUSAL, 0.0),
    Row("crag", NOTHING, answer(), -1.0),
    Row("false_conflicts", FACT, SHOWN, 1.0),
    Row("false_conflicts", FACT, answer(), 0.0),
    Row("false_conflicts", DISPUTE, SHOWN, None),
    Row("both_sides_cited", DISPUTE, SHOWN, 1.0),
    Row("both_sides_cited", DISPUTE, answer("A", claims=[claim("A", cite("post.md", SIX))]), 0.0),
    Row("both_sides_cited", FACT, SHOWN, None),
    Row("sides_attributed", DISPUTE, SHOWN, 1.0),
    Row("sides_attributed", DISPUTE, SHOWN.model_copy(update={"text": "Post: six weeks; another: ten weeks"}), 0.5),
    Row("sides_attributed", DISPUTE, SHOWN.model_copy(update={"conflicts": ()}), 0.0),
    Row("follow_up_fact_coverage", FOLLOW_UP, answer("a crack"), 1.0),
    Row("follow_up_fact_coverage", FACT, answer("a crack"), None),
    Row("follow_up_full_fact_coverage", FOLLOW_UP.model_copy(update={"variant": "full"}), answer("a gap"), 0.0),
    Row("follow_up_full_fact_coverage", FOLLOW_UP, answer("a crack"), None),
    Row("follow_up_bare_passage_hit@4", FOLLOW_UP.model_copy(update={"variant": "bare"}), RANKED, 1.0),
    Row("follow_up_document_hit@4", FOLLOW_UP, RANKED, 1.0),
    Row("follow_up_answer_sentence@1", FOLLOW_UP, RANKED, 0.0),
    Row("seconds_p50", FACT, answer(seconds={"retrieve": 1.0, "wall": 3.0}), 3.0),
    Row("seconds_p50", FACT, answer(seconds={"retrieve": 1.0, "total": 2.0}), 2.0),
    Row("seconds_p50", FACT, answer(), None),
    Row("failures", FACT, answer(), 0.0),
    Row("failures", FACT, answer(writer="failed"), 1.0),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_score_is_the_value_worked_out_by_hand(row: Row) -> None:
    assert METRICS[row.metric].score(row.sample).value == pytest.approx(row.value)


# Each wrong variant is a mistake somebody could make; the rows above must tell it from the metric.
Scorer = Callable[[Sample], Score]


def _else(metric: str) -> Scorer:
    return METRICS[metric].score


def _trusting(sample: Sample) -> Score:
    return Score(1.0 if sample.answer.citations else None)


def _substring(sample: Sample) -> Score:
    held = [any(w.lower() in sample.answer.text.lower() for w in fact) for fact in sample.case.facts]
    return Score(sum(held) / len(held) if held else None)


def _zero_for_none(metric: str) -> Scorer:
    return lambda sample: Score(METRICS[metric].score(sample).value or 0.0)


def _by_outlet_alone(sample: Sample) -> Score:
    cited = [c for c in sample.answer.claims if c.citations]
    return Score(float(any(f"{o}:" in c.text for c in cited for o in ("Post", "Radio"))) if cited else None)


WRONG: Mapping[str, Scorer] = {
    "document_hit@1": _else("document_hit@4"),
    "document_all_evidence@4": _else("document_hit@4"),
    "document_recall@1": _else("document_hit@1"),
    "document_mrr@10": _else("document_ndcg@10"),
    "document_ndcg@10": _else("document_mrr@10"),
    "document_map@10": _else("document_ndcg@10"),
    "passage_hit@1": _else("passage_hit@4"),
    "passage_hit@3": _else("document_hit@3"),
    "passage_hit@4": _else("passage_hit@3"),
    "passage_hit@10": _zero_for_none("passage_hit@10"),
    "passage_mrr@10": _else("document_mrr@10"),
    "passage_ndcg@10": _else("passage_map@10"),
    "passage_map@10": _else("passage_ndcg@10"),
    "passage_recall@4": _else("passage_recall@1"),
    "passage_all_evidence@10": _else("passage_hit@10"),
    "sentence_mrr@10": _else("passage_mrr@10"),
    "sentence_hit@1": _else("sentence_hit@3"),
    "sentence_recall@4": _else("sentence_all_evidence@4"),
    "fact_coverage": _substring,
    "strict_match": _else("fact_coverage"),
    "exact_match": _else("token_f1"),
    "token_f1": _else("exact_match"),
    "answer_sentence@1": _else("answer_sentence@3"),
    "answer_sentence@3": _else("answer_sentence@1"),
    "words": lambda sample: Score(float(len(sample.answer.text.split()))),
    "citation_validity": _trusting,
    "citation_precision": _else("citation_recall"),
    "citation_recall": _else("citation_precision"),
    "citation_f1": _else("citation_precision"),
    "uncited_claims": _zero_for_none("uncited_claims"),
    "misattributed_claims": _by_outlet_alone,
    "false_answers": _zero_for_none("false_answers"),
    "false_refusals": lambda sample: Score(float(sample.refused)),
    "crag": _else("fact_coverage"),
    "false_conflicts": lambda sample: Score(float(bool(sample.answer.conflicts))),
    "both_sides_cited": _else("citation_recall"),
    "sides_attributed": _else("both_sides_cited"),
    "follow_up_fact_coverage": _else("fact_coverage"),
    "follow_up_full_fact_coverage": _else("fact_coverage"),
    "follow_up_bare_passage_hit@4": _else("follow_up_passage_hit@4"),
    "follow_up_document_hit@4": _else("follow_up_answer_sentence@1"),
    "follow_up_answer_sentence@1": _else("follow_up_document_hit@4"),
    "seconds_p50": lambda sample: Score(sum(sample.answer.trace.seconds.values()) or None),
    "failures": lambda sample: Score(float(not sample.answer.text)),
}  # fmt: skip


@pytest.mark.parametrize("metric", sorted(WRONG))
def test_a_wrong_implementation_is_caught(metric: str) -> None:
    rows = [row for row in ROWS if row.metric == metric]
    assert any(WRONG[metric](row.sample).value != pytest.approx(row.value) for row in rows)


def test_every_measured_metric_has_a_wrong_implementation() -> None:
    families = {
        name.split("@")[0].removeprefix("document_").removeprefix("passage_").removeprefix("sentence_")
        for name in METRICS
    }
    caught = {
        name.split("@")[0].removeprefix("document_").removeprefix("passage_").removeprefix("sentence_")
        for name in {*WRONG, *WRONG_OVER_ALL}
    }
    forms = {f.replace("follow_up_full_", "follow_up_").replace("follow_up_bare_", "follow_up_") for f in families}
    assert (
        forms - {c.replace("follow_up_full_", "follow_up_").replace("follow_up_bare_", "follow_up_") for c in caught}
        == set()
    )


# --- numbers over all questions

OVERALL: Mapping[str, tuple[Sequence[float], Sequence[float], float]] = {
    "auroc": ([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0], 0.875),
    "aurc": ([0.9, 0.8, 0.1], [1, 0, 1], (0 + 1 / 2 + 1 / 3) / 3),
    "refusal_precision": ([1, 1, 1, 0], [1, 0, 0, 1], 1 / 3),
    "refusal_recall": ([1, 1, 1, 0], [1, 0, 0, 1], 1 / 2),
    "refusal_f1": ([1, 1, 1, 0], [1, 0, 0, 1], 2 / 5),
    "conflict_precision": ([1, 1, 1, 0], [1, 0, 0, 1], 1 / 3),
    "conflict_recall": ([1, 1, 1, 0], [1, 0, 0, 1], 1 / 2),
    "conflict_f1": ([1, 1, 1, 0], [1, 0, 0, 1], 2 / 5),
    "seconds_p50": ([1, 2, 9], [0, 0, 0], 2.0),
    "seconds_p95": ([0, 10], [0, 0], 9.5),
}


def column(values: Sequence[float], truths: Sequence[float]) -> Column:
    return Column(np.array(values, dtype=float), np.array(truths, dtype=float))


@pytest.mark.parametrize("metric", OVERALL)
def test_overall_is_the_value_worked_out_by_hand(metric: str) -> None:
    assert METRICS[metric].overall(column(*OVERALL[metric][:2])) == pytest.approx(OVERALL[metric][2])


def _without_ties(c: Column) -> float:
    return float((c.values[c.truths == 1][:, None] > c.values[c.truths == 0]).mean())


WRONG_OVER_ALL: Mapping[str, Overall] = {
    "auroc": _without_ties,
    "aurc": lambda c: 1 - auroc(c),
    "refusal_precision": lambda c: float((c.values == c.truths).mean()),  # accuracy
    "refusal_recall": METRICS["refusal_precision"].overall,
    "refusal_f1": METRICS["refusal_recall"].overall,
    "conflict_precision": METRICS["conflict_recall"].overall,
    "conflict_recall": METRICS["conflict_precision"].overall,
    "conflict_f1": lambda c: (METRICS["conflict_precision"].overall(c) + METRICS["conflict_recall"].overall(c)) / 2,
    "seconds_p50": lambda c: float(c.values.mean()),
    "seconds_p95": lambda c: float(c.values.max()),
}


@pytest.mark.parametrize("metric", WRONG_OVER_ALL)
def test_a_wrong_overall_is_caught(metric: str) -> None:
    assert WRONG_OVER_ALL[metric](column(*OVERALL[metric][:2])) != pytest.approx(OVERALL[metric][2])


@pytest.mark.parametrize(
    ("metric", "given", "value", "truth"),
    [
        ("auroc", answer(answerability=0.7), 0.7, 1.0),
        ("refusal_f1", REFUSAL, 1.0, 0.0),
        ("refusal_f1", answer(), 0.0, 0.0),
        ("conflict_f1", SHOWN, 1.0, 0.0),
    ],
    ids=["answerability", "refused", "answered", "conflict"],
)
def test_point_holds_the_answers_side_and_the_gold_side(metric: str, given: Answer, value: float, truth: float) -> None:
    score = METRICS[metric].score(Sample(FACT, given, CORPUS))
    assert (score.value, score.truth) == (value, truth)


def test_conflict_truth_comes_from_kind_or_tag() -> None:
    truths = [
        METRICS["conflict_f1"].score(Sample(c, SHOWN, CORPUS)).truth for c in (DISPUTE, FACT, case(tags=["conflict"]))
    ]
    assert truths == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("metric", ["auroc", "aurc", "refusal_f1", "refusal_recall"])
def test_overall_of_one_class_alone_does_not_exist(metric: str) -> None:
    assert math.isnan(METRICS[metric].overall(column([0.0, 1.0], [0.0, 0.0])))


# --- against trusted implementations -------------------------------------------------------------------------

IR = {
    "hit": (ranking.hit, ir_measures.Success),
    "mrr": (ranking.reciprocal_rank, ir_measures.RR),
    "ndcg": (ranking.ndcg, ir_measures.nDCG),
    "map": (ranking.average_precision, ir_measures.AP),
    "recall": (ranking.recall, ir_measures.R),
}


@pytest.mark.parametrize("name", IR)
@given(found=st.sets(st.integers(1, 25), max_size=6), lost=st.integers(0, 3), k=st.sampled_from([1, 4, 10]))
def test_ranking_agrees_with_ir_measures(name: str, found: set[int], lost: int, k: int) -> None:
    if not found and not lost:
        lost = 1
    ours, theirs = IR[name]
    qrels = [ir_measures.Qrel("q", f"d{rank}", 1) for rank in found]
    qrels += [ir_measures.Qrel("q", f"lost{n}", 1) for n in range(lost)]
    run = [ir_measures.ScoredDoc("q", f"d{rank}", 100.0 - rank) for rank in range(1, 26)]
    expected = ir_measures.calc_aggregate([theirs @ k], qrels, run)[theirs @ k]
    assert ours([*sorted(found), *[None] * lost], k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("prediction", "gold", "em", "f1"),
    [
        ("The Eiffel Tower!", "eiffel tower", 1.0, 1.0),
        ("in 1889", "1889", 0.0, 2 / 3),
        ("a cat sat", "the cat, sat.", 1.0, 1.0),
        ("cat cat", "cat", 0.0, 2 / 3),
        ("", "", 1.0, 1.0),
        ("the", "", 1.0, 1.0),
        ("dog", "cat", 0.0, 0.0),
        ("U.S.A.", "usa", 1.0, 1.0),
    ],
)
def test_squad_normalization_and_f1(prediction: str, gold: str, em: float, f1: float) -> None:
    assert exact_match(prediction, gold) == em
    assert token_f1(prediction, gold) == pytest.approx(f1)


@given(scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=12), data=st.data())
def test_auroc_is_the_share_of_ordered_pairs(scores: list[float], data: st.DataObject) -> None:
    labels = data.draw(
        st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)).filter(lambda t: len(set(t)) == 2)
    )
    positive = [s for s, label in zip(scores, labels, strict=True) if label]
    negative = [s for s, label in zip(scores, labels, strict=True) if not label]
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert auroc(column(scores, labels)) == pytest.approx(sum(pairs) / len(pairs))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
def test_risk_at_full_coverage_is_the_share_of_false_cases(pairs: list[tuple[float, bool]]) -> None:
    truths = np.array([float(label) for _, label in pairs])
    coverage, risk = risk_coverage(Column(np.array([score for score, _ in pairs]), truths))
    assert coverage[-1] == 1.0
    assert risk[-1] == pytest.approx(1 - truths.mean())
    assert ((risk >= -1e-9) & (risk <= 1 + 1e-9)).all()


@pytest.mark.parametrize(
    ("text", "wording", "held"),
    [
        ("It cost 1,900 crowns.", "1900", True),
        ("Fifty-one hours", "fifty one hours", True),
        ("at 3:25 p.m.", "3 p.m.", False),
        ("in Zürich [3]", "zurich", True),
        ("the driver's licence", "drivers licence", True),
        ("1.5 million", "5 million", False),
        ("anything", "", False),
    ],
)
def test_a_fact_is_found_as_whole_words(text: str, wording: str, held: bool) -> None:
    assert says(text, wording) is held


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_bounded_scores_stay_in_range_and_none_has_a_reason(metric: Metric) -> None:
    scores = [metric.score(row.sample) for row in ROWS]
    assert all(score.reason for score in scores if score.value is None)
    assert not metric.bounded or all(0.0 <= score.value <= 1.0 for score in scores if score.value is not None)


def test_every_metric_takes_a_citation_of_an_unknown_source() -> None:
    stray = Citation(**DocumentMetadata(source="none.md", title="x").model_dump(), marker=1, start=0, end=1, quote="x")
    scores = [m.score(Sample(DISPUTE, answer("x [1]", claims=[claim("x", stray)]), CORPUS)) for m in METRICS.values()]
    assert len(scores) == len(METRICS)
