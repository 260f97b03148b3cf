"""The Evaluation tab: the last runs, their plots and worst answers; and the reader's own test questions."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from markupsafe import Markup

from assistant.conversations import Conversation
from assistant.errors import AssistantError, SuiteError
from assistant.eval import METRICS, Case, GoldQuote, Run, Scorecard, Suite, load, read_run, rescore
from assistant.eval.log import LOG
from assistant.eval.plots import Bar, intervals
from assistant.eval.scoring import failures
from assistant.ingest.read import read_folder
from assistant.settings import command
from assistant.types import Answer
from assistant.web.components import LATEST, ONCE, PRIVATE, RELOAD, ClickEvent, Components, html
from assistant.web.guard import without_command
from assistant.web.state import AppState
from assistant.web.templates import render

RUNS = 12
"""Runs that are listed, newest first."""

WORST = 25
"""Failed questions that are shown, worst first."""

_TILES = ("fact_coverage", "citation_validity", "citation_f1", "refusal_f1", "conflict_f1", "seconds_p50")

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
    """The last runs, and answers saved as test questions."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        with gr.Tab("Evaluation", id="evaluation", elem_classes="view") as self._tab:
            self._shown = html(elem_id="evaluation")

    def connect(self, components: Components) -> None:
        """Attach the events."""
        self._tab.select(lambda: evaluation_html(self._state.evaluations()), None, [self._shown], **LATEST)
        components.events.run(self._choose, None, [self._shown], **PRIVATE)
        components.events.save(self._save, [components.conversation], [components.events], **PRIVATE | ONCE)

    def _choose(self, event: gr.EventData) -> str:
        return evaluation_html(self._state.evaluations(), ClickEvent.of(event).text)

    def _save(self, conversation: Conversation, event: gr.EventData) -> Any:
        click = ClickEvent.of(event)
        if click.current != conversation.id:
            return RELOAD
        if answer := conversation.exchange(click.exchange).answer:
            folder = self._state.own_evaluation
            try:
                save_question(folder, answer, self._state.library.roots())
                shown = folder.absolute()
                shown = shown.relative_to(Path.cwd()) if shown.is_relative_to(Path.cwd()) else shown
                run = command(f"eval {shown}", self._state.settings.index_dir)
                gr.Info(str(render("evaluation", "saved", command=run)), duration=8)
            except SuiteError as error:
                gr.Warning(str(error), duration=8)
        return gr.skip()


class LoggedRun(NamedTuple):
    """A run of an evaluation; ``key`` identifies it on the page without revealing its path."""

    folder: Path
    log: Path
    key: str

    @property
    def name(self) -> str:
        """The evaluation and when it was run."""
        name, run = self.folder.name, self.log.parent.name
        try:
            return f"{name}, {datetime.strptime(run[:15], '%Y%m%d-%H%M%S'):%d %b %Y, %H:%M}"
        except ValueError:
            return f"{name}, {run}"


def logged_runs(folders: Sequence[Path]) -> list[LoggedRun]:
    """The last runs of the evaluations in ``folders``, newest first."""
    logs = [(folder, log) for folder in folders for log in (folder / "runs").glob(f"*/{LOG}")]
    logs.sort(key=lambda pair: pair[1].parent.name, reverse=True)
    return [
        LoggedRun(folder, log, hashlib.blake2b(os.fsencode(log.resolve()), digest_size=6).hexdigest())
        for folder, log in logs[:RUNS]
    ]


def evaluation_html(folders: Sequence[Path], chosen: str = "") -> str:
    """The tab; ``chosen`` is the key of the run to show, by default the last one."""
    runs = logged_runs(folders)
    shown = next((run for run in runs if run.key == chosen), runs[0] if runs else None)
    body = _run_html(shown) if shown else ""
    return render("evaluation", "tab", runs=runs, shown=shown, body=body)


def _run_html(logged: LoggedRun) -> Markup:
    try:
        run, scores = _scored(logged.folder, logged.log, logged.log.stat().st_mtime_ns)
    except AssistantError as error:
        return render("evaluation", "fault", text=without_command(str(error)))
    bars = [
        Bar(name.replace("_", " "), n.value, n.low, n.high, (), METRICS[name].better == "lower")
        for name, n in scores.numbers.items()
        if n and METRICS[name].better != "neither" and METRICS[name].group != "cost" and 0 <= n.value <= 1
    ]
    return render(
        "evaluation",
        "run",
        header=run.header,
        questions=len(scores.cases),
        tiles=[(name, number) for name in _TILES if (number := scores.numbers.get(name))],
        plot=Markup(intervals(bars)),  # noqa: S704 - drawn by a template that escapes its labels
        failures=failures(scores)[:WORST],
    )


@lru_cache(maxsize=RUNS)
def _scored(folder: Path, log: Path, changed: int) -> tuple[Run, Scorecard]:  # noqa: ARG001 - part of the key
    run = read_run(log)
    return run, rescore(run, _suite(folder, run))


def _suite(folder: Path, run: Run) -> Suite:
    """The suite of a run, whichever split was asked."""
    fault: SuiteError | None = None
    for split in ("dev", "test", None):
        try:
            suite = load(folder, read_folder, split)
        except SuiteError as error:
            fault = error
            continue
        if suite.hash == run.header.suite_hash:
            return suite
    raise fault or SuiteError("The questions or documents have changed since this run. Run `assistant eval` again.")


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
