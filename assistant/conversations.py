"""Conversations: questions and answers as values, and the files that keep them."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from assistant.errors import ConfigError
from assistant.types import Answer, DocumentMetadata, Filter, Turn, Value

ID_PATTERN = r"^[0-9a-f]{16}$"
_ID = re.compile(ID_PATTERN)
_TITLE = 80  # characters


def new_id() -> str:
    """A random id of 16 hexadecimal digits."""
    return secrets.token_hex(8)


def _now() -> datetime:
    return datetime.now(UTC)


class Scope(Value):
    """Which documents are asked: those of the outlets and the sources named, of all dates between two days."""

    outlets: tuple[str, ...] = ()
    sources: tuple[str, ...] = Field(default=(), description="documents, or the folders that hold them")
    since: date | None = None
    until: date | None = None

    def among(self, documents: Iterable[DocumentMetadata]) -> Filter:
        """The filter that admits these of the documents; one that admits none where none is of the outlets."""
        named = [each.source for each in documents if each.publisher in self.outlets]
        chosen = (*self.sources, *named)
        return Filter(sources=chosen or (self.outlets and ("\0",)), since=self.since, until=self.until)


EVERYTHING = Scope()


class Exchange(Value):
    """A question and its answer. Where there is no answer, ``note`` says why, and ``draft`` is what had been written.

    An exchange without answer and note is unfinished: it is being answered or was interrupted.
    """

    id: str = Field(default_factory=new_id, pattern=ID_PATTERN)
    after: str = Field(default="", description="id of the exchange that it follows; empty for a first question")
    question: str
    scope: Scope = EVERYTHING
    answer: Answer | None = None
    note: str = ""
    draft: str = ""
    seconds: float = Field(default=0.0, description="wall seconds until the answer was complete")

    @property
    def finished(self) -> bool:
        """Whether there is an answer, or a note why there is none."""
        return self.answer is not None or bool(self.note)


class Summary(Value):
    """A conversation as a list of conversations shows it."""

    id: str
    title: str
    changed: datetime
    pinned: bool = False


class Conversation(Value):
    """A tree of exchanges of which one thread is shown. Nothing is ever removed from it.

    An edited or repeated question becomes another version: a second exchange after the same predecessor, which starts
    a thread of its own. A conversation gets its random id with the first question.

    Raises ValidationError if ids repeat or an exchange follows one that is not listed before it.
    """

    id: str = Field(default="", pattern=r"^([0-9a-f]{16})?$")
    changed: datetime = Field(default_factory=_now)
    exchanges: tuple[Exchange, ...] = Field(default=(), description="in the order they were asked")
    last: str = Field(default="", description="id of the last exchange of the shown thread")
    scope: Scope = Field(default=EVERYTHING, description="which documents the next question is asked of")
    name: str = Field(default="", max_length=200, description="given by its reader")
    pinned: bool = False

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        known = {""}
        for exchange in self.exchanges:
            if exchange.id in known or exchange.after not in known:
                raise ValueError(f"exchange {exchange.id!r} has no place in the conversation")
            known.add(exchange.id)
        if self.last not in known:
            raise ValueError(f"there is no exchange {self.last!r}")
        return self

    @property
    def title(self) -> str:
        """Its name, else the first question."""
        if self.name:
            return self.name
        line = " ".join(self.exchanges[0].question.split()) if self.exchanges else "New conversation"
        return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"

    @property
    def summary(self) -> Summary:
        """What a list shows."""
        return Summary(id=self.id, title=self.title, changed=self.changed, pinned=self.pinned)

    @property
    def thread(self) -> tuple[Exchange, ...]:
        """The shown exchanges, from the first question to the last."""
        by_id, thread = self._by_id, []
        at = self.last
        while at:
            thread.append(by_id[at])
            at = by_id[at].after
        return tuple(reversed(thread))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The shown thread as the next question's history; questions without an answer are left out."""
        return tuple(
            turn
            for exchange in self.thread
            if exchange.answer
            for turn in (
                Turn(role="user", text=exchange.question),
                Turn(role="assistant", text=exchange.answer.text),
            )
        )

    def exchange(self, id_: str) -> Exchange:
        """The exchange with that id. Raises LookupError if there is none."""
        return self._by_id[id_]

    def versions(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """All versions of ``exchange``, itself among them, oldest first."""
        return tuple(each for each in self.exchanges if each.after == exchange.after)

    def asking(self, question: str) -> Conversation:
        """The conversation with a new, unfinished question at the end of the shown thread."""
        return self.put(Exchange(after=self.last, question=question, scope=self.scope))

    def asking_instead(self, id_: str, question: str) -> Conversation:
        """The conversation with ``question`` as another version of the exchange ``id_``, which is kept.

        An exchange without a draft or a successor is replaced instead. Raises LookupError for an unknown id.
        """
        old = self.exchange(id_)
        empty = old.answer is None and not old.draft and all(each.after != id_ for each in self.exchanges)
        id_ = old.id if empty else new_id()
        return self.put(Exchange(id=id_, after=old.after, question=question, scope=self.scope))

    def put(self, exchange: Exchange) -> Conversation:
        """The conversation with ``exchange`` at the end of the shown thread, new or in place of the one with its id."""
        by_id = {**self._by_id, exchange.id: exchange}
        exchanges = tuple(by_id.values())
        return Conversation(id=self.id or new_id(), exchanges=exchanges, last=exchange.id, scope=self.scope)

    def showing(self, id_: str) -> Conversation:
        """The conversation showing the thread of exchange ``id_``, down to the latest exchange after it.

        Raises LookupError for an unknown id.
        """
        last = self.exchange(id_).id
        while followers := [each.id for each in self.exchanges if each.after == last]:
            last = followers[-1]
        return self.model_copy(update={"last": last})

    def merged(self, stored: Conversation) -> Conversation:
        """The conversation with what only ``stored`` has: its name, its pin, and questions asked in another window."""
        together = {each.id: each for each in stored.exchanges}
        for each in self.exchanges:
            if each.finished or each.id not in together or not together[each.id].finished:
                together[each.id] = each
        exchanges = tuple(together.values())
        return self.model_copy(update={"exchanges": exchanges, "name": stored.name, "pinned": stored.pinned})

    @property
    def _by_id(self) -> dict[str, Exchange]:
        return {exchange.id: exchange for exchange in self.exchanges}


class ConversationStore:
    """Conversations as files, one for each, readable by their owner alone. Deleting one deletes its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._deleted: set[str] = set()  # an answer that is complete only after its conversation was deleted

    def save(self, conversation: Conversation) -> None:
        """Keep a conversation, together with what another window has added to it.

        Raises OSError, FileNotFoundError for a conversation that was deleted.
        """
        with self._locked():
            if conversation.id in self._deleted:
                raise FileNotFoundError(errno.ENOENT, "it was deleted")
            with suppress(ConfigError):  # there is none yet, or none that can be read
                conversation = conversation.merged(self.load(conversation.id))
            self._write(conversation)

    def label(self, id_: str, name: str, *, pinned: bool) -> None:
        """Name and pin a kept conversation. Raises ConfigError where there is none, and OSError."""
        with self._locked():
            self._write(Conversation.model_validate({**self.load(id_).model_dump(), "name": name, "pinned": pinned}))

    def load(self, id_: str) -> Conversation:
        """A saved conversation. Raises ConfigError if it does not exist or cannot be read."""
        try:
            return Conversation.model_validate_json(self._file(id_).read_bytes())
        except (OSError, ValidationError) as exc:
            message = f"The conversation {id_!r} cannot be opened. Start a new one: `assistant chat`"
            raise ConfigError(message) from exc

    def delete(self, id_: str) -> None:
        """Remove a conversation's file for good: what is still being answered in it is not kept either."""
        file = self._file(id_)
        with self._locked():
            self._deleted.add(id_)
            file.unlink(missing_ok=True)

    def summaries(self) -> tuple[Summary, ...]:
        """All conversations that can be read, last changed first."""
        found = []
        for file in self._folder.glob("*.json") if self._folder.is_dir() else ():
            try:
                found.append(Conversation.model_validate_json(file.read_bytes()).summary)
            except (OSError, ValidationError):
                continue
        return tuple(sorted(found, key=lambda each: each.changed, reverse=True))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._folder / ".lock"):
            yield

    def _write(self, conversation: Conversation) -> None:
        write_private(self._file(conversation.id), conversation.model_dump_json().encode())

    def _file(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise ConfigError(f"{id_[:40]!r} is no conversation. Start a new one: `assistant chat`")
        return self._folder / f"{id_}.json"


def conversations_path(index_dir: Path) -> Path:
    """The folder for conversations about the index in ``index_dir``."""
    from platformdirs import user_state_path

    key = hashlib.blake2b(os.fsencode(index_dir.resolve()), digest_size=8).hexdigest()
    return user_state_path("assistant", appauthor=False) / "conversations" / key


def write_private(file: Path, content: bytes) -> None:
    """Write ``file`` completely or not at all, readable by its owner alone. Raises OSError."""
    handle, scratch = tempfile.mkstemp(dir=file.parent, prefix=".saving-")  # made with mode 600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(scratch).replace(file)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
