"""The page: its layout and the connections between its components."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

import gradio as gr
from markupsafe import Markup

from assistant.conversations import Conversation, Scope
from assistant.web import chat, conversations, panel
from assistant.web import scope as scopes
from assistant.web.components import PRIVATE, Components, ReaderSettings, html
from assistant.web.documents import DocumentsTab
from assistant.web.evaluation import EvaluationTab
from assistant.web.examples import examples, suggester
from assistant.web.export import export, notes
from assistant.web.glance import glance, why_unread
from assistant.web.listing import list_shower
from assistant.web.programs import endpoints
from assistant.web.settings import SettingsTab
from assistant.web.state import AppState
from assistant.web.templates import render

SCRIPTS = (
    "base.js",
    "language.js",
    "conversations.js",
    "panel.js",
    "notes.js",
    "thread.js",
    "scope.js",
    "documents.js",
    "keys.js",
)
STYLES = ("frame.css", "chat.css", "panel.css", "views.css", "phone.css")


def head() -> str:
    """The page's style. Not given to gradio as CSS: that would confine every rule to its own container."""
    return f"<style>{_together('styles', STYLES)}</style>"


def languages() -> gr.I18n:
    """The texts of the page in other languages than English, for the browser to choose from."""
    file = resources.files("assistant.web").joinpath("languages.json")
    catalogue = json.loads(file.read_text(encoding="utf-8"))
    columns = zip(catalogue["languages"], zip(*catalogue["texts"].values(), strict=True), strict=True)
    return gr.I18n(**{language: dict(zip(catalogue["texts"], said, strict=True)) for language, said in columns})


def theme() -> gr.themes.Base:
    """A plain theme on the system's fonts: nothing is fetched."""
    sans = ("Inter", "Segoe UI", "system-ui", "Noto Sans", "Liberation Sans", "sans-serif")
    mono = ("ui-monospace", "SFMono-Regular", "Menlo", "Liberation Mono", "monospace")
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=sans, font_mono=mono)


def build(state: AppState, address: str) -> gr.Blocks:
    """The page over ``state``; ``address`` is shown in the examples for programs."""
    page: gr.Blocks
    with gr.Blocks(title="Assistant", fill_width=True, analytics_enabled=False) as page:
        conversation, growing = gr.State(Conversation()), gr.State(None)
        settings = gr.State(ReaderSettings.of(state.settings))
        kept = gr.BrowserState(None, storage_key="settings", secret="settings")  # noqa: S106 - no secret
        with gr.Row(elem_id="app"):
            with gr.Column(elem_id="sidebar", min_width=0):
                html(render("layout", "sidebar"))
            with gr.Column(elem_id="main", min_width=0):
                html(render("layout", "menu"))
                with gr.Tabs(elem_id="tabs"):
                    with gr.Tab("Chat", id="chat"):
                        with gr.Column(elem_id="thread"):
                            welcome = html(
                                render("layout", "welcome", seen=glance(state.assistant, state.library), examples=()),
                                elem_id="welcome",
                            )
                            log = html(elem_id="log")
                            live = html(elem_id="live")
                            html('<div id="next"></div>', elem_id="further")
                        with gr.Column(elem_id="composer"):
                            scope = html(elem_id="scope")
                            box = _box()
                            html(render("layout", "hint"))
                    tabs = (DocumentsTab(state), EvaluationTab(state), chosen := SettingsTab(state, kept))
                    with gr.Tab("API", id="api", elem_classes="view"):
                        html(render("api", "guide", address=address), elem_classes="prose-view")
            with gr.Column(elem_id="panel-column", min_width=0):
                shown = html(panel.empty_html(), elem_id="panel")
                html(render("panel", "notes"), elem_id="notes")
        events = html(
            "{}",
            html_template="<span></span>",
            elem_id="event-bridge",
            js_on_load=_together("scripts", SCRIPTS),
            server_functions=[
                export,
                notes,
                panel.original(state),
                list_shower(state),
                suggester(state),
                why_unread(state),
                _renewer(state),
            ],
        )
        components = Components(events, welcome, log, live, scope, box, shown, conversation, growing, settings)
        answers = chat.connect(state, components)
        new = conversations.connect(state, components, answers)
        panel.connect(state, components)
        scopes.connect(state, components)
        for tab in tabs:
            tab.connect(components)
        _connect_loading(page, new, state, components)
        page.load(chosen.restore, [kept], [*chosen.fields, components.settings], **PRIVATE)
        for name, endpoint in endpoints(state.assistant)._asdict().items():
            gr.api(endpoint, api_name=name, concurrency_limit=4)  # type: ignore[attr-defined]  # not in its __all__
    return page


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
        interactive=True,  # no event takes it as an input: a script sends what is typed
        autofocus=True,
    )


def welcome_html(state: AppState) -> Markup:
    """What a reader sees first: what is indexed, and questions to begin with."""
    return render("layout", "welcome", seen=glance(state.assistant, state.library), examples=examples(state.assistant))


def _renewer(state: AppState) -> Callable[[dict[str, str]], dict[str, str]]:
    """What gives the browser the chips and the first view again after documents were added or removed."""

    def renewed(request: dict[str, str]) -> dict[str, str]:
        scope = Scope.model_validate_json(request["scope"])
        return {"scope": scopes.scope_html(scope, state.listed()), "welcome": welcome_html(state)}

    return renewed


def _connect_loading(page: gr.Blocks, new: Any, state: AppState, components: Components) -> None:
    def welcome() -> str:
        return welcome_html(state)

    def begin(conversation: Conversation) -> tuple[str, str]:
        told = state.for_browser(conversation, save=False)
        return told, scopes.scope_html(conversation.scope, state.listed())

    # One event: the browser opens its conversation when it is told, and that sets the scope too.
    page.load(begin, [components.conversation], [components.events, components.scope], queue=False, **PRIVATE)
    page.load(welcome, None, [components.welcome], **PRIVATE)
    # After it, not beside it: gradio can lose updates of an event when another one ends meanwhile.
    new.then(welcome, None, [components.welcome], **PRIVATE)


def _together(folder: str, names: Sequence[str]) -> str:
    """Scripts share one scope, styles one order: each file sees those before it."""
    files = resources.files("assistant.web").joinpath(folder)
    return "\n".join(files.joinpath(name).read_text(encoding="utf-8") for name in names)
