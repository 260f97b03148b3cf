"""Conversations: a tree that only grows, kept in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.conversations import Conversation, ConversationStore, Exchange, Scope, write_private
from assistant.errors import ConfigError
from assistant.types import Answer, DocumentMetadata, Trace

ANSWER = Answer(
    question="q", text="At noon.", outcome="answered", answerability=1, writer="fake", trace=Trace(question="q")
)


def asked(*questions: str, start: Conversation | None = None) -> Conversation:
    """A conversation in which these questions were asked and answered, one after the other."""
    conversation = start or Conversation()
    for question in questions:
        conversation = conversation.asking(question)
        finished = conversation.exchange(conversation.last).model_copy(update={"answer": ANSWER})
        conversation = conversation.put(finished)
    return conversation


def questions(conversation: Conversation) -> list[str]:
    return [exchange.question for exchange in conversation.thread]


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "kept")


def test_asking_gives_each_conversation_an_id_of_its_own() -> None:
    empty = Conversation()
    assert len({empty.asking("One?").id, empty.asking("One?").id}) == 2


def test_asking_keeps_the_id() -> None:
    first = asked("One?")
    assert asked("Two?", start=first).id == first.id


def test_scope_is_kept_with_what_is_asked_and_admits_what_it_names() -> None:
    documents = [DocumentMetadata(source=f"{n}.md", title=n, publisher=n) for n in ("a", "b")]
    scope = Scope(outlets=("a",))
    conversation = asked("One?", start=Conversation(scope=scope))
    assert (conversation.scope, conversation.thread[0].scope) == (scope, scope)
    assert [each.source for each in documents if scope.among(documents).admits(each)] == ["a.md"]
    assert not any(Scope(outlets=("c",)).among(documents).admits(each) for each in documents)


def test_title_is_the_first_question_on_one_line() -> None:
    assert asked("When did it\nbegin?", "And then?").title == "When did it begin?"


def test_turns_leave_out_questions_without_an_answer() -> None:
    conversation = asked("One?").asking("Two?")
    assert [turn.text for turn in conversation.turns] == ["One?", "At noon."]


def test_asking_instead_shows_a_new_version_and_keeps_the_old_thread() -> None:
    conversation = asked("One?", "Two?", "Three?")
    second = conversation.thread[1]
    edited = conversation.asking_instead(second.id, "Deux?")
    assert questions(edited) == ["One?", "Deux?"]
    assert [each.question for each in edited.versions(edited.thread[1])] == ["Two?", "Deux?"]
    assert questions(edited.showing(second.id)) == ["One?", "Two?", "Three?"]


def test_asking_instead_replaces_an_exchange_that_holds_nothing() -> None:
    conversation = asked("One?").asking("Two?")
    assert questions(conversation.asking_instead(conversation.last, "Deux?")) == ["One?", "Deux?"]
    assert len(conversation.asking_instead(conversation.last, "Deux?").exchanges) == 2


def test_asking_instead_keeps_an_unanswered_exchange_that_has_a_draft() -> None:
    conversation = asked("One?").asking("Two?")
    stopped = conversation.put(conversation.thread[1].model_copy(update={"note": "Stopped.", "draft": "At"}))
    assert len(stopped.asking_instead(stopped.last, "Two?").exchanges) == 3


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=12))
def test_every_exchange_can_be_shown_whatever_is_asked_again(steps: list[tuple[int, bool]]) -> None:
    conversation = asked("0")
    for number, (place, again) in enumerate(steps, 1):
        if again:
            old = conversation.exchanges[place % len(conversation.exchanges)].id
            conversation = conversation.asking_instead(old, str(number))
            conversation = conversation.put(
                conversation.exchange(conversation.last).model_copy(update={"answer": ANSWER})
            )
        else:
            conversation = asked(str(number), start=conversation)
    assert len(conversation.exchanges) == len(steps) + 1
    for exchange in conversation.exchanges:
        assert exchange in conversation.showing(exchange.id).thread


@pytest.mark.parametrize(
    "exchanges",
    [
        [Exchange(question="?", after="0" * 16)],
        [Exchange(id="0" * 16, question="?", after="0" * 16)],
        [Exchange(id="0" * 16, question="?"), Exchange(id="0" * 16, question="?")],
    ],
    ids=["follows nothing", "follows itself", "twice"],
)
def test_conversation_that_is_no_tree_is_refused(exchanges: list[Exchange]) -> None:
    with pytest.raises(ValidationError):
        Conversation(exchanges=tuple(exchanges))


def test_merged_keeps_what_both_windows_asked() -> None:
    start = asked("One?")
    one, other = asked("Two?", start=start), asked("Zwei?", start=start)
    together = other.merged(one)
    assert questions(together) == ["One?", "Zwei?"]
    assert [each.question for each in together.versions(together.thread[1])] == ["Two?", "Zwei?"]


def test_merged_prefers_the_finished_exchange() -> None:
    unfinished = asked("One?").asking("Two?")
    finished = unfinished.put(unfinished.thread[1].model_copy(update={"answer": ANSWER}))
    assert unfinished.merged(finished).thread[1].finished
    assert finished.merged(unfinished).thread[1].finished


def test_store_reads_back_what_it_saved_and_shows_it_to_its_owner_alone(
    store: ConversationStore, tmp_path: Path
) -> None:
    conversation = asked("One?")
    store.save(conversation)
    assert store.load(conversation.id) == conversation
    (file,) = (tmp_path / "kept").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_store_saves_beside_what_another_window_has_saved(store: ConversationStore) -> None:
    start = asked("One?")
    store.save(asked("Two?", start=start))
    store.save(asked("Zwei?", start=start))
    assert [each.question for each in store.load(start.id).exchanges] == ["One?", "Two?", "Zwei?"]


def test_store_lists_the_last_changed_first(store: ConversationStore) -> None:
    early, late = asked("Early?"), asked("Late?")
    store.save(late)
    store.save(early)
    assert [each.title for each in store.summaries()] == ["Late?", "Early?"]


def test_store_deletes_the_file(store: ConversationStore, tmp_path: Path) -> None:
    conversation = asked("One?")
    store.save(conversation)
    store.delete(conversation.id)
    assert list((tmp_path / "kept").glob("*.json")) == []
    with pytest.raises(ConfigError):
        store.load(conversation.id)


@pytest.mark.parametrize("id_", ["../../etc/passwd", "", "A" * 16, "0" * 15, "0" * 16 + "/x"])
def test_store_takes_no_id_that_leads_outside(store: ConversationStore, id_: str) -> None:
    with pytest.raises(ConfigError):
        store.load(id_)


def test_store_keeps_name_and_pin_whatever_is_saved_after_them(store: ConversationStore) -> None:
    conversation = asked("One?")
    store.save(conversation)
    store.label(conversation.id, "The harbour", pinned=True)
    store.save(asked("Two?", start=conversation))
    (summary,) = store.summaries()
    assert (summary.title, summary.pinned) == ("The harbour", True)
    assert questions(store.load(conversation.id)) == ["One?", "Two?"]


def test_store_does_not_keep_what_is_answered_after_a_deletion(store: ConversationStore) -> None:
    conversation = asked("One?")
    store.save(conversation)
    store.delete(conversation.id)
    with pytest.raises(OSError, match="deleted"):
        store.save(asked("Two?", start=conversation))
    assert store.summaries() == ()


def test_store_lists_the_others_beside_a_damaged_file(store: ConversationStore, tmp_path: Path) -> None:
    store.save(asked("One?"))
    (tmp_path / "kept" / f"{'0' * 16}.json").write_text("{")
    assert len(store.summaries()) == 1


def test_write_private_leaves_the_old_file_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    write_private(tmp_path / "file", b"old")
    with pytest.raises(TypeError):
        write_private(tmp_path / "file", "no bytes")  # type: ignore[arg-type]
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
