"""The exam leaf: the last runs, their plots, and the worst answers first; and one's own exam, question by question."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from assistant.errors import AssistantError, SuiteError
from assistant.eval import METRICS, Case, GoldQuote, Run, Scorecard, Suite, load, read_run, rescore
from assistant.eval.log import LOG
from assistant.eval.plots import Bar, intervals
from assistant.eval.scoring import Failure, failures
from assistant.ingest.discover import find_files
from assistant.ingest.read import read_document
from assistant.types import Answer, Document
from assistant.web.markup import Markup, fill, join, one_line
from assistant.web.safety import without_paths

RUNS = 12
"""Runs that are listed, newest first."""

WORST = 25
"""Failed questions that are shown, worst first."""

_TILES = ("fact_coverage", "citation_validity", "citation_f1", "refusal_f1", "conflict_f1", "seconds_p50")

_SUITE = """\
# Questions added on the chat page. Run them with:  assistant eval {folder}
name = "my exam"
corpus = {corpus}

metrics = ["document_hit@1", "passage_hit@4", "fact_coverage", "citation_validity", "citation_f1", "uncited_claims",
           "misattributed_claims", "false_answers", "false_refusals", "seconds_p50", "failures"]

[gold]
dev = "gold/dev.jsonl"

[gates]
citation_validity = ">= 1.0"
failures = "<= 0"
"""


class Sitting(NamedTuple):
    """A run of an exam; ``key`` names it on the page and says nothing of where it lies."""

    folder: Path
    log: Path
    key: str

    @property
    def name(self) -> str:
        """The exam and when it was sat."""
        exam, run = self.folder.name, self.log.parent.name
        try:
            return f"{exam}, {datetime.strptime(run[:15], '%Y%m%d-%H%M%S'):%d %b %Y, %H:%M}"
        except ValueError:
            return f"{exam}, {run}"


def sittings(folders: Sequence[Path]) -> list[Sitting]:
    """The last runs of the exams in ``folders``, newest first."""
    logs = [(folder, log) for folder in folders for log in (folder / "runs").glob(f"*/{LOG}")]
    logs.sort(key=lambda pair: pair[1].parent.name, reverse=True)
    return [
        Sitting(folder, log, hashlib.blake2b(os.fsencode(log.resolve()), digest_size=6).hexdigest())
        for folder, log in logs[:RUNS]
    ]


def exam_html(folders: Sequence[Path], chosen: str = "") -> Markup:
    """The leaf; ``chosen`` is the key of the run to show, by default the last one."""
    runs = sittings(folders)
    head = fill(
        '<h2>Exam</h2><p class="lead">{text}</p>',
        text="How good the answers are, measured with questions whose answers are known.",
    )
    if not runs:
        return head + fill(
            '<p class="none">There is no run yet. Sit the exam with <code>assistant eval</code>, or begin one of your '
            "own with <b>Add to my exam</b> under any answer.{text}</p>",
            text="",
        )
    shown = next((run for run in runs if run.key == chosen), runs[0])
    tabs = join(
        fill(
            '<button type="button" data-do="run" data-text="{key}" aria-pressed="{pressed}">{name}</button>',
            key=run.key,
            pressed="true" if run == shown else "false",
            name=run.name,
        )
        for run in runs
    )
    try:
        body = _run_html(*_scored(shown.folder, shown.log, shown.log.stat().st_mtime_ns))
    except AssistantError as error:
        body = fill('<p class="notice">{text}</p>', text=without_paths(str(error)).partition("`")[0])
    return head + fill('<div class="runs" role="group" aria-label="Runs">{tabs}</div>{body}', tabs=tabs, body=body)


@lru_cache(maxsize=RUNS)
def _scored(folder: Path, log: Path, changed: int) -> tuple[Run, Scorecard]:  # noqa: ARG001 - part of the key
    run = read_run(log)
    return run, rescore(run, _suite(folder, run))


def _suite(folder: Path, run: Run) -> Suite:
    """The suite a run belongs to, whichever split was asked."""
    faults: SuiteError | None = None
    for split in ("dev", "test", None):
        try:
            suite = load(folder, read_documents, split)
        except SuiteError as error:
            faults = error
            continue
        if suite.hash == run.header.suite_hash:
            return suite
    raise faults or SuiteError("The exam has changed since this run. `assistant eval` sits it again")


def read_documents(folder: Path) -> Mapping[str, Document]:
    """The documents of a folder by source, as the exam reads its corpus."""
    found, _ = find_files(folder)
    documents = {}
    for file in found:
        try:
            documents[file.source] = read_document(file)
        except AssistantError:
            continue
    return documents


def _run_html(run: Run, card: Scorecard) -> Markup:
    tiles = join(
        fill(
            '<div class="tile"><b>{value}</b><span>{name}</span></div>',
            value=f"{number.value:.2f}" + (" s" if name.startswith("seconds") else ""),
            name=name.replace("_", " "),
        )
        for name in _TILES
        if (number := card.numbers.get(name))
    )
    failed = failures(card)
    return fill(
        '<p class="small">{suite} · {count} questions · {started}</p><div class="tiles">{tiles}</div>'
        "<h3>Every measure, with its 95 % interval</h3>{plot}<h3>Worst answers first</h3>{worst}",
        suite=run.header.suite,
        count=len(card.cases),
        started=run.header.started[:16].replace("T", " "),
        tiles=tiles,
        plot=_plot(card),
        worst=_worst(failed),
    )


def _plot(card: Scorecard) -> Markup:
    bars = [
        Bar(name.replace("_", " "), n.value, n.low, n.high, (), METRICS[name].better == "lower")
        for name, n in card.numbers.items()
        if n and METRICS[name].better != "neither" and METRICS[name].group != "cost" and 0 <= n.value <= 1
    ]
    # The plots escape their labels, which are names of our own metrics.
    return fill('<div class="plots">{svg}</div>', svg=Markup(intervals(bars)))


def _worst(failed: Sequence[Failure]) -> Markup:
    if not failed:
        return fill('<p class="none">{text}</p>', text="No answer failed.")
    items = join(
        fill(
            '<li><p class="asked" dir="auto">{question}</p><p class="said" dir="auto">{said}</p><p class="why">{why}'
            '</p><button type="button" data-do="ask" data-text="{question}">Ask this again</button></li>',
            question=each.scored.case.question,
            said=one_line(each.scored.answer.text, 300) or "No answer.",
            why=" · ".join(one_line(reason, 160) for reason in each.reasons),
        )
        for each in failed[:WORST]
    )
    return fill('<ol class="worst">{items}</ol>', items=items)


# --- one's own exam


def added(folder: Path, answer: Answer, roots: Sequence[Path], new_id: Callable[[], str] = secrets.token_hex) -> str:
    """Put a question and its answer, as they are now, into the exam in ``folder``; returns what to tell the reader.

    The quotes become the evidence and what each claim says a fact, so that the exam notices when the answer gets
    worse. A refusal becomes a question the documents do not answer. Edit the gold where the answer was not right.
    """
    refused = answer.outcome == "not_in_documents"
    sources = {citation.source for citation in answer.citations}
    corpus = next((root for root in roots if all((root / source).is_file() for source in sources)), None)
    if corpus is None:
        return "The answer draws on several folders, or on files that are gone; an exam needs them in one."
    case = Case(
        id=f"mine-{new_id()[:8]}",
        question=answer.question,
        history=tuple(turn.text for turn in answer.history if turn.role == "user"),
        kind="unanswerable"
        if refused
        else "conflict"
        if answer.conflicts
        else "follow-up"
        if answer.history
        else "fact",
        facts=tuple((citation.quote,) for claim in answer.claims for citation in claim.citations[:1]),
        evidence=tuple(GoldQuote(source=each.source, quote=each.quote) for each in answer.citations),
        answerable=not refused,
    )
    gold = folder / "gold" / "dev.jsonl"
    gold.parent.mkdir(parents=True, exist_ok=True)
    suite = folder / "suite.toml"
    if not suite.exists():
        where = os.path.relpath(corpus.resolve(), folder.resolve()).replace("\\", "/")
        quoted = '"' + where.replace('"', '\\"') + '"'
        suite.write_text(_SUITE.format(folder=folder.name, corpus=quoted), encoding="utf-8")
    with gold.open("a", encoding="utf-8") as file:
        file.write(case.model_dump_json(exclude={"variant", "scope"}) + "\n")
    return "Added to your exam. Sit it with `assistant eval`."
