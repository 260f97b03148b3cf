"""What the page works on: an assistant under each reader's settings, its library, and where conversations go."""

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
from assistant.types import Document
from assistant.web.documents import Library


class Desk:
    """One for the whole page; safe to share between its readers."""

    def __init__(self, assistant: Assistant, exams: Path = Path("eval")) -> None:
        self.assistant = assistant
        self.settings: Settings = assistant.settings
        self.library = Library(assistant)
        self.my_exam = self.settings.index_dir / "exam"
        self._exams = exams
        self._shelf = ConversationStore(conversations_path(self.settings.index_dir)) if self._on_disk else None
        self._under = lru_cache(maxsize=32)(self._changed)

    @property
    def _on_disk(self) -> bool:
        return self.settings.conversations == "disk"

    def under(self, choice: Mapping[str, Any]) -> Assistant:
        """The assistant under a reader's own settings; it shares index and embedder with all others."""
        return self._under(tuple(sorted(choice.items())))

    def _changed(self, choice: tuple[tuple[str, Any], ...]) -> Assistant:
        changes = {name: value for name, value in choice if getattr(self.settings, name) != value}
        return self.assistant.with_settings(**changes) if changes else self.assistant

    def count(self) -> int:
        """How many documents are indexed."""
        return self.assistant.status().documents

    def document(self, source: str) -> Document | None:
        """A document with its full text; None where there is none, or no index."""
        try:
            return self.assistant.document(source)
        except AssistantError:
            return None

    def diagnose(self, choice: Mapping[str, Any]) -> tuple[Finding, ...]:
        """The doctor's findings under a reader's settings."""
        return diagnose(Settings.model_validate({**self.settings.model_dump(), **choice}))

    def exams(self) -> tuple[Path, ...]:
        """Folders of exams whose runs the page shows."""
        inside = sorted(path.parent for path in self._exams.glob("*/suite.toml")) if self._exams.is_dir() else []
        own = [self._exams] if (self._exams / "suite.toml").is_file() else []
        mine = [self.my_exam] if (self.my_exam / "suite.toml").is_file() else []
        return (*own, *inside, *mine)

    # --- conversations

    def kept(self, talk: Conversation, *, save: bool = True) -> str:
        """What the browser is told of the conversation; where the disk keeps them it is saved first."""
        told: dict[str, Any] = {
            "where": self.settings.conversations,
            "conversation": talk.model_dump(mode="json"),
        }
        if self._shelf:
            if save and talk.exchanges:
                try:
                    self._shelf.save(talk)
                except OSError as error:
                    told["fault"] = f"The conversation cannot be saved: {error.strerror or 'the disk refuses it'}."
            told["shelf"] = [summary.model_dump(mode="json") for summary in self._shelf.summaries()]
        return json.dumps(told)

    def reopened(self, id_: str, from_browser: str | None) -> Conversation:
        """A kept conversation: from the disk by its id, or as the browser sends it.

        Raises ConfigError or ValueError where it cannot be read.
        """
        if self._shelf:
            return self._shelf.load(id_)
        return Conversation.model_validate_json(from_browser or "")

    def forget(self, id_: str) -> None:
        """Delete a conversation from the disk, where that keeps them; the browser has deleted its own."""
        if self._shelf:
            self._shelf.delete(id_)
