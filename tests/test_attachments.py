"""What is attached to a message is indexed, updated, moved and removed with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from assistant.ingest.places import Shard
from assistant.ingest.sync import sync
from assistant.stores.embedded import Index
from assistant.testing.fakes import FakeEmbedder


@pytest.fixture
def index(index_dir: Path) -> Iterator[Index]:
    with Index(index_dir, FakeEmbedder) as index:
        yield index


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "note.txt").write_text("A note of its own.")
    post(folder, plan="It starts in May.", costs="It costs 40 euros.")
    return folder


def post(folder: Path, **attachments: str) -> None:
    """Write a message of some time ago with these text files attached."""
    message = EmailMessage()
    message["Subject"] = "Bridge"
    message.set_content("See attached.\n")
    for name, text in attachments.items():
        message.add_attachment(text, filename=f"{name}.txt")
    (folder / "mail.eml").write_bytes(message.as_bytes())
    os.utime(folder / "mail.eml", (10_000 + len(attachments), 10_000))


def sources(index: Index) -> list[str]:
    return [document.source for document in index.documents()]


ALL = ["mail.eml", "mail.eml/costs.txt", "mail.eml/plan.txt", "note.txt"]


def test_attachments_come_and_stay_with_their_message(index: Index, docs: Path) -> None:
    assert list(sync(index, docs).added) == sources(index) == ALL
    report = sync(index, docs)
    assert (report.added, report.changed, report.removed, report.unchanged) == ((), (), (), 4)
    (docs / "mail.eml").touch()
    report = sync(index, docs)
    assert (report.added, report.changed, report.removed, report.unchanged) == ((), (), (), 4)
    assert index.verify() == []
    document = index.document("mail.eml/plan.txt")
    assert document is not None
    assert (document.title, document.text.strip()) == ("plan.txt (attached to Bridge)", "It starts in May.")


def test_a_changed_message_changes_its_attachments(index: Index, docs: Path) -> None:
    sync(index, docs)
    post(docs, plan="It starts in June.", map="It is east of the mill.")
    report = sync(index, docs)
    assert (report.added, report.removed) == (("mail.eml/map.txt",), ("mail.eml/costs.txt",))
    assert report.changed == ("mail.eml", "mail.eml/plan.txt")
    (docs / "mail.eml").unlink()
    assert sync(index, docs).removed == ("mail.eml", "mail.eml/map.txt", "mail.eml/plan.txt")
    assert sources(index) == ["note.txt"]


def test_a_message_that_became_unreadable_keeps_its_attachments(index: Index, docs: Path) -> None:
    sync(index, docs)
    (docs / "mail.eml").write_bytes(b"")
    report = sync(index, docs)
    assert [skipped.source for skipped in report.skipped] == ["mail.eml"]
    assert sources(index) == ALL


def test_what_is_attached_is_removed_by_hand_and_taken_back(index: Index, docs: Path) -> None:
    sync(index, docs)
    index.remove("mail.eml/plan.txt")
    assert sync(index, docs).added == ()
    post(docs, plan="It starts in June.", costs="It costs 50 euros.")
    report = sync(index, docs)
    assert (report.added, report.changed) == ((), ("mail.eml/costs.txt",))
    assert [skipped.source for skipped in report.skipped] == ["mail.eml/plan.txt"]
    assert sync(index, docs / "mail.eml").added == ("mail.eml/plan.txt",)
    index.remove("mail.eml")
    assert sync(index, docs).added == ()
    assert sources(index) == ["note.txt"]
    assert sync(index, docs / "mail.eml").added == tuple(ALL[:3])


def test_attachments_move_with_their_root(index: Index, docs: Path) -> None:
    sync(index, docs)
    moved = docs.rename(docs.with_name("moved"))
    report = sync(index, moved)
    assert (report.added, report.changed, report.removed) == ((), (), ())
    (moved / "mail.eml").unlink()
    assert sync(index, moved).removed == tuple(ALL[:3])


def test_messages_of_one_name_keep_their_own_attachments(index: Index, docs: Path, tmp_path: Path) -> None:
    sync(index, docs)
    other = tmp_path / "other"
    other.mkdir()
    post(other, plan="It starts never.")
    assert sync(index, other).added == ("other/mail.eml", "other/mail.eml/plan.txt")
    assert sync(index, docs).unchanged == 4
    assert sync(index, other).unchanged == 2


def test_a_shard_takes_a_message_whole(index: Index, docs: Path) -> None:
    added = [sync(index, docs, shard=Shard(number, 2)).added for number in (1, 2)]
    assert sorted(source for sources in added for source in sources) == ALL
    assert any(set(ALL[:3]) <= set(sources) for sources in added)
    assert [sync(index, docs, shard=Shard(number, 2)).removed for number in (1, 2)] == [(), ()]


def test_a_message_alone_is_a_root(index: Index, docs: Path) -> None:
    assert sync(index, docs / "mail.eml").added == tuple(ALL[:3])
    assert sync(index, docs / "mail.eml").unchanged == 3
    post(docs)
    assert sync(index, docs / "mail.eml").removed == ("mail.eml/costs.txt", "mail.eml/plan.txt")
