"""The Settings tab: writer, model, passages and answer threshold for this page, and what the doctor finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.doctor import Finding
from assistant.web.components import IN_TURN, LATEST, Components, ReaderSettings, html
from assistant.web.state import AppState
from assistant.web.templates import render

_WRITERS = [
    ("Automatic", "auto"),
    ("Quotations from the documents", "extractive"),
    ("A local model (Ollama)", "ollama"),
    ("Another model server (OpenAI's format)", "openai"),
]


class SettingsTab:
    """Fields that change the next answer of this page, and the doctor's findings."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        own = ReaderSettings.of(state.settings)
        with gr.Tab("Settings", id="settings", elem_classes="view") as self._tab:
            html(render("settings", "head"))
            self._fields: list[Any] = [
                gr.Radio(_WRITERS, value=own.writer, label="Writer"),
                gr.Textbox(own.chat_model, label="Model", info="The Ollama model that writes.", max_length=200),
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
        gr.on(changes, self._changed, self._fields, [components.settings], **IN_TURN | LATEST)
        self._tab.select(self._diagnose, [components.settings], [self._findings], **LATEST)

    def _changed(self, writer: str, model: str, passages: float, answer_threshold: float) -> ReaderSettings:
        return ReaderSettings.model_validate(
            {
                "writer": writer,
                "chat_model": model.strip(),
                "passages": int(passages),
                "answer_threshold": answer_threshold,
            }
        )

    def _diagnose(self, settings: ReaderSettings) -> str:
        return findings_html(self._state.diagnose(settings.model_dump()))


def findings_html(findings: Sequence[Finding]) -> str:
    """All findings, faults first."""
    return render("settings", "findings", findings=sorted(findings, key=lambda finding: finding.ok))
