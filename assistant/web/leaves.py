"""The leaves beside the chat: documents, exam, settings, and doors for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from assistant.conversations import Conversation
from assistant.errors import AssistantError
from assistant.web import documents, exam
from assistant.web.desk import Desk
from assistant.web.doctor import findings_html
from assistant.web.guide import guide_html
from assistant.web.markup import fill
from assistant.web.parts import LOST, QUIET, Choice, Parts, Update, html, told
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
        parts.bridge.uploaded(self._take_in, None, both, **many)
        parts.bridge.reindex(self._read_again, None, both, **many)
        parts.bridge.cancel(self._cancel, None, None, queue=False, **QUIET)
        parts.bridge.remove(self._remove, None, both, **QUIET)
        parts.bridge.restore(self._restore, None, both, **QUIET)
        parts.bridge.delete(self._delete, None, both, **QUIET)
        self._find.submit(self._found, [self._find], [self._hits], **QUIET)
        self._tab.select(self._listed, None, [self._table], **QUIET)

    def _listed(self) -> str:
        try:
            table = documents.table_html(self._desk.assistant.documents(), self._library)
            return str(table + documents.removed_html(self._library.removed()))
        except AssistantError as error:
            return _note(without_paths(str(error)))

    def _take_in(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        arrived = documents.Arrived.model_validate(event._data or {})
        yield from self._watch(self._library.add(arrived.waiting, _session(request)), arrived.refused)

    def _read_again(self, request: gr.Request) -> Iterator[Update]:
        yield from self._watch(self._library.refresh(_session(request)))

    def _watch(
        self, build: Iterator[tuple[documents.Row, ...]], refused: tuple[documents.Refused, ...] = ()
    ) -> Iterator[Update]:
        rows: tuple[documents.Row, ...] = ()
        for rows in build:
            yield {self._progress: str(documents.rows_html(rows, refused, busy=True))}
        yield {self._progress: str(documents.rows_html(rows, refused)), self._table: self._listed()}

    def _cancel(self, request: gr.Request) -> None:
        self._library.cancel(_session(request))

    def _remove(self, event: gr.EventData) -> Update:
        click = told(event)
        return self._changed(lambda: str(documents.removed_note(click.text, self._library.remove(click.source))))

    def _restore(self, event: gr.EventData) -> Update:
        return self._changed(lambda: _note(f"“{self._library.restore(told(event).text)}” is indexed again."))

    def _delete(self, event: gr.EventData) -> Update:
        return self._changed(lambda: _note(f"The file “{self._library.delete(told(event).text)}” is deleted."))

    def _changed(self, change: Callable[[], str]) -> Update:
        """What a change has to say, and the list after it."""
        try:
            note = change()
        except AssistantError as error:
            note = _note(without_paths(str(error)))
        return {self._progress: note, self._table: self._listed()}

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
        parts.bridge.exam(self._add, [parts.talk], [parts.bridge], **QUIET)

    def _run(self, event: gr.EventData) -> str:
        return str(exam.exam_html(self._desk.exams(), told(event).text))

    def _add(self, talk: Conversation, event: gr.EventData) -> Any:
        click = told(event)
        if click.current != talk.id:
            return LOST
        given = talk.exchange(click.exchange).answer
        if given:
            gr.Info(exam.added(self._desk.my_exam, given, self._desk.library.roots()), duration=4)
        return gr.skip()


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


def _session(request: gr.Request) -> str:
    return str(request.session_hash)


def programs_leaf(address: str) -> None:
    """How a program asks the page at ``address``."""
    with gr.Tab("For programs", id="programs", elem_classes="leaf"):
        html(guide_html(address), elem_classes="prose-leaf")


def _head(title: str, lead: str) -> str:
    return str(fill('<h2>{title}</h2><p class="lead">{lead}</p>', title=title, lead=lead))


def _note(text: str) -> str:
    return str(fill('<p class="none" role="status">{text}</p>', text=text))
