"""The Documents tab: what is indexed, adding and removing, progress, and a search of the passages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import gradio as gr

from assistant.errors import AssistantError
from assistant.ingest.parsers import SUFFIXES
from assistant.types import IndexedDocument, Passage
from assistant.web.components import LATEST, ONCE, PRIVATE, ClickEvent, Components, Refused, Update, html, session
from assistant.web.glance import KINDS
from assistant.web.guard import without_paths
from assistant.web.jobs import Row
from assistant.web.library import MOST_BYTES, MOST_FILES, Library, RemovedFile
from assistant.web.state import AppState
from assistant.web.templates import one_line, render

LISTED = 500
"""Rows the list of documents shows at most."""

FOUND = 12
"""Passages that a search shows at most."""

LEAST_SCORE = 0.25
"""Passages of a lower score are not shown. In the newsroom corpus the best passage for random letters scores 0.17 in
the median and 0.28 at most, a passage that answers a gold question 0.58 at least."""

SNIPPET = 320
"""Characters of a passage that a search shows."""


class DocumentsTab:
    """What is indexed: adding, removing, checking for changes, and searching."""

    def __init__(self, state: AppState) -> None:
        self._state, self._library = state, state.library
        with gr.Tab("Documents", id="documents", elem_classes="view") as self._tab:
            megabytes = MOST_BYTES // 1_000_000
            limits = {"most": MOST_FILES, "megabytes": megabytes, "local": self._library.local}
            html(render("documents", "head", suffixes=SUFFIXES, kinds=KINDS, **limits))
            self._progress = html(elem_id="progress")
            self._find = gr.Textbox(
                label="Search the passages",
                placeholder="Words or a question",
                submit_btn=True,
                elem_id="find",
                max_length=2000,
            )
            self._hits = html(elem_id="hits")
            html(render("documents", "list_head"))
            self._list = html(elem_id="table")

    def connect(self, components: Components) -> None:
        """Attach the events."""
        events, both = components.events, [self._progress, self._list]
        events.uploaded(self._index, None, both, concurrency_limit=4, **PRIVATE)
        events.place(self._add, None, both, concurrency_limit=4, **PRIVATE)
        events.refresh(self._refresh, None, both, concurrency_limit=4, **PRIVATE | ONCE)
        events.watch(self._watch, None, both, **PRIVATE | ONCE)
        events.cancel(self._cancel, None, None, queue=False, **PRIVATE)
        events.remove(self._remove, None, both, **PRIVATE)
        events.restore(self._restore, None, both, **PRIVATE)
        events.delete(self._delete, None, both, **PRIVATE)
        self._find.submit(self._search, [self._find], [self._hits], **LATEST)
        self._tab.select(self._listed, None, [self._list], **LATEST)

    def _listed(self) -> str:
        try:
            return documents_html(self._state.assistant.documents(), self._library)
        except AssistantError as error:
            return _note(without_paths(str(error)))

    def _index(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        arrived = ClickEvent.of(event)
        yield from self._watched(self._library.add(arrived.waiting, session(request)), arrived.refused)

    def _add(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        yield from self._watched(self._library.add_place(ClickEvent.of(event).text, session(request)))

    def _refresh(self, request: gr.Request) -> Iterator[Update]:
        yield from self._watched(self._library.refresh(session(request)))

    def _watched(self, build: Iterator[tuple[Row, ...]], refused: tuple[Refused, ...] = ()) -> Iterator[Update]:
        rows: tuple[Row, ...] = ()
        for rows in build:
            yield {self._progress: progress_html(rows, refused, busy=True)}
        yield {self._progress: progress_html(rows, refused), self._list: self._listed()}

    def _watch(self, request: gr.Request) -> Update:
        """How far the last build is. The browser asks where it has heard nothing for a while: gradio may lose steps."""
        job = self._library.latest(session(request))
        if job is None:
            return {self._progress: gr.skip()}
        shown = {} if job.busy else {self._list: self._listed()}
        return {self._progress: progress_html(job.rows, busy=job.busy), **shown}

    def _cancel(self, request: gr.Request) -> None:
        self._library.cancel(session(request))

    def _remove(self, event: gr.EventData) -> Update:
        click = ClickEvent.of(event)
        return self._changed(lambda: removed_note(click.text, self._library.remove(click.source)))

    def _restore(self, event: gr.EventData) -> Update:
        key = ClickEvent.of(event).text
        return self._changed(lambda: _note(f"“{self._library.restore(key)}” is indexed again."))

    def _delete(self, event: gr.EventData) -> Update:
        key = ClickEvent.of(event).text
        return self._changed(lambda: _note(f"The file “{self._library.delete(key)}” is deleted."))

    def _changed(self, change: Callable[[], str]) -> Update:
        """The message of a change, and the list after it."""
        try:
            note = change()
        except AssistantError as error:
            note = _note(without_paths(str(error)))
        return {self._progress: note, self._list: self._listed()}

    def _search(self, words: str) -> str:
        try:
            return hits_html(self._state.assistant.search(words, FOUND), words) if words.strip() else ""
        except AssistantError as error:
            return _note(without_paths(str(error)))


def progress_html(rows: Sequence[Row], refused: Iterable[Refused] = (), *, busy: bool = False) -> str:
    """Each file with its bar and state, then the skipped files with reasons; empty if there are no files."""
    every = [*rows, *(Row(each.name, "skipped", 0.0, each.reason) for each in refused)]
    return render("documents", "progress", rows=every, busy=busy) if every else ""


def documents_html(documents: Sequence[IndexedDocument], library: Library) -> str:
    """The documents, those just added first, then the newest; and those that were removed and can be put back."""

    def newness(each: IndexedDocument) -> tuple[bool, int]:
        return library.state(each.source) != "indexed", each.published.toordinal() if each.published else 0

    ordered = sorted(documents, key=newness, reverse=True)
    shown = [(each, library.state(each.source)) for each in ordered[:LISTED]]
    return render("documents", "listing", documents=shown, total=len(ordered), removed=library.removed())


def hits_html(passages: Sequence[Passage], words: str) -> str:
    """The passages that a search for ``words`` found, best first, each at the place with most of the words."""
    found = [passage for passage in passages if passage.score >= LEAST_SCORE]
    found.sort(key=lambda passage: passage.score, reverse=True)
    return render("documents", "hits", hits=[(passage, snippet(passage.chunk.text, words)) for passage in found])


def snippet(text: str, words: str, length: int = SNIPPET) -> str:
    """The part of ``text`` that has most of the different ``words``, from a sentence's beginning."""
    line = one_line(text)
    stems = {word[:6] for word in re.findall(r"\w{3,}", words.lower())}
    places = [(found.start(), stem) for stem in stems for found in re.finditer(rf"\b{re.escape(stem)}", line.lower())]

    def held(place: tuple[int, str]) -> tuple[int, int]:
        return len({stem for at, stem in places if place[0] <= at < place[0] + length // 2}), -place[0]

    if len(line) <= length or not places:
        return one_line(line, length)
    at = max(places, key=held)[0]
    sentence = line.rfind(". ", 0, at) + 2 if ". " in line[:at] else 0
    start = sentence if at - sentence < length // 2 else line.rfind(" ", 0, at - length // 4) + 1
    return ("…" if start else "") + one_line(line[start:], length)


def removed_note(title: str, removed: RemovedFile | None) -> str:
    """Says that a document was removed, with a button to undo that if it is possible."""
    return render("documents", "removed_note", title=title, removed=removed)


def _note(text: str) -> str:
    return render("documents", "note", text=text)
