"""The Settings tab: writer, model, passages and answer threshold for this browser, and what the doctor finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from pydantic import ValidationError

from assistant.doctor import Finding
from assistant.settings import WRITERS
from assistant.web.components import IN_TURN, LATEST, Components, ReaderSettings, html
from assistant.web.state import AppState
from assistant.web.templates import render


class SettingsTab:
    """Fields that change the next answer, kept by the browser, and the doctor's findings."""

    def __init__(self, state: AppState, kept: gr.BrowserState) -> None:
        self._state, self._kept = state, kept
        own = ReaderSettings.of(state.settings)
        with gr.Tab("Settings", id="settings", elem_classes="view") as self._tab:
            html(render("settings", "head", elsewhere=state.settings.elsewhere))
            self._fields: list[Any] = [
                gr.Radio([(label, name) for name, label in WRITERS.items()], value=own.writer, label="Writer"),
                gr.Dropdown(
                    [own.chat_model],
                    value=own.chat_model,
                    label="Model",
                    info="The Ollama model that writes: one that is there, or any other name.",
                    allow_custom_value=True,
                    elem_id="model",
                ),
                gr.Slider(
                    10, 100, own.passages, step=1, label="Passages", info="How many passages an answer draws on."
                ),
                gr.Slider(
                    0,
                    1,
                    own.answer_threshold,
                    step=0.05,
                    label="Answer threshold",
                    elem_id="answer-threshold",
                    info="The higher it is, the sooner the answer is “Not in the documents”.",
                ),
            ]
            self._findings = html(elem_id="doctor")

    def connect(self, components: Components) -> None:
        """Attach the events."""
        changes = [field.change for field in self._fields]
        gr.on(changes, self._changed, self._fields, [components.settings, self._kept], **IN_TURN | LATEST)
        self._tab.select(self._diagnose, [components.settings], [self._findings], **LATEST)
        self._tab.select(self._models, [components.settings], [self._fields[1]], **LATEST)

    def restore(self, kept: Any) -> list[Any]:
        """The settings that the browser keeps, for the fields and for the page; else those of the server."""
        try:
            settings = ReaderSettings.model_validate(kept)
        except ValidationError:
            settings = ReaderSettings.of(self._state.settings)
        return [*settings.model_dump().values(), settings]

    @property
    def fields(self) -> list[Any]:
        """The fields, in the order of ``ReaderSettings``."""
        return self._fields

    def _changed(self, *values: Any) -> tuple[ReaderSettings, dict[str, Any]]:
        settings = ReaderSettings.model_validate(dict(zip(ReaderSettings.model_fields, values, strict=True)))
        return settings, settings.model_dump()

    def _diagnose(self, settings: ReaderSettings) -> str:
        return findings_html(self._state.diagnose(settings.model_dump()))

    def _models(self, settings: ReaderSettings) -> Any:
        there = self._state.models()
        return gr.update(choices=sorted({*there, settings.chat_model}))


def findings_html(findings: Sequence[Finding]) -> str:
    """All findings, faults first."""
    return render("settings", "findings", findings=sorted(findings, key=lambda finding: finding.ok))
