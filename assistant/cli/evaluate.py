"""``assistant eval``: run a suite of gold questions, show its numbers beside baselines, and fail if a gate fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.opening import settings_from
from assistant.cli.options import IndexDir, Json, WriterName
from assistant.cli.root import FAILED
from assistant.cli.screen import Screen, clean, one_line
from assistant.errors import SuiteError

if TYPE_CHECKING:
    from assistant.cli.suite import Evaluation
    from assistant.eval import Report, Run, Scorecard, Suite

_CHOICE = "Which questions"

Folder = Annotated[Path, typer.Argument(help="The suite: the folder with suite.toml.", file_okay=False)]
DatasetAt = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NAME:PATH",
        help="A public set instead, read from your file: squad2, clapnq, qed, ramdocs, qacc or jsonl.",
        show_default=False,
    ),
]
Split = Annotated[str, typer.Option(metavar="dev|test|all", help="The gold questions to ask.", rich_help_panel=_CHOICE)]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="Only this kind; may be repeated.", rich_help_panel=_CHOICE),
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Only this many, chosen at random.", show_default=False, rich_help_panel=_CHOICE),
]
Seed = Annotated[
    int | None,
    typer.Option(help="Start of all random choices.  [default: the suite's]", rich_help_panel=_CHOICE),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Questions asked at the same time.")]
TimeLimit = Annotated[
    float | None,
    typer.Option(min=0.001, help="Seconds a question may take.  [default: the suite's]", show_default=False),
]
Compare = Annotated[
    str | None,
    typer.Option(
        metavar="RUN|reference", help="Show what changed since a run or the reference run.", show_default=False
    ),
]
Beside = Annotated[
    list[str] | None,
    typer.Option(metavar="RUN", help="Add another system's run of this suite to the table.", show_default=False),
]
Accept = Annotated[bool, typer.Option("--accept", help="Make this run the reference run.")]
Rescore = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Score a logged run again without asking anything.", show_default=False),
]
Init = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write a commented suite to start your own from.", show_default=False),
]


def evaluate(
    context: typer.Context,
    folder: Folder = Path("eval"),
    dataset: DatasetAt = None,
    split: Split = "dev",
    kind: Kinds = None,
    limit: Limit = None,
    seed: Seed = None,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
    compare: Compare = None,
    beside: Beside = None,
    accept: Accept = False,
    rescore: Rescore = None,
    init: Init = None,
    writer: WriterName = None,
    index: IndexDir = None,
    json: Json = False,
) -> None:
    """Measure the answers to gold questions: numbers with intervals beside baselines, and a page of plots and failures.

    The documents of the suite are indexed apart from yours, by the configuration of --index. A run that was stopped is
    resumed.

    Exit code 0: every gate holds; 1: one does not; 2: an error.
    """
    screen = Screen()
    if init:
        _begin(screen, init)
        return
    if accept and (kind or limit):
        raise typer.BadParameter("a reference run needs all questions", param_hint="--accept")

    from assistant.eval import accept as make_reference
    from assistant.eval import reference, report_on, terminal, write

    evaluation = _evaluation(screen, folder, dataset, split, seed)
    evaluation = evaluation._replace(suite=_chosen(evaluation.suite, kind or (), limit, seed, time_limit))
    suite = evaluation.suite
    against = None
    if compare:
        against = reference(suite) if compare == "reference" else _run_at(suite, compare)
    others = [_scorecard(suite, _run_at(suite, other)) for other in beside or ()]
    if rescore:
        suite, run = _logged(suite, _run_at(suite, rescore))
    else:
        run = _run(context, screen, evaluation, workers, writer, index)
    with screen.progress() as advance:
        report = report_on(suite, run, against=against, others=others, on_progress=advance)
    page = write(report)
    if accept:
        screen.note(f"The reference run is {make_reference(run, suite)}; commit it.")
    if json:
        screen.json(_plain(report, page))
    else:
        screen.raw(clean(terminal(report)))
        screen.raw(f"Page: {page}")
    if report.failed_gates:
        raise typer.Exit(FAILED)


def _begin(screen: Screen, folder: Path) -> None:
    from assistant.eval import init

    for path in init(folder):
        screen.write(f"Wrote {path}")
    screen.note(f"Put your documents and questions there, then: assistant eval {folder}")


def _evaluation(screen: Screen, folder: Path, dataset: str | None, split: str, seed: int | None) -> Evaluation:
    from assistant.cli.suite import from_dataset, from_folder

    if dataset is None:
        try:
            return from_folder(folder, None if split == "all" else split, screen.note)
        except SuiteError as error:
            faults = str(error).splitlines()
            if len(faults) == 1:
                raise
            for fault in faults:
                screen.note(one_line(fault))
            raise SuiteError(f"{folder} has {len(faults)} faults. Fix them, then `assistant eval {folder}`") from error
    name, colon, path = dataset.partition(":")
    if not colon or not path:
        raise typer.BadParameter(f"{dataset!r} is not NAME:PATH", param_hint="--dataset")
    with screen.waiting(f"Reading {path} ..."):
        return from_dataset(name, Path(path), seed or 0, screen.note)


def _chosen(suite: Suite, kinds: Sequence[str], limit: int | None, seed: int | None, time_limit: float | None) -> Suite:
    from assistant.eval import select

    if kinds or limit is not None or seed is not None:
        suite = select(suite, kinds, limit, seed)
    return suite.model_copy(update={"time_limit": time_limit}) if time_limit else suite


def _run_at(suite: Suite, given: str) -> Path:
    """A run by its path, or by its name among the suite's own runs."""
    named = suite.folder / "runs" / given
    return named if named.is_dir() else Path(given)


def _scorecard(suite: Suite, path: Path) -> Scorecard:
    """The scores of another system, under the name that its run gives it."""
    from assistant.eval import read_run, rescore

    run = read_run(path)
    return rescore(run, suite, name=str(run.header.about.get("system", run.path.parent.name)))


def _logged(suite: Suite, path: Path) -> tuple[Suite, Run]:
    """A logged run, and the suite with only the questions that it asked."""
    from assistant.eval import read_run
    from assistant.eval import rescore as scored

    run = read_run(path)
    scored(run, suite, metrics=("failures",))  # raises where it is the log of another suite
    asked = {result.case for result in run.results}
    cases = tuple(case for case in suite.cases if case.key in asked)
    return suite.model_copy(update={"cases": cases, "part_of": suite.hash, "seed": run.header.seed}), run


def _run(
    context: typer.Context,
    screen: Screen,
    evaluation: Evaluation,
    workers: int,
    writer: str | None,
    index: Path | None,
) -> Run:
    from assistant.cli.suite import about, asker
    from assistant.eval import run
    from assistant.types import Progress

    with asker(context, settings_from(index, writer), evaluation, screen) as asking:
        reached = Progress(stage="asking", done=0, total=len(evaluation.suite.cases))
        try:
            with screen.progress() as advance:

                def on_progress(step: Progress) -> None:
                    nonlocal reached
                    reached = step
                    advance(step)

                system = about(asking.assistant)
                return run(evaluation.suite, asking.ask, system, workers=workers, on_progress=on_progress)
        except KeyboardInterrupt:
            done = f"{reached.done} of {reached.total} answers"
            screen.note(f"Stopped after {done}; the same command resumes the run.")
            raise


def _plain(report: Report, page: Path) -> dict[str, object]:
    """The report as plain values, for ``--json``."""
    comparison = report.comparison
    return {
        "suite": report.suite.title,
        "questions": len(report.suite.cases),
        "run": report.run.path.parent,
        "page": page,
        "about": report.run.header.about,
        "numbers": _numbers(report.scores),
        "beside": {scores.name: _numbers(scores) for scores in report.others},
        "gates": report.gates,
        "failures": [
            {"case": failure.scored.case.key, "badness": failure.badness, "reasons": failure.reasons}
            for failure in report.failures
        ],
        "since": comparison
        and {
            "run": comparison.before,
            "summary": comparison.summary,
            "differences": [difference._asdict() for difference in comparison.differences],
            "changes": [change._asdict() for change in comparison.changes],
        },
        "notes": [*report.run.notes, *report.suite.warnings],
    }


def _numbers(scores: Scorecard) -> dict[str, dict[str, object]]:
    return {metric: number._asdict() for metric, number in scores.numbers.items() if number}
