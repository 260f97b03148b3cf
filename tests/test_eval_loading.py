"""Loading suites: what is read, and every fault by file and line."""
# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from assistant.eval import Case, Suite, init, load, select
from tests.eval_help import read_texts

QUOTE = "Its lamp stands 38 metres above the sea"
GOOD: dict[str, Any] = {
    "id": "a",
    "question": "How high is the lamp?",
    "history": [],
    "kind": "number",
    "facts": [["38 metres"]],
    "evidence": [{"source": "lighthouse.md", "quote": QUOTE}],
    "answerable": True,
    "tags": [],
}


def suite_in(folder: Path, *lines: str | dict[str, Any], suite: str = "") -> Path:
    """A suite in a fresh folder: the template's, with these gold lines and these lines more in suite.toml."""
    init(folder)
    if lines:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / "gold" / "dev.jsonl").write_text(text + "\n", encoding="utf-8")
    if suite:
        (folder / "suite.toml").write_text(suite, encoding="utf-8")
    return folder


def opened(folder: Path, split: str | None = "dev") -> Suite:
    return load(folder, read_texts, split)


def test_init_writes_a_suite_that_loads(tmp_path: Path) -> None:
    suite = opened(suite_in(tmp_path / "mine"))
    assert [case.id for case in suite.cases] == ["example-1", "example-2"]
    assert suite.warnings == ()
    assert suite.title == "mine (dev)"


FAULTY: dict[str, tuple[list[str | dict[str, Any]], str]] = {
    "quote": ([GOOD | {"evidence": [{"source": "lighthouse.md", "quote": "39 metres"}]}], "dev.jsonl:1: 'lighthouse.md' does not hold the quote '39 metres'"),
    "source": ([GOOD | {"evidence": [{"source": "tower.md", "quote": "x"}]}], "dev.jsonl:1: the corpus has no source 'tower.md'"),
    "double id": ([GOOD, "", GOOD], "dev.jsonl:3: the id 'a' is taken by"),
    "unknown key": ([GOOD, GOOD | {"id": "b", "answer": "38"}], "dev.jsonl:2: unknown key 'answer'"),
    "unknown evidence key": ([GOOD | {"evidence": [{"source": "a", "quote": "b", "page": 1}]}], "dev.jsonl:1: unknown key 'evidence.0.page'"),
    "missing key": ([{k: v for k, v in GOOD.items() if k != "kind"}], "dev.jsonl:1: missing key 'kind'"),
    "broken JSON": ([GOOD, '{"id": "b",'], "dev.jsonl:2: broken JSON"),
    "no object": (["[1]"], "dev.jsonl:1: record: Input should be an object"),
    "unknown kind": ([GOOD | {"kind": "riddle"}], "dev.jsonl:1: kind:"),
    "variant": ([GOOD | {"variant": "full"}], "dev.jsonl:1: unknown key 'variant'"),
    "contradiction": ([GOOD | {"answerable": False}], "dev.jsonl:1: kind 'number' does not go with answerable = false"),
    "no evidence": ([GOOD | {"evidence": []}], "dev.jsonl:1: an answerable question needs evidence"),
    "no history": ([GOOD | {"kind": "follow-up"}], "dev.jsonl:1: a follow-up needs a history"),
    "blank wording": ([GOOD | {"facts": [[" "]]}], "dev.jsonl:1: a fact needs at least one wording"),
    "empty": ([""], "dev.jsonl:1: holds no questions"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_gold_is_named_with_file_and_line(name: str, tmp_path: Path) -> None:
    lines, message = FAULTY[name]
    with pytest.raises(SuiteError) as error:
        opened(suite_in(tmp_path, *lines))
    assert message in str(error.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as error:
        opened(suite_in(tmp_path, "{", GOOD | {"facts": [[""]]}, GOOD | {"more": 1}))
    assert [line.split(": ")[0].rpartition(":")[2] for line in str(error.value).splitlines()] == ["1", "3", "2"]


SUITE = 'name = "x"\ncorpus = "documents"\nmetrics = ["words"]\n[gold]\ndev = "gold/dev.jsonl"\n'
FAULTY_SUITES = {
    "corpus": (SUITE.replace('"documents"', '"nowhere"'), "suite.toml:2: the corpus"),
    "metric": (SUITE.replace('"words"', '"words",\n"wit"'), "suite.toml:4: unknown metric 'wit'"),
    "gate metric": (SUITE + '[gates]\nwit = ">= 1"\n', "suite.toml:7: gate on the unknown metric 'wit'"),
    "gate": (SUITE + '[gates]\nwords = "about 5"\n', "suite.toml:7: a gate reads like '>= 0.9', not 'about 5'"),
    "unknown key": ('colour = "red"\n' + SUITE, "suite.toml:1: unknown key 'colour'"),
    "no gold": (SUITE.replace('dev = "gold/dev.jsonl"', ""), "suite.toml:4: gold"),
    "gold file": (SUITE.replace("gold/dev", "gold/none"), "none.jsonl:1: cannot be opened"),
    "split": (SUITE.replace("dev =", "test ="), "suite.toml:1: there is no split 'dev', only 'test'"),
    "TOML": (SUITE + "= 3\n", "suite.toml:6: broken TOML"),
    "time limit": ("time_limit = 0\n" + SUITE, "suite.toml:1: time_limit"),
}


@pytest.mark.parametrize("name", FAULTY_SUITES)
def test_faulty_suite_is_named_with_file_and_line(name: str, tmp_path: Path) -> None:
    text, message = FAULTY_SUITES[name]
    with pytest.raises(SuiteError) as error:
        opened(suite_in(tmp_path, suite=text))
    assert message in str(error.value)


def test_load_without_a_suite_names_the_command_that_helps(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="`assistant eval --init"):
        opened(tmp_path)


def test_corpus_without_documents_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"suite\.toml:\d+: the corpus .* holds no documents"):
        load(suite_in(tmp_path), lambda _: {})


def test_fact_outside_the_evidence_is_only_a_warning(tmp_path: Path) -> None:
    suite = opened(suite_in(tmp_path, GOOD | {"facts": [["39 metres"]]}))
    assert "no evidence of case 'a' holds the fact '39 metres'" in suite.warnings[0]


def test_quotes_may_break_lines_elsewhere(tmp_path: Path) -> None:
    quote = "Its lamp stands 38 metres above\nthe  sea and can be seen"
    assert opened(suite_in(tmp_path, GOOD | {"evidence": [{"source": "lighthouse.md", "quote": quote}]})).cases


def test_hash_knows_questions_and_texts(tmp_path: Path) -> None:
    first = opened(suite_in(tmp_path / "a", GOOD))
    same = opened(suite_in(tmp_path / "b", GOOD))
    question = opened(suite_in(tmp_path / "c", GOOD | {"question": "How tall?"}))
    folder = suite_in(tmp_path / "d", GOOD)
    document = folder / "documents" / "lighthouse.md"
    document.write_text(document.read_text(encoding="utf-8") + "More.", encoding="utf-8")
    assert first.hash == same.hash
    assert len({first.hash, question.hash, opened(folder).hash}) == 3


def test_selection_is_random_by_seed_keeps_order_and_hash(tmp_path: Path) -> None:
    suite = opened(suite_in(tmp_path, *(GOOD | {"id": f"q{n}"} for n in range(20))))
    some = select(suite, limit=5, seed=1)
    ids = [case.id for case in some.cases]
    assert ids == [case.id for case in select(suite, limit=5, seed=1).cases] != [f"q{n}" for n in range(5)]
    assert ids == sorted(ids, key=lambda name: int(name[1:]))
    assert some.hash == suite.hash


def test_selection_by_kind_names_the_kinds_there_are(tmp_path: Path) -> None:
    suite = opened(suite_in(tmp_path))
    assert [case.id for case in select(suite, kinds=["unanswerable"]).cases] == ["example-2"]
    with pytest.raises(SuiteError, match="Kinds here: date, unanswerable"):
        select(suite, kinds=["multi"])


def test_a_follow_up_has_a_full_and_a_bare_form() -> None:
    case = Case.model_validate(
        GOOD | {"kind": "follow-up", "history": ["The lamp?"], "tags": ["full:How high is the lamp?"]}
    )
    full, bare = case.variants()
    assert (full.question, full.history, full.key) == ("How high is the lamp?", (), "a#full")
    assert (bare.question, bare.history, bare.key) == (case.question, (), "a#bare")


def test_init_never_overwrites(tmp_path: Path) -> None:
    init(tmp_path)
    with pytest.raises(SuiteError, match="is there already"):
        init(tmp_path)
