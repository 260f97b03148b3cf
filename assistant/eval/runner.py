"""Runs an evaluation: asks every question once, with a time limit, and logs each answer as it comes."""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout
from pydantic import JsonValue, ValidationError

from assistant.errors import SuiteError
from assistant.eval.cases import Case, Suite
from assistant.eval.log import LOG, Header, Result, Run, appending, read_run
from assistant.eval.metrics import PLAIN, WALL
from assistant.types import NOT_IN_DOCUMENTS, Answer, OnProgress, Progress, Trace, Turn, no_progress

Ask = Callable[..., Answer | str]
"""``ask(question, history=..., where=...)``; the question is enough if no case has a history or a scope.

``history`` is a sequence of ``Turn``, ``where`` a ``Filter``. A plain string is an answer without citations.
"""


CONVERSATION = "conversation"
"""Tag of a follow-up that refers to the answer before it: the earlier turns are asked first, and their answers kept."""


def run(
    suite: Suite,
    ask: Ask,
    about: Mapping[str, JsonValue] | None = None,
    *,
    workers: int = 1,
    on_progress: OnProgress = no_progress,
) -> Run:
    """Asks the questions of the suite and returns the run, which is logged in ``<suite>/runs/<run>/answers.jsonl``.

    ``about`` describes the system: index configuration, settings, prompt hashes, versions, code commit. An interrupted
    run with the same suite and ``about`` is resumed, and nothing is asked twice. A question that raises, takes longer
    than ``suite.time_limit`` or returns neither Answer nor string is a failed result, and the run continues.
    Follow-ups are also asked in full and without their history.
    """
    cases = suite.forms
    header = Header(
        suite=suite.title,
        suite_hash=suite.hash,
        selection=hashlib.blake2b("\n".join(case.key for case in cases).encode(), digest_size=8).hexdigest(),
        cases=len(cases),
        seed=suite.seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        about=dict(about or {}),
    )
    with _claimed(suite.folder / "runs", header) as path:
        earlier = read_run(path) if path.exists() else None
        done = {result.case for result in earlier.results} if earlier else set()
        open_cases = [case for case in cases if case.key not in done]
        with appending(path) as append:
            if not path.stat().st_size:
                append(header)
            for count, result in enumerate(answers(open_cases, ask, workers, suite.time_limit), len(done) + 1):
                append(result)
                on_progress(Progress(stage="asking", done=count, total=len(cases), item=result.case))
        notes = (*earlier.notes, f"{path}: resumed after {len(done)} answers") if earlier else ()
        return read_run(path).model_copy(update={"notes": notes})


@contextmanager
def _claimed(runs: Path, header: Header) -> Iterator[Path]:
    """The log of an unfinished run of the same kind, else of a new one, locked against other processes."""
    for path in _logs(runs, header):
        lock = FileLock(path.with_suffix(".lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        try:
            if not path.exists() or _unfinished(path, header):  # else another process has just finished it
                yield path
                return
        finally:
            lock.release()


def _logs(runs: Path, header: Header) -> Iterator[Path]:
    """The logs of unfinished runs of the same kind, the newest first, then new ones in new folders."""
    yield from (path for path in sorted(runs.glob(f"*/{LOG}"), reverse=True) if _unfinished(path, header))
    stamp = header.started.replace("-", "").replace(":", "")[:15].replace("T", "-")
    for number in range(1000):
        folder = runs / (f"{stamp}-{number}" if number else stamp)
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            yield folder / LOG
    raise SuiteError(f"{runs}:1: a thousand runs were started in one second. Delete old ones with `rm -r {runs}`.")


def _unfinished(path: Path, header: Header) -> bool:
    """Whether the log is of this run and lacks answers. Lines are counted, not parsed, since a log may be long."""
    try:
        with path.open("rb") as file:
            first = file.readline()
            same = first.endswith(b"\n") and Header.model_validate_json(first).same_run(header)
            return same and sum(line.endswith(b"\n") for line in file) < header.cases
    except (OSError, ValidationError):
        return False


class _Job(NamedTuple):
    case: Case
    worker: _Worker


class _Worker:
    """A thread that answers one question after another, and is abandoned if one takes too long.

    One thread serves many questions because engines keep connections for each thread. It is a daemon, so that a
    question that never returns does not keep the program from ending.
    """

    def __init__(self, ask: Ask, done: queue.SimpleQueue[tuple[_Job, Result]]) -> None:
        self.ask, self.done = ask, done
        self.inbox: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (job := self.inbox.get()) is not None:
            self.done.put((job, answered(self.ask, job.case)))


def answers(cases: Sequence[Case], ask: Ask, workers: int, time_limit: float) -> Iterator[Result]:
    """The result of each case as it arrives; a case that takes over ``time_limit`` seconds is given up."""
    done: queue.SimpleQueue[tuple[_Job, Result]] = queue.SimpleQueue()
    waiting = list(reversed(cases))
    idle = [_Worker(ask, done) for _ in range(min(max(workers, 1), len(cases)))]
    deadlines: dict[_Job, float] = {}
    while waiting or deadlines:
        while waiting and idle:
            job = _Job(waiting.pop(), idle.pop())
            deadlines[job] = time.monotonic() + time_limit
            job.worker.inbox.put(job)
        try:
            job, result = done.get(timeout=max(0.0, min(deadlines.values()) - time.monotonic()))
        except queue.Empty:
            for job in [job for job, deadline in deadlines.items() if deadline <= time.monotonic()]:
                del deadlines[job]
                job.worker.inbox.put(None)
                idle.append(_Worker(ask, done))
                yield Result(case=job.case.key, error=f"no answer within {time_limit:g} s", seconds=time_limit)
            continue
        if deadlines.pop(job, None) is not None:  # else it was given up, and the late answer is dropped
            idle.append(job.worker)
            yield result
    for worker in idle:
        worker.inbox.put(None)


def answered(ask: Ask, case: Case) -> Result:
    """Asks one question and returns its answer or error with the time it took."""
    scope: dict[str, Any] = {"where": case.where} if case.scope else {}
    start = time.perf_counter()
    try:
        history = _conversation(ask, case, scope) if CONVERSATION in case.tags else case.turns
        start = time.perf_counter()
        given = ask(case.question, **({"history": history} if case.history else {}), **scope)
        if not isinstance(given, Answer | str):
            raise TypeError(f"ask returned {type(given).__name__}, neither an Answer nor a string")
        seconds = time.perf_counter() - start
        return Result(case=case.key, answer=_timed(as_answer(case, given), seconds), seconds=seconds)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Result(case=case.key, error=f"{type(error).__name__}: {error}", seconds=time.perf_counter() - start)


def _conversation(ask: Ask, case: Case, scope: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The history with the system's own answers in it."""
    history: tuple[Turn, ...] = ()
    for question in case.history:
        given = ask(question, **({"history": history} if history else {}), **scope)
        before = Case(id=case.id, question=question, kind="fact", answerable=True)
        history = as_answer(before, given).model_copy(update={"history": history}).turns()
    return history


def as_answer(case: Case, given: Answer | str) -> Answer:
    """``given`` as an Answer: a string has no citations, and is a refusal if it is blank or says so."""
    if isinstance(given, Answer):
        return given
    refusal = not given.strip() or given.strip().startswith(NOT_IN_DOCUMENTS)
    return Answer(
        question=case.question,
        history=case.turns,
        text=given,
        outcome="not_in_documents" if refusal else "answered",
        answerability=0.0 if refusal else 1.0,
        writer=PLAIN,
        trace=Trace(question=case.question),
    )


def _timed(answer: Answer, seconds: float) -> Answer:
    """The answer with the wall seconds that the caller measured in its trace."""
    trace = answer.trace.model_copy(update={"seconds": {**answer.trace.seconds, WALL: seconds}})
    return answer.model_copy(update={"trace": trace})
