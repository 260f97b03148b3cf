"""The log of a run: one header line, then one line for each answer, appended and never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, JsonValue

from assistant.errors import SuiteError
from assistant.eval.cases import Case
from assistant.eval.files import parsed
from assistant.eval.metrics import FAILED
from assistant.types import Answer, Trace, Value

LOG = "answers.jsonl"


class Header(Value):
    """The description of a run: its suite and selection, and what the caller says about the system."""

    suite: str
    suite_hash: str
    selection: str = Field(description="hash of the questions that were asked, which may be a part of the suite")
    cases: int
    seed: int
    started: str
    about: dict[str, JsonValue] = Field(default_factory=dict)

    def same_run(self, other: Header) -> bool:
        """Whether both describe the same run, apart from the time of its start."""
        return self.model_dump(exclude={"started"}) == other.model_dump(exclude={"started"})


class Result(Value):
    """The outcome of one question: an answer, or the error that was raised instead."""

    case: str
    answer: Answer | None = None
    error: str | None = None
    seconds: float = 0.0

    def answer_to(self, case: Case) -> Answer:
        """The answer to be scored; a crash or timeout counts as an empty answer with the worst answerability."""
        if self.answer is not None:
            return self.answer
        return Answer(
            question=case.question,
            text="",
            outcome="answered",
            answerability=0.0 if case.answerable else 1.0,
            writer=FAILED,
            trace=Trace(question=self.error or FAILED),
        )


class Run(Value):
    """A run as read from its log; ``notes`` say what was left out."""

    path: Path
    header: Header
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()


def read_run(path: Path) -> Run:
    """The log at ``path``, or in the run folder ``path``; a last line cut off in the middle is left out.

    Raises SuiteError, ``file:line: ...``, if any other line is broken.
    """
    path = path / LOG if path.is_dir() else path
    if not path.is_file():
        raise SuiteError(f"{path}:1: there is no such run log. List the runs with `ls {path.parent.parent}`.")
    lines = path.read_bytes().split(b"\n")
    cut = lines.pop()
    notes = (f"{path}:{len(lines) + 1}: the last line is cut off and was dropped",) if cut else ()
    if not lines:
        raise SuiteError(f"{path}:1: the run log has no header. Delete its folder with `rm -r {path.parent}`.")
    hint = f". Start a new run with `rm -r {path.parent}`."
    header = parsed(Header, lines[0], path, 1, hint)
    results = [parsed(Result, line, path, number, hint) for number, line in enumerate(lines[1:], 2)]
    first = {result.case: result for result in reversed(results)}
    kept = tuple(result for result in results if first[result.case] is result)
    return Run(path=path, header=header, results=kept, notes=notes)


@contextmanager
def appending(path: Path) -> Iterator[Callable[[Value], None]]:
    """A function that adds one line to the log and flushes it; a last line that was cut off is removed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)

        def append(line: Value) -> None:
            file.write(line.model_dump_json().encode() + b"\n")
            file.flush()

        yield append
