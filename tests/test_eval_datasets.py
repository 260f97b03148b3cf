"""Dataset adapters: each layout in miniature, its protocol, and a clear error for a wrong file."""
# ruff: noqa: E501 - a record is easier to read unbroken

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from assistant.eval import DATASETS, Case, Corpus, Dataset, Score, open_dataset, report_on, run
from assistant.eval.datasets.base import printable, read_texts
from assistant.eval.metrics import METRICS
from assistant.types import Answer, Chunk, Document, DocumentMetadata, Passage, Trace

PARAGRAPH = "Rome was founded early. Its founder was Romulus. It grew."
SQUAD = {
    "data": [
        {
            "title": "Old_Rome",
            "paragraphs": [
                {
                    "context": PARAGRAPH,
                    "qas": [
                        {"id": "s1", "question": "Who founded it? ", "is_impossible": False, "answers": [
                            {"text": "Romulus", "answer_start": 40}, {"text": "Its founder", "answer_start": 24}]},
                        {"id": "s2", "question": "Who fled?", "is_impossible": True, "answers": []},
                    ],
                },
                *({"context": f"Paragraph {n}.", "qas": []} for n in range(20)),
            ],
        }
    ]
}  # fmt: skip
CLAP_YES = {
    "id": "1", "input": "who founded rome", "passages": [{"title": "Rome", "text": PARAGRAPH}],
    "output": [{"answer": "x", "selected_sentences": ["Its founder was Romulus."]}, {"answer": "y", "selected_sentences": ["It grew."]}],
}  # fmt: skip
CLAP_NO = CLAP_YES | {"id": "2", "output": [{"answer": "", "selected_sentences": []}]}
CLAP_LOST = CLAP_YES | {"id": "3", "output": [{"answer": "prose", "selected_sentences": []}]}
QED = {
    "example_id": 5, "title_text": "Rome", "question_text": "who founded rome", "paragraph_text": PARAGRAPH,
    "original_nq_answers": [[{"string": "Romulus"}]],
    "annotation": {
        "explanation_type": "single_sentence", "selected_sentence": {"string": "Its founder was Romulus. "},
        "answer": [{"paragraph_reference": {"string": "Romulus"}}],
    },
}  # fmt: skip
RAM = {
    "question": "Population?", "gold_answers": ["300", "700"], "wrong_answers": ["999"],
    "documents": [
        {"text": "Small town. It has 300 people.", "type": "correct", "answer": "300"},
        {"text": "B holds seven hundred.", "type": "correct", "answer": "700"},
        {"text": "C says 999\x03.", "type": "misinfo", "answer": "999"},
        {"text": "D is long.", "type": "noise", "answer": "unknown"},
    ],
}  # fmt: skip
QACC = {
    "question": "When?", "contexts": ["In May. Rain fell.", "June it was.", "Nothing."], "sources": ["a.com", "b.com", "c.com"],
    "firstAnswer": "May", "firstContext": "['A', 'Z']", "secondAnswer": "June", "secondContext": "['B']",
    "thirdAnswer": None, "thirdContext": None, "correctAnswer": "May",
}  # fmt: skip
ARTICLES = [
    {"title": "T1", "source": "Wire", "published_at": "2023-09-26T17:01:22+00:00", "body": "Alpha said yes. More.", "url": "u1"},
    {"title": "T2", "source": "Post", "published_at": "2023-10-02T01:00:00+00:00", "body": "Beta said no.", "url": "u2"},
]  # fmt: skip
QUERIES = [
    {"query": "Do they agree?", "answer": "no", "question_type": "comparison_query", "evidence_list": [
        {"title": "T1", "fact": "Alpha said yes.", "url": "u1"}, {"title": "T2", "fact": "Beta said no."}]},
    {"query": "What of gamma?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
]  # fmt: skip
LLAMA = {
    "examples": [
        {"query": "Who?", "reference_contexts": ["Its founder was\nRomulus."], "reference_answer": "Romulus"},
        {"query": "Lost?", "reference_contexts": ["Never written."], "reference_answer": "x"},
    ]
}
OWN = {"id": "a", "question": "Who?", "kind": "fact", "answerable": True, "facts": [["Romulus"]],
       "evidence": [{"source": "rome.txt", "quote": "Its founder was Romulus."}]}  # fmt: skip


def jsonl(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def text(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def clapnq(folder: Path) -> Path:
    jsonl(folder / "answerable.jsonl", CLAP_YES, CLAP_LOST)
    jsonl(folder / "unanswerable.jsonl", CLAP_NO)
    return folder


def multihop(folder: Path) -> Path:
    text(folder / "corpus.json", json.dumps(ARTICLES))
    text(folder / "MultiHopRAG.json", json.dumps(QUERIES))
    return folder


def llama(folder: Path) -> Path:
    text(folder / "source_files" / "rome.txt", PARAGRAPH)
    text(folder / "rag_dataset.json", json.dumps(LLAMA))
    return folder


def own(folder: Path) -> Path:
    text(folder / "documents" / "rome.txt", PARAGRAPH)
    return jsonl(folder / "questions.jsonl", OWN)


WRITE: dict[str, Callable[[Path], Path]] = {
    "squad2": lambda folder: text(folder / "dev.json", json.dumps(SQUAD)),
    "clapnq": clapnq,
    "qed": lambda folder: jsonl(folder / "qed.jsonl", QED, QED | {"annotation": {"explanation_type": "none"}}),
    "ramdocs": lambda folder: jsonl(folder / "ram.jsonl", RAM, RAM | {"documents": RAM["documents"][3:]}),
    "qacc": lambda folder: text(folder / "qacc.json", json.dumps([QACC, QACC | {"secondAnswer": None}])),
    "multihop-rag": multihop,
    "llama-dataset": llama,
    "jsonl": own,
}


def opened(name: str, folder: Path, seed: int = 0) -> Dataset:
    return open_dataset(name, WRITE[name](folder), seed)


def quotes(case: Case) -> list[str]:
    return [evidence.quote for evidence in case.evidence]


@pytest.mark.parametrize("name", DATASETS)
def test_every_set_makes_an_exam_that_can_be_sat(name: str, tmp_path: Path) -> None:
    dataset = opened(name, tmp_path)
    corpus = Corpus(dataset.documents)
    assert all(corpus.locate(e.source, e.quote) for case in dataset.cases for e in case.evidence)
    assert all(source in corpus for case in dataset.cases for source in case.scope)
    assert set(dataset.metrics) <= set(METRICS)
    assert dataset.protocol.startswith(("Pooled", "Given contexts"))
    suite = dataset.suite(tmp_path / "runs")
    report = report_on(suite, run(suite, lambda question, **_: f"No idea: {question}"))
    assert report.metrics


def test_squad2_pools_paragraphs_and_quotes_the_answer_sentence(tmp_path: Path) -> None:
    dataset = opened("squad2", tmp_path)
    answerable, impossible = dataset.cases
    assert len(dataset.documents) == 21
    assert quotes(answerable) == ["Its founder was Romulus."]
    assert answerable.facts == (("Romulus", "Its founder"),)
    assert (impossible.kind, impossible.cluster) == ("unanswerable", answerable.evidence[0].source)
    assert dataset.documents[impossible.cluster].title == "Old Rome"


def test_documents_are_shuffled_by_the_seed(tmp_path: Path) -> None:
    first, same, other = (opened("squad2", tmp_path, seed) for seed in (1, 1, 2))
    assert first.documents == same.documents != other.documents


def test_clapnq_gives_each_question_its_own_passage(tmp_path: Path) -> None:
    answerable, unanswerable = opened("clapnq", tmp_path).cases
    assert quotes(answerable) == ["Its founder was Romulus.", "It grew."]
    assert answerable.scope != unanswerable.scope
    assert not unanswerable.answerable


def test_qed_keeps_single_sentences_alone(tmp_path: Path) -> None:
    (case,) = opened("qed", tmp_path).cases
    assert (quotes(case), case.facts) == (["Its founder was Romulus."], (("Romulus",),))


def test_ramdocs_wants_all_answers_and_no_wrong_one(tmp_path: Path) -> None:
    dataset = opened("ramdocs", tmp_path)
    (case,) = dataset.cases
    assert (case.kind, case.facts, case.tagged("wrong")) == ("conflict", (("300",), ("700",)), ("999",))
    assert sorted(quotes(case)) == ["B holds seven hundred.", "It has 300 people."]
    assert len(case.scope) == 4
    assert not any("\x03" in document.text for document in dataset.documents.values())


def test_names_of_given_contexts_do_not_tell_which_is_gold(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "many.jsonl", *[RAM] * 40)
    first = [min(case.evidence, key=lambda e: e.source).source[-5:] for case in open_dataset("ramdocs", path).cases]
    assert len(set(first)) > 1


def test_qacc_is_a_conflict_where_a_second_answer_was_found(tmp_path: Path) -> None:
    dataset = opened("qacc", tmp_path)
    conflict, plain = dataset.cases
    assert (conflict.kind, conflict.facts, quotes(conflict)) == (
        "conflict",
        (("May",), ("June",)),
        ["In May.", "June it was."],
    )
    assert (plain.kind, plain.facts) == ("fact", (("May",),))
    assert {document.publisher for document in dataset.documents.values()} == {"a.com", "b.com", "c.com"}


def test_multihop_rag_has_dates_publishers_and_null_queries(tmp_path: Path) -> None:
    dataset = opened("multihop-rag", tmp_path)
    query, null = dataset.cases
    assert quotes(query) == ["Alpha said yes.", "Beta said no."]
    assert str(dataset.documents[query.evidence[0].source].published) == "2023-09-26"
    assert (null.kind, null.facts) == ("unanswerable", ())


def test_multihop_rag_scorer_ignores_blanks_and_sources(tmp_path: Path) -> None:
    query = opened("multihop-rag", tmp_path).cases[0]
    texts = ["nothing", "Alphasaid\nyes. and Beta said no.", "Alpha said yes."]
    passages = tuple(
        Passage(
            chunk=Chunk(source="x", start=0, end=len(t), text=t),
            metadata=DocumentMetadata(source="x", title="x"),
            score=1,
            rank=n,
        )
        for n, t in enumerate(texts, 1)
    )
    answer = Answer(
        question="?",
        text="no",
        outcome="answered",
        answerability=1,
        passages=passages,
        writer="w",
        trace=Trace(question="?"),
    )
    scores: dict[str, Score] = {
        m: METRICS[f"multihop_rag_{m}"].score(query, answer, Corpus({})) for m in ("hits@4", "map@10", "mrr@10")
    }
    assert {name: score.value for name, score in scores.items()} == {"hits@4": 1.0, "map@10": 0.5, "mrr@10": 0.5}


def test_llama_dataset_finds_its_contexts_in_the_files(tmp_path: Path) -> None:
    dataset = opened("llama-dataset", tmp_path)
    (case,) = dataset.cases
    assert case.evidence[0].source == "rome.txt"
    assert "1 examples have no reference context" in dataset.warnings[0]


def test_a_reader_may_be_handed_in(tmp_path: Path) -> None:
    seen: list[Path] = []

    def read(folder: Path) -> dict[str, Document]:
        seen.append(folder)
        return read_texts(folder)

    open_dataset("llama-dataset", llama(tmp_path), read=read)
    assert seen == [tmp_path / "source_files"]


WRONG = [
    ("squad2", "qacc", "1: this is no squad2 file"),
    ("qacc", "squad2", "1: this is no qacc file"),
    ("qed", "ramdocs", "ram.jsonl:1: this is no qed file"),
    ("ramdocs", "qed", "qed.jsonl:1: this is no ramdocs file"),
    ("clapnq", "qed", "qed.jsonl:1: this is no clapnq file"),
    ("multihop-rag", "llama-dataset", "corpus.json:1: cannot be opened"),
    ("llama-dataset", "multihop-rag", "rag_dataset.json:1: cannot be opened"),
    ("jsonl", "qed", "qed.jsonl:1: the corpus"),
]


@pytest.mark.parametrize(("name", "other", "message"), WRONG, ids=[f"{row[1]} as {row[0]}" for row in WRONG])
def test_the_file_of_another_set_is_refused(name: str, other: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as error:
        open_dataset(name, WRITE[other](tmp_path))
    assert message in str(error.value)


def test_broken_lines_and_unknown_names_are_told(tmp_path: Path) -> None:
    path = text(tmp_path / "ram.jsonl", json.dumps(RAM) + "\n{oops\n")
    with pytest.raises(SuiteError, match=r"ram\.jsonl:2: broken JSON"):
        open_dataset("ramdocs", path)
    with pytest.raises(SuiteError, match=r"no data set 'trivia'.*`squad2`"):
        open_dataset("trivia", path)
    with pytest.raises(SuiteError, match="no such file"):
        open_dataset("squad2", tmp_path / "none.json")


def test_written_documents_carry_what_is_known_in_front(tmp_path: Path) -> None:
    folder = opened("multihop-rag", tmp_path).write(tmp_path / "out")
    written = (folder / "multihop-rag" / "00001.md").read_text(encoding="utf-8")
    assert written.startswith('---\ntitle: "T')
    assert 'published: "2023-' in written
    assert written.endswith(("More.", "no."))


def test_control_characters_become_blanks_and_offsets_stay() -> None:
    assert printable({"a": ["x\x00y\tz\n\x85"]}) == {"a": ["x y\tz\n "]}
