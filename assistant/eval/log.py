"""The log of a run: one header line, then one line for each answer, appended and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import Field, JsonValue, ValidationError

from assistant.errors import SuiteError
from assistant.eval.cases import Case
from assistant.eval.metrics import FAILED
from assistant.types import Answer, Trace, Value

LOG = "answers.jsonl"

_Line = TypeVar("_Line", bound=Value)


class Header(Value):
    """What a run was: its exam and its selection, and whatever the caller says of the system that sat it."""

    suite: str
    suite_hash: str
    selection: str = Field(description="hash of the questions that were asked, where they are part of a suite")
    cases: int
    seed: int
    started: str
    about: dict[str, JsonValue] = Field(default_factory=dict)

    def same_run(self, other: Header) -> bool:
        """Whether both describe one run, at whatever time it was started."""
        return self.model_dump(exclude={"started"}) == other.model_dump(exclude={"started"})


class Result(Value):
    """What became of one question: an answer, or the error that stood in its way."""

    case: str
    answer: Answer | None = None
    error: str | None = None
    seconds: float = 0.0

    def answer_to(self, case: Case) -> Answer:
        """The answer to be scored; a crash or timeout counts as an empty answer with the worst confidence."""
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
    """A run as its log has it; ``notes`` say what had to be passed over."""

    path: Path
    header: Header
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()


def read_run(path: Path) -> Run:
    """The log at ``path``, or in the run folder ``path``; a last line cut off in the middle is passed over.

    Raises SuiteError, ``file:line: ...``, where any other line is broken.
    """
    path = path / LOG if path.is_dir() else path
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise SuiteError(
            f"{path}:1: there is no such run log. List the runs with `ls {path.parent.parent}`."
        ) from error
    cut = lines.pop()
    notes = (f"{path}:{len(lines) + 1}: the last line is cut off and was dropped",) if cut else ()
    if not lines:
        raise SuiteError(f"{path}:1: the run log has no header. Delete its folder with `rm -r {path.parent}`.")
    header = _parsed(path, 1, lines[0], Header)
    results: dict[str, Result] = {}
    for number, line in enumerate(lines[1:], 2):
        result = _parsed(path, number, line, Result)
        results.setdefault(result.case, result)
    return Run(path=path, header=header, results=tuple(results.values()), notes=notes)


class Append(Protocol):
    """Adds one line to a log; it is on disk when the call returns."""

    def __call__(self, line: Value) -> None:  # noqa: D102
        ...


@contextmanager
def appending(path: Path) -> Iterator[Append]:
    """Opens a log for adding lines; a last line that was cut off is removed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        written = file.read()
        file.truncate(written.rfind(b"\n") + 1)

        def append(line: Value) -> None:
            file.write(line.model_dump_json().encode() + b"\n")
            file.flush()

        yield append


def _parsed(path: Path, number: int, line: bytes, kind: type[_Line]) -> _Line:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise SuiteError(
            f"{path}:{number}: this is no {kind.__name__.lower()} of a run log, {first['msg'][:120]}. "
            f"Start the run afresh with `rm -r {path.parent}`."
        ) from error
