"""What the tabs share: the page's components, what a click sends, and the settings a reader may change."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Self

import gradio as gr
from pydantic import ConfigDict, Field

from assistant.conversations import EVERYTHING, Scope
from assistant.settings import Settings, WriterChoice
from assistant.types import Value

Update = dict[Any, Any]
"""What an event changes: new values by component."""

PRIVATE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
"""Options of the page's events: no spinner, no endpoint in the API, and no click is lost while one is on its way."""

IN_TURN: dict[str, Any] = {**PRIVATE, "concurrency_limit": 1, "concurrency_id": "conversation"}
"""Options of events that change which conversation is shown, or ask in it: they are carried out in their order."""

ONCE: dict[str, Any] = {"trigger_mode": "once"}
"""Makes a second click one and the same: a question is asked once."""

LATEST: dict[str, Any] = {**PRIVATE, "trigger_mode": "always_last"}
"""Options of events that read fields: what is changed while one is on its way is read after it. Gradio then repeats
everything that is attached to the event, so all of it must bear that."""

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
        """The values in ``settings``."""
        return cls.model_validate({name: getattr(settings, name) for name in cls.model_fields})


class Upload(Value):
    """An uploaded file that waits to be indexed: its token and its original name."""

    token: str
    name: str


class Refused(Value):
    """A file that was not accepted, and why."""

    name: str
    reason: str


class ClickEvent(Value):
    """What the browser sends with an event; it is checked here and trusted nowhere."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    current: str = Field(default="", max_length=16, description="id of the conversation that the browser shows")
    exchange: str = Field(default="", max_length=16)
    turn: int = Field(default=0, description="number of what the panel is to show, which comes back with it")
    marker: int = 0
    page: int = Field(default=0, ge=0)
    start: int = 0
    end: int = 0
    source: str = Field(default="", max_length=2000)
    text: str = Field(default="", max_length=20_000)
    scope: Scope = EVERYTHING
    id: str = Field(default="", max_length=40)
    conversation: str | None = None
    pinned: bool = False
    waiting: tuple[Upload, ...] = ()
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(cls, event: gr.EventData) -> Self:
        """The values sent with ``event``. Raises ValueError if the page does not send such values."""
        return cls.model_validate(event._data or {})


class Components(NamedTuple):
    """The components that events change. ``events`` is the hidden bridge to the scripts."""

    events: gr.HTML
    welcome: gr.HTML
    log: gr.HTML
    live: gr.HTML
    scope: gr.HTML
    box: gr.Textbox
    panel: gr.HTML
    conversation: gr.State
    growing: gr.State
    settings: gr.State


def session(request: gr.Request) -> str:
    """Names the page that a request comes from, as long as it is open."""
    return str(request.session_hash)


def html(value: str = "", **options: Any) -> gr.HTML:
    """HTML from our templates, without gradio's own styles and listeners."""
    return gr.HTML(value, **({"js_on_load": None, "apply_default_css": False} | options))
