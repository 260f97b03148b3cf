"""What the modules of the page share: its components, what a click says, and a reader's settings."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

import gradio as gr
from pydantic import ConfigDict, Field

from assistant.settings import Settings
from assistant.types import Value
from assistant.web.markup import Markup

Update = dict[Any, Any]
"""What an event changes: new values by component."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of every event of the page: no spinner, and no endpoint that anyone could see."""


class Choice(Value):
    """The settings a reader may change on the page, for that page alone."""

    writer: Literal["auto", "extractive", "ollama"]
    chat_model: str = Field(max_length=200)
    passages: int = Field(ge=10, le=100)
    answer_threshold: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, settings: Settings) -> Choice:
        """What the settings say."""
        return cls.model_validate({name: getattr(settings, name) for name in cls.model_fields})


class Told(Value):
    """What a click says; everything comes from the page and is checked here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    exchange: str = Field(default="", max_length=16)
    marker: int = 0
    rank: int = 0
    start: int = 0
    end: int = 0
    source: str = Field(default="", max_length=2000)
    text: str = Field(default="", max_length=20_000)
    id: str = Field(default="", max_length=40)
    current: str = Field(default="", max_length=16, description="id of the conversation that the browser shows")
    conversation: str | None = None


LOST = json.dumps({"lost": True})
"""Tells the browser that the server does not hold the conversation it shows: after a restart, or a long sleep."""


class Parts(NamedTuple):
    """The components that events change."""

    bridge: gr.HTML
    welcome: gr.HTML
    log: gr.HTML
    live: gr.HTML
    box: gr.Textbox
    panel: gr.HTML
    talk: gr.State
    growing: gr.State
    choice: gr.State


def html(value: str | Markup = "", **options: Any) -> gr.HTML:
    """HTML as we wrote it, without gradio's own styles and listeners."""
    return gr.HTML(str(value), **({"js_on_load": None, "apply_default_css": False} | options))


def told(event: gr.EventData) -> Told:
    """What the click of this event says. Raises ValueError where it is not what a click says."""
    return Told.model_validate(event._data or {})
