"""The leaves beside the chat: documents, exam, settings, and doors for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.web import documents, exam
from assistant.web.conversations import Conversation
from assistant.web.desk import Desk
from assistant.web.doctor import findings_html
from assistant.web.guide import guide_html
from assistant.web.markup import fill
from assistant.web.parts import QUIET, Choice, Parts, Update, html, told
from assistant.web.safety import without_paths

_WRITERS = [
    ("Automatic", "auto"),
    ("The documents’ own sentences", "extractive"),
    ("A local model (Ollama)", "ollama"),
]


class DocumentsLeaf:
    """What is indexed: adding, removing, reading again, and searching."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._library = desk, desk.library
        with gr.Tab("Documents", id="documents", elem_classes="leaf") as self._tab:
            html(
                _head(
                    "Documents", "What answers are drawn from. Files you add stay on the machine that runs this page."
                )
            )
            html(documents.dropzone())
            self._progress = html(elem_id="progress")
            self._find = gr.Textbox(
                label="Search the passages",
                placeholder="Words or a question",
                submit_btn=True,
                elem_id="find",
                max_length=2000,
            )
            self._hits = html(elem_id="hits")
            html(
                '<div class="indexed-head"><h3>Indexed</h3><button type="button" class="action" data-do="reindex">'
                "Read again what changed</button></div>"
            )
            self._table = html(elem_id="table")

    def connect(self, parts: Parts) -> None:
        """Attach the events."""
        both, many = [self._progress, self._table], {"concurrency_limit": 4, **QUIET}
        taking = parts.bridge.uploaded(self._take_in, None, both, **many)
        reading = parts.bridge.reindex(self._read_again, None, both, **many)
        parts.bridge.cancel(self._cancelled, None, both, cancels=[taking, reading], **QUIET)
        parts.bridge.remove(self._remove, None, both, **QUIET)
        self._find.submit(self._found, [self._find], [self._hits], **QUIET)
        self._tab.select(self._listed, None, [self._table], **QUIET)

    def _listed(self) -> str:
        try:
            return str(documents.table_html(self._desk.assistant.documents(), self._library))
        except AssistantError as error:
            return _note(without_paths(str(error)))

    def _take_in(self, event: gr.EventData) -> Iterator[Update]:
        arrived = documents.Arrived.model_validate(event._data or {})
        rows: tuple[documents.Row, ...] = ()
        shown = ""
        for rows in self._library.add(arrived.waiting):
            now = str(documents.rows_html(rows, arrived.refused, busy=True))
            if now != shown:
                shown = now
                yield {self._progress: now}
        yield {self._progress: str(documents.rows_html(rows, arrived.refused)), self._table: self._listed()}

    def _read_again(self) -> Iterator[Update]:
        rows: tuple[documents.Row, ...] = ()
        for rows in self._library.refresh():
            yield {self._progress: str(documents.rows_html(rows, busy=True))}
        yield {self._progress: str(documents.rows_html(rows)), self._table: self._listed()}

    def _cancelled(self) -> Update:
        return {self._progress: _note("Cancelled. What was indexed before stays."), self._table: self._listed()}

    def _remove(self, event: gr.EventData) -> Update:
        try:
            gone = self._library.remove(told(event).source)
            note = "Removed." if gone else "Removed from the index. Its file stays where it is."
        except AssistantError as error:
            note = without_paths(str(error))
        return {self._progress: _note(note), self._table: self._listed()}

    def _found(self, words: str) -> str:
        try:
            return str(documents.hits_html(self._desk.assistant.search(words, 12))) if words.strip() else ""
        except AssistantError as error:
            return _note(without_paths(str(error)))


class ExamLeaf:
    """The last runs; and questions put into one's own exam."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Tab("Exam", id="exam", elem_classes="leaf") as self._tab:
            self._shown = html(elem_id="exam")

    def connect(self, parts: Parts) -> None:
        """Attach the events."""
        self._tab.select(lambda: str(exam.exam_html(self._desk.exams())), None, [self._shown], **QUIET)
        parts.bridge.run(self._run, None, [self._shown], **QUIET)
        parts.bridge.exam(self._add, [parts.talk], None, **QUIET)

    def _run(self, event: gr.EventData) -> str:
        return str(exam.exam_html(self._desk.exams(), told(event).text))

    def _add(self, talk: Conversation, event: gr.EventData) -> None:
        turn = told(event).turn
        given = talk.exchanges[turn].answer if 0 <= turn < len(talk.exchanges) else None
        if given:
            gr.Info(exam.added(self._desk.my_exam, given, self._desk.library.roots()), duration=4)


class SettingsLeaf:
    """Writer, model, passages and answer_threshold for this page; and what the doctor finds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        now = Choice.of(desk.settings)
        with gr.Tab("Settings", id="settings", elem_classes="leaf") as self._tab:
            html(_head("Settings", "For this page, until it is closed. To keep one, set its ASSISTANT_ variable."))
            self._fields: list[Any] = [
                gr.Radio(_WRITERS, value=now.writer, label="Writer"),
                gr.Textbox(now.chat_model, label="Model", info="The Ollama model that writes.", max_length=200),
                gr.Slider(10, 100, now.passages, step=1, label="Passages", info="An answer is built from so many."),
                gr.Slider(
                    0,
                    1,
                    now.answer_threshold,
                    step=0.05,
                    label="Strictness",
                    elem_id="settings-answer_threshold",
                    info="The higher, the sooner the answer is “not in the documents”.",
                ),
            ]
            self._doctor = html(elem_id="doctor")

    def connect(self, parts: Parts) -> None:
        """Attach the events."""
        changes = [field.change for field in self._fields]
        gr.on(changes, self._chosen, self._fields, [parts.choice], **QUIET)
        self._tab.select(self._examined, [parts.choice], [self._doctor], **QUIET)

    def _chosen(self, writer: str, model: str, passages: float, answer_threshold: float) -> Choice:
        fields = {
            "writer": writer,
            "chat_model": model.strip(),
            "passages": int(passages),
            "answer_threshold": answer_threshold,
        }
        return Choice.model_validate(fields)

    def _examined(self, choice: Choice) -> str:
        return str(findings_html(self._desk.diagnose(choice.model_dump())))


def programs_leaf(address: str) -> None:
    """How a program asks the page at ``address``."""
    with gr.Tab("For programs", id="programs", elem_classes="leaf"):
        html(guide_html(address), elem_classes="prose-leaf")


def _head(title: str, lead: str) -> str:
    return str(fill('<h2>{title}</h2><p class="lead">{lead}</p>', title=title, lead=lead))


def _note(text: str) -> str:
    return str(fill('<p class="none" role="status">{text}</p>', text=text))
