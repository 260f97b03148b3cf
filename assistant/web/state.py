"""State that all users of the page share: the assistant with each user's settings, documents and conversations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.api import Assistant
from assistant.conversations import Conversation, ConversationStore, conversations_path
from assistant.doctor import Finding, diagnose
from assistant.errors import AssistantError
from assistant.settings import Settings
from assistant.types import Document, IndexedDocument
from assistant.web.library import Library

EVALUATIONS = Path("eval")
"""Where evaluations are looked for besides the user's own: in this folder and its subfolders."""


class AppState:
    """The state of the page, shared by all its users; safe to share between threads."""

    def __init__(self, assistant: Assistant, evaluations: Path = EVALUATIONS, *, local: bool = True) -> None:
        self.assistant = assistant
        self.settings: Settings = assistant.settings
        self.library = Library(assistant, local=local)
        before = self.settings.index_dir / "exam"  # its name in version 0.1.0
        self.own_evaluation = before if before.is_dir() else self.settings.index_dir / "evaluation"
        self._evaluations = evaluations
        self.expected: dict[str, str] = {}
        """The exchange whose answer each page waits for."""
        on_disk = self.settings.conversations == "disk"
        self._store = ConversationStore(conversations_path(self.settings.index_dir)) if on_disk else None
        self._with_changes = lru_cache(maxsize=32)(self._changed)

    def with_settings(self, settings: Mapping[str, Any]) -> Assistant:
        """The assistant with a user's own settings; index and embedder are shared with all others."""
        return self._with_changes(tuple(sorted(settings.items())))

    def _changed(self, settings: tuple[tuple[str, Any], ...]) -> Assistant:
        changes = {name: value for name, value in settings if getattr(self.settings, name) != value}
        return self.assistant.with_settings(**changes) if changes else self.assistant

    def listed(self) -> tuple[IndexedDocument, ...]:
        """What is indexed; nothing where there is no index."""
        try:
            return self.assistant.documents()
        except AssistantError:
            return ()

    def document(self, source: str) -> Document | None:
        """A document with its full text; None if there is no such document or no index."""
        try:
            return self.assistant.document(source)
        except AssistantError:
            return None

    def diagnose(self, settings: Mapping[str, Any]) -> tuple[Finding, ...]:
        """The doctor's findings with a user's settings."""
        return diagnose(Settings.model_validate({**self.settings.model_dump(), **settings}))

    def models(self) -> tuple[str, ...]:
        """The models that an Ollama server has; none where none answers."""
        from assistant.models.ollama import Server

        server = Server.of(self.settings)
        try:
            return tuple(model.name for model in server.models()) if server.listens() else ()
        except (AssistantError, ImportError):
            return ()

    def evaluations(self) -> tuple[Path, ...]:
        """Folders of evaluations whose runs the page shows."""
        folders = [self._evaluations, *sorted(self._evaluations.glob("*/")), self.own_evaluation]
        return tuple(folder for folder in folders if (folder / "suite.toml").is_file())

    # --- conversations

    def for_browser(self, conversation: Conversation, *, save: bool = True, said: str = "") -> str:
        """A conversation in the form that the browser gets; it is saved first if conversations are kept on disk.

        The browser shows what is ``said`` for a few seconds.
        """
        message: dict[str, Any] = {
            "where": self.settings.conversations,
            "conversation": conversation.model_dump(mode="json"),
            "said": said,
        }
        if self._store:
            if save and conversation.exchanges:
                try:
                    self._store.save(conversation)
                except OSError as error:
                    message["said"] = f"The conversation cannot be saved: {error.strerror or 'the disk refuses it'}."
            message["list"] = [summary.model_dump(mode="json") for summary in self._store.summaries()]
        return json.dumps(message)

    def reopened(self, id_: str, from_browser: str | None) -> Conversation:
        """A saved conversation: from the disk by its id, or as the browser sends it.

        Raises ConfigError or ValueError if it cannot be read.
        """
        if self._store:
            return self._store.load(id_)
        return Conversation.model_validate_json(from_browser or "")

    def label(self, id_: str, name: str, *, pinned: bool) -> None:
        """Name and pin a conversation on the disk, where that keeps them; the browser labels its own."""
        if self._store:
            self._store.label(id_, name, pinned=pinned)

    def delete(self, id_: str) -> None:
        """Delete a conversation from the disk if conversations are kept there; the browser has deleted its own."""
        if self._store:
            self._store.delete(id_)
