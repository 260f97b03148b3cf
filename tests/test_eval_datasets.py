"""Dataset adapters: each layout in miniature, its protocol, and a clear error for a wrong file."""
# ruff: noqa: E501 - a record is easier to read unbroken

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from assistant.eval import DATASETS, METRICS, OWN, Case, Suite, open_dataset, report_on, run, write_documents
from assistant.eval.datasets.base import printable
from assistant.types import Document
from tests.eval_help import read_texts

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
GOLD = {"id": "a", "question": "Who?", "kind": "fact", "answerable": True, "facts": [["Romulus"]],
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


def own(folder: Path) -> Path:
    text(folder / "documents" / "rome.txt", PARAGRAPH)
    return jsonl(folder / "questions.jsonl", GOLD)


WRITE: dict[str, Callable[[Path], Path]] = {
    "squad2": lambda folder: text(folder / "dev.json", json.dumps(SQUAD)),
    "clapnq": clapnq,
    "qed": lambda folder: jsonl(folder / "qed.jsonl", QED, QED | {"annotation": {"explanation_type": "none"}}),
    "ramdocs": lambda folder: jsonl(folder / "ram.jsonl", RAM, RAM | {"documents": RAM["documents"][3:]}),
    "qacc": lambda folder: text(folder / "qacc.json", json.dumps([QACC, QACC | {"secondAnswer": None}])),
    OWN: own,
}


def opened(name: str, folder: Path, seed: int = 0) -> Suite:
    return open_dataset(name, WRITE[name](folder), read_texts, seed)


def quotes(case: Case) -> list[str]:
    return [evidence.quote for evidence in case.evidence]


@pytest.mark.parametrize("name", WRITE)
def test_open_dataset_gives_a_suite_that_runs(name: str, tmp_path: Path) -> None:
    suite = opened(name, tmp_path).model_copy(update={"folder": tmp_path / "runs"})
    assert all(suite.corpus.locate(e.source, e.quote) for case in suite.cases for e in case.evidence)
    assert all(source in suite.corpus for case in suite.cases for source in case.scope)
    assert set(suite.metrics) <= set(METRICS)
    assert suite.protocol.startswith(("Pooled", "Given contexts"))
    report = report_on(suite, run(suite, lambda question, **_: f"No idea: {question}"))
    assert report.groups


def test_squad2_pools_paragraphs_and_quotes_the_answer_sentence(tmp_path: Path) -> None:
    suite = opened("squad2", tmp_path)
    answerable, impossible = suite.cases
    assert len(suite.corpus) == 21
    assert quotes(answerable) == ["Its founder was Romulus."]
    assert answerable.facts == (("Romulus", "Its founder"),)
    assert (impossible.kind, impossible.cluster) == ("unanswerable", answerable.evidence[0].source)
    assert suite.corpus[impossible.cluster].title == "Old Rome"


def test_documents_are_shuffled_by_the_seed(tmp_path: Path) -> None:
    first, same, other = (opened("squad2", tmp_path, seed) for seed in (1, 1, 2))
    assert list(first.corpus.values()) == list(same.corpus.values()) != list(other.corpus.values())


def test_clapnq_gives_each_question_its_own_passage(tmp_path: Path) -> None:
    answerable, unanswerable = opened("clapnq", tmp_path).cases
    assert quotes(answerable) == ["Its founder was Romulus.", "It grew."]
    assert answerable.scope != unanswerable.scope
    assert not unanswerable.answerable


def test_qed_keeps_single_sentences_alone(tmp_path: Path) -> None:
    (case,) = opened("qed", tmp_path).cases
    assert (quotes(case), case.facts) == (["Its founder was Romulus."], (("Romulus",),))


def test_ramdocs_wants_all_answers_and_no_wrong_one(tmp_path: Path) -> None:
    suite = opened("ramdocs", tmp_path)
    (case,) = suite.cases
    assert (case.kind, case.facts, case.tagged("wrong")) == ("conflict", (("300",), ("700",)), ("999",))
    assert sorted(quotes(case)) == ["B holds seven hundred.", "It has 300 people."]
    assert len(case.scope) == 4
    assert not any("\x03" in document.text for document in suite.corpus.values())


def test_names_of_given_contexts_do_not_tell_which_is_gold(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "many.jsonl", *[RAM] * 40)
    first = [
        min(case.evidence, key=lambda e: e.source).source[-5:]
        for case in open_dataset("ramdocs", path, read_texts).cases
    ]
    assert len(set(first)) > 1


def test_qacc_is_a_conflict_where_a_second_answer_was_found(tmp_path: Path) -> None:
    suite = opened("qacc", tmp_path)
    conflict, plain = suite.cases
    assert (conflict.kind, conflict.facts, quotes(conflict)) == (
        "conflict",
        (("May",), ("June",)),
        ["In May.", "June it was."],
    )
    assert (plain.kind, plain.facts) == ("fact", (("May",),))
    assert {document.publisher for document in suite.corpus.values()} == {"a.com", "b.com", "c.com"}


def test_open_dataset_reads_the_files_of_jsonl_with_the_given_reader(tmp_path: Path) -> None:
    seen: list[Path] = []

    def read(folder: Path) -> dict[str, Document]:
        seen.append(folder)
        return read_texts(folder)

    open_dataset(OWN, own(tmp_path), read)
    assert seen == [tmp_path / "documents"]


WRONG = [
    ("squad2", "qacc", "1: this is no squad2 file"),
    ("qacc", "squad2", "1: this is no qacc file"),
    ("qed", "ramdocs", "ram.jsonl:1: this is no qed file"),
    ("ramdocs", "qed", "qed.jsonl:1: this is no ramdocs file"),
    ("clapnq", "qed", "qed.jsonl:1: this is no clapnq file"),
    ("jsonl", "qed", "qed.jsonl:1: the corpus"),
]


@pytest.mark.parametrize(("name", "other", "message"), WRONG, ids=[f"{row[1]} as {row[0]}" for row in WRONG])
def test_the_file_of_another_set_is_refused(name: str, other: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as error:
        open_dataset(name, WRITE[other](tmp_path), read_texts)
    assert message in str(error.value)


def test_broken_lines_and_unknown_names_are_told(tmp_path: Path) -> None:
    path = text(tmp_path / "ram.jsonl", json.dumps(RAM) + "\n{oops\n")
    with pytest.raises(SuiteError, match=r"ram\.jsonl:2: broken JSON"):
        open_dataset("ramdocs", path, read_texts)
    with pytest.raises(SuiteError, match=r"no data set 'trivia'.*`squad2`"):
        open_dataset("trivia", path, read_texts)
    with pytest.raises(SuiteError, match="no such file"):
        open_dataset("squad2", tmp_path / "none.json", read_texts)


def test_write_documents_puts_the_metadata_in_front(tmp_path: Path) -> None:
    folder = write_documents(opened("qacc", tmp_path).corpus, tmp_path / "out")
    texts = [path.read_text(encoding="utf-8") for path in (folder / "qacc" / "00001").iterdir()]
    (first,) = [text for text in texts if "In May" in text]
    assert (
        first.replace("02", "01").replace("03", "01")
        == '---\ntitle: "Text 01"\npublisher: "a.com"\n---\n\nIn May. Rain fell.'
    )


def test_printable_blanks_control_characters_and_keeps_offsets() -> None:
    assert printable({"a": ["x\x00y\tz\n\x85"], "b": float("nan")}) == {"a": ["x y\tz\n "], "b": None}


# --- missing values

RECORDS: dict[str, list[dict[str, Any]]] = {
    "clapnq": [CLAP_YES, CLAP_NO | {"id": "next"}],
    "qed": [QED, QED | {"example_id": 6}],
    "ramdocs": [RAM, RAM],
    "qacc": [QACC, QACC],
    "squad2": SQUAD["data"] + json.loads(json.dumps(SQUAD["data"]).replace('"s', '"t')),
}
"""Two records of each set: whatever the first one lacks, the second one is whole."""


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value inside a JSON value, the value itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(value: Any, path: Sequence[Any], new: Any) -> Any:
    """A copy of a JSON value with another value at ``path``."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def written(name: str, folder: Path, *records: Any) -> Path:
    if name == "squad2":
        return text(folder / "set.json", json.dumps({"data": records}))
    if name == "qacc":
        return text(folder / "set.json", json.dumps(records, indent=1))
    return jsonl(folder / "set.jsonl", *records)


def without(value: Any, path: Sequence[Any]) -> Any:
    """A copy of a JSON value without what is at ``path``."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy


@pytest.mark.parametrize("name", DATASETS)
def test_open_dataset_takes_a_record_without_a_key(name: str, tmp_path: Path) -> None:
    first, *others = RECORDS[name]
    for path in places(first):
        assert open_dataset(name, written(name, tmp_path, without(first, path), *others), read_texts).cases


@pytest.mark.parametrize("missing", [None, float("nan")], ids=["null", "NaN"])
@pytest.mark.parametrize("name", DATASETS)
def test_open_dataset_takes_a_missing_value_anywhere(name: str, missing: float | None, tmp_path: Path) -> None:
    first, *others = RECORDS[name]
    for path in places(first):
        suite = open_dataset(name, written(name, tmp_path, changed(first, path, missing), *others), read_texts)
        assert suite.cases
        assert not any("None" in wording for case in suite.cases for fact in case.facts for wording in fact), path
        assert all(suite.corpus.locate(e.source, e.quote) for case in suite.cases for e in case.evidence), path


def test_open_dataset_says_which_records_it_left_out(tmp_path: Path) -> None:
    path = written("qacc", tmp_path, QACC, QACC | {"contexts": None})
    suite = open_dataset("qacc", path, read_texts)
    assert len(suite.cases) == 1
    assert suite.warnings == (f"1 records were left out, the first at {path}:22: contexts is missing",)


def test_open_dataset_names_the_line_of_a_wrong_record(tmp_path: Path) -> None:
    path = written("qacc", tmp_path, QACC, QACC | {"contexts": "In May."})
    assert path.read_text().splitlines()[21].strip() == "{"
    with pytest.raises(SuiteError, match=r"set\.json:22: this is no qacc file: contexts: Input should be a valid list"):
        open_dataset("qacc", path, read_texts)


def test_qacc_without_a_correct_answer_keeps_the_first(tmp_path: Path) -> None:
    (case,) = open_dataset(
        "qacc", written("qacc", tmp_path, QACC | {"secondAnswer": None, "correctAnswer": None}), read_texts
    ).cases
    assert case.facts == (("May",),)
