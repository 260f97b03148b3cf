"""What the tabs share: the page's components, what a click sends, and the settings a reader may change."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Self

import gradio as gr
from pydantic import ConfigDict, Field

from assistant.settings import Settings, WriterChoice
from assistant.types import Value

Update = dict[Any, Any]
"""What an event changes: new values by component."""

PRIVATE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Options of every event of the page: no spinner, and no endpoint in the API."""

RELOAD = json.dumps({"reload": True})
"""Value of ``Components.events`` that makes the browser load the page again, with its conversation."""


class ReaderSettings(Value):
    """The settings a reader may change on the page, for that page alone."""

    writer: WriterChoice
    chat_model: str = Field(max_length=200)
    passages: int = Field(ge=10, le=100)
    answer_threshold: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls.model_validate({name: getattr(settings, name) for name in cls.model_fields})


class Upload(Value):
    """A file that has arrived and waits to be indexed: its token, and the name it had where it came from."""

    token: str
    name: str


class Refused(Value):
    """A file that was not taken, and why."""

    name: str
    reason: str


class ClickEvent(Value):
    """What the browser sends with an event; it is checked here and trusted nowhere."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    current: str = Field(default="", max_length=16, description="id of the conversation that the browser shows")
    exchange: str = Field(default="", max_length=16)
    marker: int = 0
    start: int = 0
    end: int = 0
    source: str = Field(default="", max_length=2000)
    text: str = Field(default="", max_length=20_000)
    id: str = Field(default="", max_length=40)
    conversation: str | None = None
    waiting: tuple[Upload, ...] = ()
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(cls, event: gr.EventData) -> Self:
        """What came with ``event``. Raises ValueError where it is not what the page sends."""
        return cls.model_validate(event._data or {})


class Components(NamedTuple):
    """The components that events change. ``events`` is the hidden bridge to page.js."""

    events: gr.HTML
    welcome: gr.HTML
    log: gr.HTML
    live: gr.HTML
    box: gr.Textbox
    panel: gr.HTML
    conversation: gr.State
    growing: gr.State
    settings: gr.State


def html(value: str = "", **options: Any) -> gr.HTML:
    """HTML from our templates, without gradio's own styles and listeners."""
    return gr.HTML(value, **({"js_on_load": None, "apply_default_css": False} | options))
