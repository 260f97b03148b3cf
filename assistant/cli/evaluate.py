"""``assistant eval``: sit an exam, show its numbers beside trivial controls, and fail where a gate fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import IndexDir, Json, WriterName

if TYPE_CHECKING:
    from assistant.cli.exam import Exam
    from assistant.cli.screen import Screen
    from assistant.eval import Card, Number, Report, Run, Suite

_CHOICE = "Which questions"

Folder = Annotated[Path, typer.Argument(help="The suite: the folder with suite.toml.", file_okay=False)]
DatasetAt = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NAME:PATH",
        help="Sit a public set instead, read from your file: squad2, clapnq, qed, ramdocs, qacc, multihop-rag, "
        "llama-dataset or jsonl.",
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
    typer.Option(min=1, help="Only so many, chosen at random.", show_default=False, rich_help_panel=_CHOICE),
]
Seed = Annotated[
    int | None,
    typer.Option(help="Chooses, shuffles and resamples.  [default: the suite's]", rich_help_panel=_CHOICE),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Questions asked at the same time.")]
TimeLimit = Annotated[
    float | None,
    typer.Option(min=0.001, help="Seconds a question may take.  [default: the suite's]", show_default=False),
]
Compare = Annotated[
    str | None,
    typer.Option(metavar="RUN|baseline", help="Show what changed since a run or the baseline.", show_default=False),
]
Beside = Annotated[
    list[str] | None,
    typer.Option(metavar="RUN", help="Put another system's run of this exam in the table.", show_default=False),
]
Accept = Annotated[bool, typer.Option("--accept", help="Make this run the baseline.")]
Rescore = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Score a logged run again and ask nothing.", show_default=False),
]
Init = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write a commented suite to start your own exam from.", show_default=False),
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
    """Sit an exam of gold questions: numbers with intervals beside trivial controls, a page of plots and failures.

    The documents of the exam are indexed apart from yours, by the configuration of --index. A run that was stopped is
    taken up where it stopped.

    Exit code 0: every gate holds; 1: one does not; 2: an error.
    """
    from assistant.cli.screen import Screen

    screen = Screen()
    if init:
        _begin(screen, init)
        return
    if accept and (kind or limit):
        raise typer.BadParameter("a baseline needs all questions", param_hint="--accept")

    from assistant.cli.root import FAILED
    from assistant.eval import BASELINE, report_on, terminal, write
    from assistant.eval import accept as make_baseline

    exam = _exam(screen, folder, dataset, split, seed)
    exam = exam._replace(suite=_chosen(exam.suite, kind or (), limit, seed, time_limit))
    baseline = exam.suite.folder / (BASELINE if exam.suite.split in ("", "dev") else f"baseline-{split}.json")
    against = (baseline if compare == "baseline" else _run_at(exam.suite, compare)) if compare else None
    others = [_card(exam.suite, _run_at(exam.suite, other)) for other in beside or ()]
    if rescore:
        suite, run = _logged(exam.suite, _run_at(exam.suite, rescore))
    else:
        suite, run = exam.suite, _sat(context, screen, exam, workers, writer, index)
    with screen.progress() as advance:
        report = report_on(suite, run, against=against, others=others, on_progress=advance)
    page = write(report)
    if accept:
        screen.note(f"The baseline is {make_baseline(run, suite, baseline)}; commit it.")
    if json:
        screen.json(_as_json(report, page))
    else:
        from assistant.cli.screen import clean

        screen.raw(clean(terminal(report)))
        screen.raw(f"Page: {page}")
    if report.failed_gates:
        raise typer.Exit(FAILED)


def _begin(screen: Screen, folder: Path) -> None:
    from assistant.eval import init

    for path in init(folder):
        screen.write(f"Wrote {path}")
    screen.note(f"Put your documents and questions there, then: assistant eval {folder}")


def _exam(screen: Screen, folder: Path, dataset: str | None, split: str, seed: int | None) -> Exam:
    from assistant.cli.exam import from_dataset, from_folder
    from assistant.cli.screen import one_line
    from assistant.errors import SuiteError

    if dataset is None:
        try:
            return from_folder(folder, None if split == "all" else split, screen.note)
        except SuiteError as error:
            faults = str(error).splitlines()
            if len(faults) == 1:
                raise
            for fault in faults:
                screen.note(one_line(fault))
            raise SuiteError(f"{folder} has {len(faults)} faults. Mend them, then `assistant eval {folder}`") from error
    name, colon, path = dataset.partition(":")
    if not colon or not path:
        raise typer.BadParameter(f"{dataset!r} is not NAME:PATH", param_hint="--dataset")
    with screen.waiting(f"PassageScores {path} ..."):
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


def _card(suite: Suite, path: Path) -> Card:
    """The scores of another system, named as its run names it."""
    from assistant.eval import read_run, rescore

    run = read_run(path)
    return rescore(run, suite, name=str(run.header.about.get("system", run.path.parent.name)))


def _logged(suite: Suite, path: Path) -> tuple[Suite, Run]:
    """A logged run, and the suite without the questions it did not ask."""
    from assistant.eval import read_run
    from assistant.eval import rescore as scored

    run = read_run(path)
    scored(run, suite, metrics=("failures",))  # says so where it is the log of another suite
    asked = {result.case for result in run.results}
    cases = tuple(case for case in suite.cases if case.key in asked)
    return suite.model_copy(update={"cases": cases, "part_of": suite.hash, "seed": run.header.seed}), run


def _sat(
    context: typer.Context, screen: Screen, exam: Exam, workers: int, writer: str | None, index: Path | None
) -> Run:
    from assistant.cli.exam import about, examinee
    from assistant.cli.opening import settings_from
    from assistant.eval import run
    from assistant.types import Progress

    with examinee(context, settings_from(index, writer), exam, screen) as sitting:
        reached = Progress(stage="asking", done=0, total=len(exam.suite.cases))
        try:
            with screen.progress() as advance:

                def on_progress(step: Progress) -> None:
                    nonlocal reached
                    reached = step
                    advance(step)

                told = about(sitting.assistant)
                return run(exam.suite, sitting.ask, told, workers=workers, on_progress=on_progress)
        except KeyboardInterrupt:
            done = f"{reached.done} of {reached.total} answers"
            screen.note(f"Stopped after {done}; the same command goes on from there.")
            raise


def _as_json(report: Report, page: Path) -> str:
    import json as formats

    comparison = report.comparison
    return formats.dumps(
        {
            "suite": report.suite.title,
            "questions": len(report.suite.cases),
            "run": str(report.run.path.parent),
            "page": str(page),
            "about": report.run.header.about,
            "numbers": _numbers(report.card),
            "beside": {card.name: _numbers(card) for card in report.controls},
            "gates": [verdict.model_dump(mode="json") for verdict in report.gates],
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
        },
        ensure_ascii=False,
    )


def _numbers(card: Card) -> dict[str, dict[str, float | int | None]]:
    def plain(number: Number) -> dict[str, float | int | None]:
        return {"value": number.value, "low": number.low, "high": number.high, "n": number.n}

    return {metric: plain(number) for metric, number in card.numbers.items() if number}
