"""Words find the chunks that hold them, in any script, whatever signs a question contains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import BackendError
from assistant.index_config import Analyzer
from assistant.stores.keyword import Entry, KeywordIndex, patterns, words

TEXTS = {
    "truce": "The agreement of Pakistan’s army held; 10,000 troops left on 2025-05-08 with an F-16.",
    "cjk": "停火协议已经达成。ガザの停戦",
    "thai": "ข้อตกลงหยุดยิง",
    "korean": "한국어를 배웁니다",
    "hindi": "युद्धविराम हुआ",
    "accents": "Müller trank Kaffee im Café in Łódź",
    "code": "Set max_retries in v1.2.3, error E1234, vitamin C",
}
ENTRIES = [Entry(name, text, "") for name, text in TEXTS.items()]


def build(entries: list[Entry], folder: Path | None = None, analyzer: Analyzer = "english") -> KeywordIndex:
    index = KeywordIndex.create(folder, analyzer)
    index.update(entries, (), 1)
    return index


@pytest.fixture(scope="module")
def index() -> KeywordIndex:
    return build(ENTRIES)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("agreements", "truce"),
        ("Whose ARMIES were they?", "truce"),
        ("Pakistan", "truce"),
        ("10000", "truce"),
        ("10,000", "truce"),
        ("2025-05-08", "truce"),
        ("2025", "truce"),
        ("f16", "truce"),
        ("16", "truce"),
        ("停火", "cjk"),
        ("停", "cjk"),
        ("停戦はいつ", "cjk"),
        ("หยุดยิง", "thai"),
        ("한국", "korean"),
        ("युद्धविराम", "hindi"),
        ("muller cafe", "accents"),
        ("CAFÉ", "accents"),
        ("Lodz", "accents"),
        ("1.2.3", "code"),
        ("retries", "code"),
        ("e1234", "code"),
        ("c", "code"),
    ],
)
def test_matches(index: KeywordIndex, question: str, found: str) -> None:
    assert next(iter(index.search(question, 5))) == found


@pytest.mark.parametrize("question", ["", "  ", "?!", "zebra", "火车站"])
def test_no_match_is_no_result(index: KeywordIndex, question: str) -> None:
    assert "truce" not in index.search(question, 5)


def test_stop_words_count_only_when_nothing_else_is_left(index: KeywordIndex) -> None:
    assert set(index.search("the", 5)) == {"truce"}
    assert index.search("the zebra", 5) == {}


def test_a_month_is_no_stop_word() -> None:
    assert build([Entry("a", "on 8 May", "")]).search("in May", 5)


def test_plain_words_are_not_stemmed() -> None:
    index = build(ENTRIES, analyzer="plain")
    assert index.search("agreement", 5)
    assert not index.search("agreements", 5)


@given(st.text())
def test_any_question_is_safe(text: str) -> None:
    scores = list(SHARED.search(text, 3).values())
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@given(st.text())
def test_any_question_has_patterns(text: str) -> None:
    assert all(pattern.pattern for pattern in patterns(text, "english"))


@pytest.mark.parametrize(
    ("question", "analyzer", "found"),
    [
        ("Which ferries carried the queen's 湿原?", "english", [r"\bferri", r"\bcarri", r"\bqueen", "湿原"]),
        ("Müllers Straße", "english", [r"\bMüller", r"\bStraße"]),
        ("ferries of Łódź", "plain", [r"\bferries", r"\bof", r"\bŁódź"]),
    ],
)
def test_patterns_are_the_beginnings_of_words_that_say_something(
    question: str, analyzer: Analyzer, found: list[str]
) -> None:
    assert [pattern.pattern for pattern in patterns(question, analyzer)] == found


SHARED = build([*ENTRIES, Entry("signs", '" AND ( * ~ text:x [a TO b] \\', "")])


@given(st.text())
def test_every_text_with_words_finds_itself(text: str) -> None:
    assert bool(build([Entry("a", text, "")], analyzer="plain").search(text, 1)) == bool(list(words(text)))


def test_the_header_helps_less_than_the_text() -> None:
    filler = [Entry(str(n), "nothing here", "") for n in range(5)]
    index = build([Entry("title", "Of other things.", "Ceasefire"), Entry("text", "A ceasefire.", ""), *filler])
    assert list(index.search("ceasefire", 5)) == ["text", "title"]


def test_the_rarer_word_weighs_more() -> None:
    index = build([Entry("a", "common rare", ""), *(Entry(str(n), "common word", "") for n in range(5))])
    assert next(iter(index.search("common rare", 9))) == "a"


def test_at_most_limit(index: KeywordIndex) -> None:
    assert len(index.search("in the 停 c 16", 2)) == 2
    assert index.search("c", 0) == {}


def test_update_replaces_and_deletes(tmp_path: Path) -> None:
    index = build([Entry("a", "truce", ""), Entry("b", "truce", "")], tmp_path / "k")
    index.update([Entry("a", "war", "")], ["b"], 2)
    again = KeywordIndex.open(tmp_path / "k", "english")
    assert (again.search("truce", 5), set(again.search("war", 5))) == ({}, {"a"})
    assert (again.ids(), again.count, again.generation) == ({"a"}, 1, 2)


def test_a_failed_update_leaves_the_last_state(tmp_path: Path) -> None:
    def interrupted() -> Iterator[Entry]:
        yield Entry("b", "war", "")
        raise KeyboardInterrupt

    index = build([Entry("a", "truce", "")], tmp_path / "k")
    with pytest.raises(KeyboardInterrupt):
        index.update(interrupted(), ["a"], 2)
    again = KeywordIndex.open(tmp_path / "k", "english")
    assert (again.ids(), again.generation) == ({"a"}, 1)
    again.update([Entry("b", "war", "")], [], 2)
    assert again.ids() == {"a", "b"}


def test_what_was_opened_stays_one_generation(tmp_path: Path) -> None:
    writer = build([Entry("a", "truce", "")], tmp_path / "k")
    reader = KeywordIndex.open(tmp_path / "k", "english")
    writer.update([Entry("b", "truce", "")], ["a"], 2)
    assert (reader.generation, set(reader.search("truce", 5))) == (1, {"a"})


@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "overwritten"])
def test_damage_is_a_backend_error(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "k"
    if damage == "empty":
        KeywordIndex.create(folder, "english")
    elif damage != "missing":
        build(ENTRIES, folder)
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith("."):
                data = path.read_bytes()
                path.write_bytes(data[: len(data) // 2] if damage == "torn" else bytes(len(data)))
    with pytest.raises(BackendError, match="`assistant index build`"):
        KeywordIndex.open(folder, "english").search("truce", 5)
