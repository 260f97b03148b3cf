"""A double of an Ollama server over real HTTP: the same wire format without a model, and every fault on request.

For tests and demonstrations: ``python -m assistant.testing.ollama_double`` answers each question with statements from
the prompt. It supports the endpoints tags, show, chat and embed. It is one file, so that it can be read as
the description of the protocol.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.english.sentences import split_sentences
from assistant.english.tokens import content_stems
from assistant.testing.fakes import FakeEmbedder
from assistant.testing.loopback import Handler, LoopbackServer
from assistant.types import NOT_IN_DOCUMENTS

VERSION = "0.17.4"

Fault = Literal[
    "stall",  # goes silent and keeps the connection
    "end",  # ends the response cleanly without a last part
    "cut",  # drops the connection in the middle of a line
    "malformed",  # sends a line that is not JSON
    "not an object",  # sends a line that is JSON and no object
    "error line",  # sends {"error": ...} in the middle of a stream
    "500",  # fails before the first part
    "html",  # is no Ollama server at all
    "redirect",  # sends the client to another host
    "length",  # stops because the answer got too long
]


@dataclass(frozen=True)
class Reply:
    """The double's reply to one chat: pieces of thought, pieces of text, pauses in seconds, and a fault.

    The fault happens after ``after`` pieces of text. With a ``gate``, the pieces after the first ``after`` are sent
    once it is set. A JSON schema in the request is ignored.
    """

    pieces: Sequence[str] = ("Yes.",)
    thoughts: Sequence[str] = ()
    first: float = 0.0
    pause: float = 0.0
    fault: Fault | None = None
    after: int = 1
    gate: threading.Event | None = None
    prompt_tokens: int | None = None


Script = Callable[[Mapping[str, Any]], Reply | str]
"""Makes the reply to the body of a chat request; a string is a reply sent word by word."""


@dataclass(frozen=True)
class DoubleModel:
    """A model that the double claims to have pulled; ``context`` in tokens, ``size`` in bytes.

    ``cloud`` is the address that the real server passes the chats of a cloud model on to.
    """

    context: int = 40_960
    size: int = 2_600_000_000
    digest: str = "sha256:" + "359d7dd4bcda" + "0" * 52
    capabilities: tuple[str, ...] = ("completion", "thinking")
    cloud: str = ""


MODELS: Mapping[str, DoubleModel] = {
    "qwen3:4b": DoubleModel(),
    "llama3.2:3b": DoubleModel(131_072, 2_000_000_000, "sha256:" + "a" * 64, ("completion",)),
    "embeddinggemma:latest": DoubleModel(2048, 620_000_000, "sha256:" + "e" * 64, ("embedding",)),
    "nomic-embed-text:latest": DoubleModel(2048, 270_000_000, "sha256:" + "b" * 64, ("embedding",)),
}


@dataclass
class Seen:
    """A request that the double received. ``sent`` counts stream parts; ``left`` is set once the client has hung up."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    sent: int = 0
    left: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)


class _GoneError(Exception):
    """The client has hung up."""


class _Handler(Handler):
    served: OllamaDouble
    seen: Seen

    def get(self) -> None:
        if self.path in _POSTED:
            return self._plain(405, "405 method not allowed")
        return self._serve({})

    def post(self, sent: bytes) -> None:
        if self.path in _GOT:
            return self._plain(405, "405 method not allowed")
        try:
            body = json.loads(sent)
        except ValueError:
            return self.send_json(400, {"error": "unexpected EOF" if sent else "missing request body"})
        return self._serve(body)

    def _serve(self, body: Mapping[str, Any]) -> None:
        self.seen = Seen(self.path, body, {k.lower(): v for k, v in self.headers.items()})
        self.served.seen.append(self.seen)
        try:
            self._answer(body)
            self.seen.finished.set()
        except (_GoneError, OSError):
            self.close_connection = True
            self.seen.left.set()

    def _answer(self, body: Mapping[str, Any]) -> None:
        path, double = self.path, self.served
        name = str(body.get("model", ""))
        if path == "/api/chat":
            if refused := _refusal(double.model(name), name, body):
                return self.send_json(*refused)
            said = double.script(body)
            reply = Reply(re.findall(r"\S+\s*", said)) if isinstance(said, str) else said
            return self._chat(body, reply)
        if double.fault and self._broken(double.fault):
            return None
        match path:
            case "/api/tags":
                return self.send_json(200, {"models": [_listed(*item) for item in double.models.items()]})
            case "/api/show":
                model = double.model(name)
                if model is None:
                    return self.send_json(404, {"error": f"model '{name}' not found"})
                return self.send_json(200, _shown(model))
            case "/api/embed":
                return self._embed(name, body)
            case _:
                return self._plain(404, "404 page not found")

    def _broken(self, fault: Fault) -> bool:
        match fault:
            case "500":
                self.send_json(500, {"error": "model runner has unexpectedly stopped"})
            case "html":
                self.send_body(200, "text/html", b"<html>It works!</html>")
            case "redirect":
                self.send_response(302)
                self.send_header("Location", "http://192.0.2.1/api/tags")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "stall":
                self._pause(3600)
            case _:
                return False
        return True

    def _embed(self, name: str, body: Mapping[str, Any]) -> None:
        model = self.served.model(name)
        if model is None:
            return self.send_json(404, {"error": f'model "{name}" not found, try pulling it first'})
        given = body.get("input", [])
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return self.send_json(400, {"error": "invalid input type"})
        if not body.get("truncate", True) and any(_count(text) > model.context for text in texts):
            return self.send_json(400, {"error": "the input length exceeds the context length"})
        embedder = FakeEmbedder(self.served.dimension)
        rows = [embedder.embed_query(text).tolist() for text in texts][: len(texts) - self.served.short_by]
        counted = sum(min(model.context, _count(text)) for text in texts)
        return self.send_json(
            200, {"model": name, "embeddings": rows, "total_duration": 1, "prompt_eval_count": counted}
        )

    def _chat(self, body: Mapping[str, Any], reply: Reply) -> None:
        self._pause(reply.first)
        if reply.fault in ("500", "html", "redirect"):
            self._broken(reply.fault)
            return
        if body.get("stream", True):
            self._stream(self._parts(body, reply), reply)
        else:
            self.send_json(200, self._last(body, reply, "".join(reply.pieces), "".join(reply.thoughts)))

    def _parts(self, body: Mapping[str, Any], reply: Reply) -> Iterator[Mapping[str, Any] | bytes]:
        # Without the word, a model that can think does.
        if body.get("think") is not False and _thinks(self.served.model(str(body["model"]))):
            for thought in reply.thoughts:
                yield _spoken(body, "", thought, False)
        for number, piece in enumerate(reply.pieces[: _allowed(body)]):
            if number == reply.after and reply.fault:
                break
            if number == reply.after and reply.gate is not None:
                self._wait(reply.gate)
            yield _spoken(body, piece, "", False)
        match reply.fault:
            case "stall":
                self._pause(3600)
            case "cut":
                yield json.dumps(_spoken(body, "more", "", False)).encode()[:-20]
                self.connection.shutdown(socket.SHUT_RDWR)
                raise _GoneError
            case "malformed":
                yield b'{"model": "qwen3:4b", "message": {"role": "assis\n'
            case "not an object":
                yield b"42\n"
            case "error line":
                yield {"error": "an error was encountered while running the model: CUDA error"}
            case "end":
                return
            case _:
                yield self._last(body, reply)

    def _last(self, body: Mapping[str, Any], reply: Reply, content: str = "", thinking: str = "") -> dict[str, Any]:
        window = int((body.get("options") or {}).get("num_ctx", 4096))
        prompt = " ".join(m.get("content", "") for m in body.get("messages", ()))
        # The real server silently drops the oldest text of a prompt that is too long.
        counted = min(window, reply.prompt_tokens or _count(prompt))
        return {
            **_spoken(body, content, thinking, True),
            "done_reason": "length" if reply.fault == "length" or len(reply.pieces) > _allowed(body) else "stop",
            "total_duration": 1_000_000,
            "load_duration": 1000,
            "prompt_eval_count": counted,
            "prompt_eval_duration": 1000,
            "eval_count": min(len(reply.pieces) + len(reply.thoughts), _allowed(body)),
            "eval_duration": 1000,
        }

    def _stream(self, parts: Iterator[Mapping[str, Any] | bytes], reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            line = part if isinstance(part, bytes) else json.dumps(part).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()
            self.seen.sent += 1
            self._pause(reply.pause)
        self.wfile.write(b"0\r\n\r\n")

    def _pause(self, seconds: float) -> None:
        """Sleep, but notice at once when the client hangs up, as the real server does."""
        until = time.monotonic() + seconds
        self._look()
        while (left := until - time.monotonic()) > 0:
            if self.served.closing.wait(min(left, 0.02)):
                raise _GoneError
            self._look()

    def _wait(self, gate: threading.Event) -> None:
        """Wait for ``gate``, but notice when the client hangs up or the server is closed."""
        while not gate.is_set():
            self._pause(0.02)

    def _look(self) -> None:
        readable, _, _ = select.select([self.connection], [], [], 0)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise _GoneError

    def _plain(self, status: int, text: str) -> None:
        self.send_body(status, "text/plain", text.encode())


@dataclass
class OllamaDouble(LoopbackServer):
    """The server; a context manager that listens on a free port of the loopback interface."""

    handler = _Handler

    script: Script = field(default=lambda body: quoting(body))
    models: Mapping[str, DoubleModel] = field(default_factory=lambda: dict(MODELS))
    fault: Fault | None = None
    """What goes wrong with requests that are no chat."""
    short_by: int = 0
    """How many embeddings are left out of each answer."""
    dimension: int = 64
    port: int = 0
    seen: list[Seen] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def chats(self) -> list[Seen]:
        """The chat requests so far."""
        return [seen for seen in self.seen if seen.path == "/api/chat"]

    def model(self, name: str) -> DoubleModel | None:
        """The pulled model of that name, with or without ``:latest``."""
        return self.models.get(name) or self.models.get(f"{name}:latest")


def _count(text: str) -> int:
    """Tokens, as English has them: four characters each."""
    return len(text) // 4 + 1


_CREATED = "2025-05-10T12:00:00.000000Z"
_POSTED = ("/api/chat", "/api/embed", "/api/show")
_GOT = ("/api/tags",)


def _refusal(model: DoubleModel | None, name: str, body: Mapping[str, Any]) -> tuple[int, dict[str, str]] | None:
    """Status and body where the server does not take a chat."""
    keep = body.get("keep_alive")
    if isinstance(keep, str) and re.fullmatch(r"-?[\d.]+", keep) and float(keep):
        return 400, {"error": f'time: missing unit in duration "{keep}"'}
    if not name:
        return 400, {"error": "model is required"}
    if model is None:
        return 404, {"error": f"model '{name}' not found"}
    if body.get("think") and not _thinks(model):
        return 400, {"error": f'"{name}" does not support thinking'}
    if "completion" not in model.capabilities:
        return 400, {"error": f'"{name}" does not support chat'}
    return None


def _thinks(model: DoubleModel | None) -> bool:
    return model is not None and "thinking" in model.capabilities


def _allowed(body: Mapping[str, Any]) -> int:
    limit = int((body.get("options") or {}).get("num_predict", -1))
    return limit if limit > 0 else 1_000_000


def _spoken(body: Mapping[str, Any], text: str, thought: str, done: bool) -> dict[str, Any]:
    message = {"role": "assistant", "content": text} | ({"thinking": thought} if thought else {})
    return {"model": body["model"], "created_at": _CREATED, "message": message, "done": done}


def _listed(name: str, model: DoubleModel) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": _CREATED,
        "size": model.size,
        "digest": model.digest.removeprefix("sha256:"),
        "details": _details(),
    } | ({"remote_model": name, "remote_host": model.cloud} if model.cloud else {})


def _shown(model: DoubleModel) -> dict[str, Any]:
    return {
        "modelfile": "",
        "parameters": "",
        "template": "{{ .Prompt }}",
        "details": _details(),
        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": model.context},
        "capabilities": list(model.capabilities),
        "modified_at": _CREATED,
    }


def _details() -> dict[str, Any]:
    return {
        "parent_model": "", "format": "gguf", "family": "qwen3", "families": ["qwen3"],
        "parameter_size": "4.0B", "quantization_level": "Q4_K_M",
    }  # fmt: skip


_STATEMENT = re.compile(r"^\[(\d+)\] .*?: (.+)$", re.MULTILINE)
_ASKED = re.compile(r"^Question: (.+)$", re.MULTILINE)
_LAST = re.compile(r"^Last question: (.+)$", re.MULTILINE)


def quoting(body: Mapping[str, Any]) -> str:
    """The reply of a docile model: the prompt's statements that share most words with the question."""
    prompt = str(body["messages"][-1]["content"])
    if follow_up := _LAST.search(prompt):
        return json.dumps({"question": follow_up.group(1)})
    asked = _ASKED.search(prompt)
    wanted = set(content_stems(asked.group(1))) if asked else set()
    sentences = [
        (len(wanted & set(content_stems(text[a:b]))), -int(number), html.unescape(" ".join(text[a:b].split())))
        for number, text in _STATEMENT.findall(prompt)
        for a, b in split_sentences(text)
    ]
    best = sorted(sentences, reverse=True)[:2]
    said = [f"{text.rstrip('.')} [{-number}]." for shared, number, text in best if shared]
    return " ".join(said) or NOT_IN_DOCUMENTS


def main(port: int = 11434) -> None:
    """Serve the docile double until interrupted."""
    with OllamaDouble(port=port) as double, contextlib.suppress(KeyboardInterrupt):
        sys.stderr.write(f"A double of Ollama {VERSION} listens on {double.url}; it has no model.\n")
        while not double.closing.wait(3600):
            pass


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
