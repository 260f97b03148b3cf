"""A later version and the one that it replaces do not contradict each other."""

import pytest

from assistant.answering.versions import replaced, without_replaced
from assistant.types import ConflictCandidate, Document, Sentence


def document(source: str, title: str, text: str) -> Document:
    return Document(source=source, title=title, text=text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(("Leave policy", "Version 1"), ("Leave policy", "Version 2"), id="version"),
        pytest.param(("Leave policy v1.9", "Ten days."), ("Leave policy v1.10", "Nine days."), id="in-title"),
        pytest.param(
            ("Memo of 3 May 2021", "32 euro."), ("Memo", "This memo replaces the memo of 3 May 2021."), id="date"
        ),
        pytest.param(
            ("Swimming pool rules", "No balls."), ("New rules", "They supersede the Swimming pool rules."), id="title"
        ),
    ],
)
def test_the_earlier_version_is_replaced(old: tuple[str, str], new: tuple[str, str]) -> None:
    documents = [document("old.md", *old), document("new.md", *new)]
    assert replaced(documents) == replaced(documents[::-1]) == {"old.md"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(("Leave policy", "Version 1"), ("Travel policy", "Version 2"), id="other-policy"),
        pytest.param(("Leave policy", "Ten days."), ("Leave policy", "Nine days."), id="no-version"),
        pytest.param(("Boat news", "Ann replaces Bo."), ("Pier news", "The pier is closed."), id="no-document"),
    ],
)
def test_other_documents_replace_none(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not replaced([document("a.md", *one), document("b.md", *other)])


def test_a_conflict_keeps_the_sides_that_still_hold() -> None:
    said = [
        Sentence(source=source, start=0, end=1, text=source, passage=1, score=0.0) for source in ("old", "new", "else")
    ]
    three = ConflictCandidate(about="pay", values=("1", "2", "3"), sentences=tuple(said))
    two = ConflictCandidate(about="pay", values=("1", "2"), sentences=tuple(said[:2]))
    assert [conflict.values for conflict in without_replaced([three, two], frozenset({"old"}))] == [("2", "3")]
