"""The page: where its parts stand, and the events of the proof panel and of the list of conversations."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any

import gradio as gr

from assistant.conversations import Conversation
from assistant.errors import AssistantError
from assistant.types import Answer, Span
from assistant.web import asking, chat, proof
from assistant.web.conversations import Form, exported
from assistant.web.desk import Desk
from assistant.web.examples import examples
from assistant.web.leaves import DocumentsLeaf, ExamLeaf, SettingsLeaf, programs_leaf
from assistant.web.markup import Markup, fill
from assistant.web.parts import LOST, QUIET, Choice, Parts, Told, Update, html, told
from assistant.web.programs import endpoints

_BRAND = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M4 5.5h11M4 10h7M4 14.5h5"/><rect x="12" y="9" width="8" '
    'height="6" rx="1.5" fill="currentColor" stroke="none" opacity=".25"/><path d="M13.5 12.2l1.8 1.8 4.2-4.4"/></svg>'
)
_MENU = (
    '<div class="menu"><button type="button" data-toggle="shelf" aria-label="Conversations">'
    '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" '
    'stroke-linecap="round" aria-hidden="true"><path d="M4 7h16M4 12h16M4 17h10"/></svg></button></div>'
)
_SHELF = (
    f'<div class="brand">{_BRAND}Assistant</div>'
    '<button type="button" class="fresh" data-do="fresh">New conversation</button>'
    '<p class="label shelf-head">Conversations</p><ul id="conversations" aria-label="Conversations"></ul>'
    '<div class="shelf-foot"><span role="group" aria-label="Export this conversation">Export'
    '<button type="button" data-export="md" aria-label="Export as Markdown" disabled>MD</button>'
    '<button type="button" data-export="html" aria-label="Export as HTML" disabled>HTML</button>'
    '<button type="button" data-export="json" aria-label="Export as JSON" disabled>JSON</button></span>'
    '<button type="button" class="light" data-toggle="light" aria-label="Light or dark"><svg viewBox="0 0 24 24" '
    'width="17" height="17" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><circle cx="12" '
    'cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/></svg></button></div>'
)
_HINT = (
    '<p class="hint"><kbd>Enter</kbd> asks · <kbd>/</kbd> comes back here · <kbd>Esc</kbd> stops or closes · '
    "<kbd>←</kbd> <kbd>→</kbd> turn citations</p>"
)


def head() -> str:
    """The page's style. Not given to gradio as CSS: that would confine every rule to its own container."""
    return f"<style>{_asset('page.css')}</style>"


def theme() -> gr.themes.Base:
    """A plain theme on the system's fonts: nothing is fetched."""
    sans = ("Inter", "Segoe UI", "system-ui", "Noto Sans", "Liberation Sans", "sans-serif")
    mono = ("ui-monospace", "SFMono-Regular", "Menlo", "Liberation Mono", "monospace")
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=sans, font_mono=mono)


def build(desk: Desk, address: str) -> gr.Blocks:
    """The page over ``desk``; ``address`` is shown in the examples for programs."""
    page: gr.Blocks
    with gr.Blocks(title="Assistant", fill_width=True, analytics_enabled=False) as page:
        talk, growing = gr.State(Conversation()), gr.State(None)
        choice = gr.State(Choice.of(desk.settings))
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="shelf", min_width=0):
                html(_SHELF)
            with gr.Column(elem_id="main", min_width=0):
                html(_MENU)
                with gr.Tabs(elem_id="tabs"):
                    with gr.Tab("Chat", id="chat"):
                        with gr.Column(elem_id="talk"):
                            welcome = html(chat.welcome(desk.count(), ()), elem_id="welcome")
                            log = html(elem_id="log")
                            live = html(elem_id="live")
                        with gr.Column(elem_id="composer"):
                            box = _box()
                            html(_HINT)
                    leaves = (DocumentsLeaf(desk), ExamLeaf(desk), SettingsLeaf(desk))
                    programs_leaf(address)
            with gr.Column(elem_id="proof", min_width=0):
                panel = html(proof.EMPTY, elem_id="panel")
        bridge = html(
            "{}",
            html_template="<span></span>",
            elem_id="bridge",
            js_on_load=_asset("page.js"),
            server_functions=[take_away],
        )
        parts = Parts(bridge, welcome, log, live, box, panel, talk, growing, choice)
        answers = asking.connect(desk, parts)
        _proving(desk, parts)
        _keeping(desk, parts, answers)
        for leaf in leaves:
            leaf.connect(parts)
        _opening(page, desk, parts)
        for name, door in endpoints(desk.assistant)._asdict().items():
            gr.api(door, api_name=name, concurrency_limit=4)  # type: ignore[attr-defined]  # missing in its __all__
    return page


def take_away(told: dict[str, str]) -> str:
    """The conversation the browser sends, as Markdown, HTML or JSON to download."""
    form: Form = "html" if told["form"] == "html" else "json" if told["form"] == "json" else "md"
    return exported(Conversation.model_validate_json(told["conversation"]), form)


def _box() -> gr.Textbox:
    return gr.Textbox(
        show_label=False,
        label="Your question",
        placeholder="Ask your documents",
        lines=1,
        max_lines=6,
        max_length=4000,
        container=False,
        submit_btn=True,
        elem_id="box",
        interactive=True,  # no event takes it as an input: page.js sends what is typed
        autofocus=True,
    )


def _asset(name: str) -> str:
    return resources.files("assistant.web").joinpath(name).read_text(encoding="utf-8")


def _proving(desk: Desk, parts: Parts) -> None:
    def shown(show: Callable[[Conversation, Told], Markup]) -> Callable[..., Update]:
        def show_safely(talk: Conversation, event: gr.EventData) -> Update:
            try:
                click = told(event)
                return {parts.panel: str(show(talk, click))} if click.current == talk.id else {parts.bridge: LOST}
            except (AssistantError, LookupError, ValueError):
                text = "It cannot be shown any more."
                return {parts.panel: str(fill('<div class="panel-empty"><p>{text}</p></div>', text=text))}

        return show_safely

    def given(talk: Conversation, id_: str) -> Answer:
        answer = talk.exchange(id_).answer
        if answer is None:
            raise LookupError(id_)
        return answer

    def sources(talk: Conversation, told: Told) -> Markup:
        return proof.sources_html(given(talk, told.exchange), told.exchange)

    def cite(talk: Conversation, told: Told) -> Markup:
        answer = given(talk, told.exchange)
        source = next(each.source for each in answer.citations if each.marker == told.marker)
        return proof.citation_html(answer, told.exchange, told.marker, desk.document(source))

    def near(talk: Conversation, told: Told) -> Markup:
        passage = next(each for each in given(talk, told.exchange).passages if each.rank == told.rank)
        chunk = passage.chunk
        return at(chunk.source, Span(chunk.start, chunk.end), "The nearest passage; it does not answer the question.")

    def at(source: str, span: Span | None, notice: str = "") -> Markup:
        document = desk.document(source)
        if document is None:
            raise LookupError(source)
        return proof.document_html(document, proof.Place(marked=span, notice=notice))

    views: dict[str, Callable[[Conversation, Told], Markup]] = {
        "sources": sources,
        "cite": cite,
        "near": near,
        "document": lambda _, told: at(told.source, None),
        "hit": lambda _, told: at(told.source, Span(told.start, told.end)),
    }
    for name, show in views.items():
        getattr(parts.bridge, name)(shown(show), [parts.talk], [parts.panel, parts.bridge], queue=False, **QUIET)


def _keeping(desk: Desk, parts: Parts, answers: list[Any]) -> None:
    changed = [parts.talk, parts.log, parts.live, parts.growing, parts.box, parts.panel, parts.bridge]

    def show(talk: Conversation, *, save: bool = False) -> Update:
        return {
            parts.talk: talk,
            parts.log: str(chat.conversation_html(talk)),
            parts.live: "",
            parts.growing: None,
            parts.box: gr.update(submit_btn=True, stop_btn=False),
            parts.panel: asking.proof_of(talk),
            parts.bridge: desk.kept(talk, save=save),
        }

    def fresh() -> Update:
        return show(Conversation())

    def reopen(event: gr.EventData) -> Update:
        click = told(event)
        try:
            return show(desk.reopened(click.id, click.conversation))
        except (AssistantError, ValueError):
            gr.Warning("This conversation cannot be read. It stays where it is kept.", duration=6)
            return show(Conversation())

    def version(talk: Conversation, event: gr.EventData) -> Update:
        click = told(event)
        return show(talk.showing(click.exchange), save=True) if click.current == talk.id else {parts.bridge: LOST}

    def forget(talk: Conversation, event: gr.EventData) -> Update:
        click = told(event)
        desk.forget(click.id)
        return show(Conversation()) if click.id == talk.id else {parts.bridge: desk.kept(talk, save=False)}

    parts.bridge.fresh(fresh, None, changed, cancels=answers, **QUIET)
    parts.bridge.open(reopen, None, changed, cancels=answers, **QUIET)
    parts.bridge.version(version, [parts.talk], changed, cancels=answers, **QUIET)
    parts.bridge.forget(forget, [parts.talk], changed, **QUIET)


def _opening(page: gr.Blocks, desk: Desk, parts: Parts) -> None:
    def tell(talk: Conversation) -> str:
        return desk.kept(talk, save=False)

    def draw() -> str:
        return str(chat.welcome(desk.count(), examples(desk.assistant)))

    page.load(tell, [parts.talk], [parts.bridge], queue=False, **QUIET)
    page.load(draw, None, [parts.welcome], **QUIET)
    parts.bridge.fresh(draw, None, [parts.welcome], **QUIET)
