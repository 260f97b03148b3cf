"""The Evaluation tab: runs, watched while they are under way; and the reader's own test questions."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr

from assistant.api import ANYWHERE, Assistant
from assistant.conversations import Conversation
from assistant.errors import AssistantError, SuiteError
from assistant.eval import Case, GoldQuote, Suite, run
from assistant.settings import command
from assistant.types import Answer, Filter, Progress, Turn
from assistant.web.components import (
    LATEST,
    ONCE,
    PRIVATE,
    RELOAD,
    ClickEvent,
    Components,
    ReaderSettings,
    Update,
    html,
    session,
)
from assistant.web.documents import progress_html
from assistant.web.guard import without_command
from assistant.web.jobs import CancelledError, Job, Row
from assistant.web.runs import evaluation_html, suite_in
from assistant.web.state import AppState
from assistant.web.templates import render

_SUITE = """\
# Questions saved on the chat page.
name = "my questions"
corpus = {corpus}

metrics = ["document_hit@1", "passage_hit@4", "fact_coverage", "citation_validity", "citation_f1", "uncited_claims",
           "misattributed_claims", "false_answers", "false_refusals", "seconds_p50", "failures"]

[gold]
dev = "gold/dev.jsonl"

[gates]
citation_validity = ">= 1.0"
failures = "<= 0"
"""


class EvaluationTab:
    """The last runs, a run that is under way, and answers saved as test questions."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._jobs: dict[str, Job] = {}
        with gr.Tab("Evaluation", id="evaluation", elem_classes="view") as self._tab:
            html(render("evaluation", "head"))
            self._progress = html(elem_id="running")
            self._shown = html(elem_id="evaluation")

    def connect(self, components: Components) -> None:
        """Attach the events."""
        events = components.events
        self._tab.select(lambda: evaluation_html(self._state.evaluations()), None, [self._shown], **LATEST)
        events.run(self._choose, None, [self._shown], **PRIVATE)
        both = [self._progress, self._shown]
        events.evaluate(self._evaluate, [components.settings], both, **PRIVATE | ONCE)
        events.watch(self._watch, None, both, **PRIVATE | ONCE)
        events.cancel(self._cancel, None, None, queue=False, **PRIVATE)
        events.save(self._save, [components.conversation], [components.events], **PRIVATE | ONCE)

    def _choose(self, event: gr.EventData) -> str:
        click = ClickEvent.of(event)
        return evaluation_html(self._state.evaluations(), click.text, click.id)

    def _cancel(self, request: gr.Request) -> None:
        if job := self._jobs.get(session(request)):
            job.cancel()

    def _evaluate(self, settings: ReaderSettings, event: gr.EventData, request: gr.Request) -> Update:
        named, owner = ClickEvent.of(event).text, session(request)
        folder = next((each for each in self._state.evaluations() if each.name == named), None)
        before = self._jobs.get(owner)
        if folder and not (before and before.busy):
            job = self._jobs[owner] = Job([Row(folder.name)])
            assistant = self._state.with_settings(settings.model_dump())
            threading.Thread(target=evaluate, args=(folder, assistant, job), daemon=True).start()
        return self._watch(request)

    def _watch(self, request: gr.Request) -> Update:
        """How far the run is. The browser asks for it: it may take minutes, and goes on while the reader asks."""
        job = self._jobs.get(session(request))
        if job is None:
            return {self._progress: gr.skip()}
        shown = {} if job.busy else {self._shown: evaluation_html(self._state.evaluations())}
        return {self._progress: progress_html(job.rows, busy=job.busy), **shown}

    def _save(self, conversation: Conversation, event: gr.EventData) -> str:
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return RELOAD
        answer = conversation.exchange(click.exchange).answer
        said = self._saved(answer) if answer else ""
        return self._state.for_browser(conversation, save=False, said=said)

    def _saved(self, answer: Answer) -> str:
        """Save an answer as a test question; what to tell the reader."""
        folder = self._state.own_evaluation
        try:
            save_question(folder, answer, self._state.library.roots())
        except SuiteError as error:
            return str(error)
        shown = folder.absolute()
        shown = shown.relative_to(Path.cwd()) if shown.is_relative_to(Path.cwd()) else shown
        return f"Saved. Run it under Evaluation, or with: {command(f'eval {shown}', self._state.settings.index_dir)}"


def evaluate(folder: Path, assistant: Assistant, job: Job) -> None:
    """Run the suite in ``folder`` on ``assistant``, with its documents alone; ``job`` shows how far that has come."""

    def on_progress(step: Progress) -> None:
        job.check()
        job.set(0, state="asking", part=step.done / step.total, reason=f"{step.done} of {step.total} questions")

    try:
        suite = suite_in(folder)
        run(suite, _asking(suite, assistant), {"system": "page", **assistant.describe()}, on_progress=on_progress)
        job.set(0, state="evaluated", part=1.0)
    except CancelledError:
        job.set(0, state="cancelled", reason="Run it again to go on where it stopped.")
    except (AssistantError, OSError) as error:
        job.set(0, state="skipped", reason=without_command(str(error)))


def _asking(suite: Suite, assistant: Assistant) -> Callable[..., Answer]:
    """What asks the suite's documents alone. Raises SuiteError where they are not indexed here."""
    indexed = {each.source for each in assistant.documents()}
    missing = len(set(suite.corpus) - indexed)
    if missing:
        raise SuiteError(f"{missing} of its {len(suite.corpus)} documents are not indexed here. Add its folder first.")
    own = Filter(sources=tuple(suite.corpus)) if indexed - set(suite.corpus) else ANYWHERE

    def ask(question: str, history: Sequence[Turn] = (), where: Filter = ANYWHERE) -> Answer:
        return assistant.ask(question, history, own if where == ANYWHERE else where)

    return ask


def save_question(
    folder: Path, answer: Answer, roots: Sequence[Path], new_id: Callable[[], str] = secrets.token_hex
) -> None:
    """Put a question and its answer, as they are, into the evaluation in ``folder``.

    The quotes become evidence and facts, so that the evaluation notices when the answer gets worse. A refusal becomes a
    question that the documents do not answer. If the answer was not right, edit the gold question.

    Raises SuiteError if the cited documents are not all in one folder.
    """
    sources = {citation.source for citation in answer.citations}
    corpus = next((root for root in roots if all((root / source).is_file() for source in sources)), None)
    if corpus is None:
        raise SuiteError("The answer draws on several folders, or on files that are gone. A test needs them in one.")
    refused = answer.outcome == "not_in_documents"
    kinds = (("unanswerable", refused), ("conflict", answer.conflicts), ("follow-up", answer.history), ("fact", True))
    case = Case.model_validate(
        {
            "id": f"mine-{new_id()[:8]}",
            "question": answer.question,
            "history": tuple(turn.text for turn in answer.history if turn.role == "user"),
            "kind": next(kind for kind, holds in kinds if holds),
            "facts": tuple((citation.quote,) for claim in answer.claims for citation in claim.citations[:1]),
            "evidence": tuple(GoldQuote(source=each.source, quote=each.quote) for each in answer.citations),
            "answerable": not refused,
        }
    )
    gold, suite = folder / "gold" / "dev.jsonl", folder / "suite.toml"
    gold.parent.mkdir(parents=True, exist_ok=True)
    if not suite.exists():
        where = os.path.relpath(corpus.resolve(), folder.resolve()).replace("\\", "/")
        quoted = '"' + where.replace('"', '\\"') + '"'
        suite.write_text(_SUITE.format(corpus=quoted), encoding="utf-8")
    with gold.open("a", encoding="utf-8") as file:
        file.write(case.model_dump_json(exclude={"variant", "scope"}) + "\n")
