"""Parses files in separate processes, so that a hostile file can neither stop nor crash a build.

A worker gets one file at a time as a line of JSON and answers with one. Only plain data goes either way, since a
process that has parsed a hostile file cannot be trusted. Plain text is parsed in place, by code of this package that
takes time linear in the size of the file.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from pydantic import TypeAdapter

from assistant.errors import DocumentError
from assistant.ingest.discover import FoundFile
from assistant.ingest.parsers import IN_PLACE
from assistant.ingest.read import read_documents
from assistant.types import Document

_DOCUMENTS = TypeAdapter(tuple[Document, ...])


class Limits(NamedTuple):
    """The limits for parsing one file. Memory is limited if the system can do that: not on macOS and Windows."""

    seconds: float = 60.0
    memory: int = 2 << 30
    start: float = 60.0
    """Seconds that a worker may take to start."""


class ParserPool:
    """Parses files for any number of threads, each of which gets its own worker when it first needs one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._local = threading.local()
        self._all: list[_Worker] = []
        self._mutex = threading.Lock()
        self._closed = False

    def read(self, file: FoundFile) -> tuple[Document, ...]:
        """The document in ``file`` and those attached to it.

        Raises DocumentError, also if parsing takes too much time or memory.
        """
        if Path(file.source).suffix.lower() in IN_PLACE:
            return read_documents(file)
        worker: _Worker | None = getattr(self._local, "worker", None)
        if worker is None or not worker.alive:
            with self._mutex:
                if self._closed:  # by another thread: nobody would end the worker
                    raise DocumentError(f"{file.source!r} is not read: the build was stopped. `assistant index build`")
                worker = self._local.worker = _Worker(self._limits)
                self._all.append(worker)
        return worker.read(file)

    def close(self) -> None:
        """Stop all workers and start no more."""
        with self._mutex:
            self._closed = True
            for worker in self._all:
                worker.close()
            self._all.clear()


_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from assistant.ingest.worker import serve; serve()"


class _Worker:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        arguments = [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(limits.seconds), str(limits.memory)]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, fixed code
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._ready = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def read(self, file: FoundFile) -> tuple[Document, ...]:
        if not self._ready and self._process.stdout is not None:
            with self._stopped_after(self._limits.start) as late:  # starting up is not the file's fault
                self._ready = bool(self._process.stdout.readline())
            if late.is_set():
                self.close()
                problem = f"{sys.executable!r} takes longer than {self._limits.start:g} seconds to start"
                raise DocumentError(f"{file.source!r} is not read: {problem}. `assistant index build` tries again")
        with self._stopped_after(self._limits.seconds) as late:
            answer = self._asked(file)
        if late.is_set():
            self.close()  # else the next file might be given to what is just ending
            seconds = f"{self._limits.seconds:g} seconds"
            raise DocumentError(f"{file.source!r} takes longer than {seconds} to read. `mv {str(file.path)!r} ..`")
        if answer is None:
            self.close()
            raise DocumentError(f"{file.source!r} crashes its parser. `mv {str(file.path)!r} ..`")
        if "error" in answer:
            raise DocumentError(str(answer["error"]))
        return _DOCUMENTS.validate_python(answer["documents"])

    @contextlib.contextmanager
    def _stopped_after(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process if the body takes longer than ``seconds``; the event is set then."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def _asked(self, file: FoundFile) -> dict[str, object] | None:
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            return None
        question = [file.source, str(file.path), file.size, file.mtime_ns]
        try:
            target.write(json.dumps(question).encode() + b"\n")
            target.flush()
            answer = json.loads(source.readline())
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) and answer.keys() & {"documents", "error"} else None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


# --- in the worker --------------------------------------------------------------------------------


def serve() -> None:
    """Answer on standard output until standard input ends. What libraries print is discarded."""
    seconds, memory = float(sys.argv[2]), int(sys.argv[3])
    answers = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    _limit(memory)
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        # If the parent process is killed, nothing else would stop a parser that hangs.
        if hasattr(signal, "alarm"):
            signal.alarm(int(seconds) + 5)
        _answer(line, memory, answers)
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _answer(line: bytes, memory: int, answers: IO[bytes]) -> None:
    source, path, size, modified = json.loads(line)
    try:
        documents = read_documents(FoundFile(source, Path(path), size, modified))
        reply = b'{"documents": ' + _DOCUMENTS.dump_json(documents) + b"}"
    except DocumentError as exc:
        reply = json.dumps({"error": str(exc)}).encode()
    except MemoryError:
        limit = f"{memory >> 20:,} MB of memory"
        reply = json.dumps({"error": f"{source!r} takes more than {limit} to read. `mv {path!r} ..`"}).encode()
    answers.write(reply + b"\n")
    answers.flush()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
