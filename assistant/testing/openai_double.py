"""A double of a server with OpenAI's wire format over real HTTP: models, chats, embeddings, each fault on request."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.testing.fakes import FakeEmbedder
from assistant.testing.loopback import Handler, LoopbackServer
from assistant.testing.ollama_double import quoting

Fault = Literal[
    "silent",  # goes silent before the first part and keeps the connection
    "stall",  # goes silent after the first part
    "end",  # ends the stream without a reason why
    "cut",  # drops the connection in the middle of a line
    "malformed",  # sends a line that is not JSON
    "error line",  # sends {"error": ...} in the middle of a stream
    "length",  # stops because the answer got too long
    "empty",  # says nothing
    "401",  # refuses the key
    "context",  # refuses a prompt of this length
    "500",  # fails before the first part
    "html",  # is no model server at all
    "redirect",  # sends the client to another host
]


class _Handler(Handler):
    served: OpenAIDouble

    def get(self) -> None:
        if self.path != "/v1/models":
            return self._error(404, "not found")
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "double"} for name in self.served.models]
        return self.send_json(200, {"object": "list", "data": models or None})  # so Ollama says that it has none

    def post(self, sent: bytes) -> None:
        body = json.loads(sent)
        if self.path == "/v1/embeddings":
            return self._embed(body)
        self.served.seen.append((body, {name.lower(): value for name, value in self.headers.items()}))
        match self.served.fault:
            case "401":
                return self._error(401, "wrong key")
            case "context":
                return self._error(400, "the request exceeds the available context size")
            case "500":
                return self._error(500, "the runner has stopped")
            case "html":
                return self.send_body(200, "text/html", b"<html>It works!</html>")
            case "redirect":
                return self.send_body(302, "text/plain", b"", {"Location": "http://192.0.2.1/v1/chat/completions"})
        if body["model"] not in self.served.models:
            return self._error(404, f"model '{body['model']}' not found")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for line in self._lines(body):
            self.wfile.write(line)
            self.wfile.flush()
        self.close_connection = True
        return None

    def _embed(self, body: Mapping[str, Any]) -> None:
        embed = FakeEmbedder().embed_query
        rows = [
            {"object": "embedding", "index": n, "embedding": (2 * embed(text)).tolist()}
            for n, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self.send_json(200, {"object": "list", "model": body["model"], "data": rows, "usage": usage})

    def _lines(self, body: Mapping[str, Any]) -> Iterator[bytes]:
        fault = self.served.fault
        if fault == "silent":
            self.served.closing.wait(3600)
        yield b": a comment, as some servers send while they read\n\n"
        yield _event(body, {"role": "assistant", **self.served.thought})
        said = re.findall(r"\S+\s*", "" if fault == "empty" else self.served.script(body))
        for number, piece in enumerate(said):
            yield _event(body, {"content": piece})
            if number == 0 and fault in ("stall", "end", "cut", "malformed", "error line"):
                yield from self._broken(fault)
                return
        yield _event(body, {}, "length" if fault == "length" else "stop")
        usage = {"prompt_tokens": 12, "completion_tokens": len(said), "total_tokens": 12 + len(said)}
        yield _event(body, None, usage=usage)
        yield b"data: [DONE]\n\n"

    def _broken(self, fault: str) -> Iterator[bytes]:
        match fault:
            case "stall":
                self.served.closing.wait(3600)
            case "cut":
                yield b'data: {"id": "1", "object": "chat.comp'
                self.connection.shutdown(socket.SHUT_RDWR)
            case "malformed":
                yield b'data: {"id": \n\n'
            case "error line":
                yield b'data: {"error": {"message": "out of memory", "code": 500}}\n\n'

    def _error(self, status: int, message: str) -> None:
        self.send_json(status, {"error": {"message": message, "type": "api_error", "param": None, "code": None}})


@dataclass
class OpenAIDouble(LoopbackServer):
    """The server; a context manager that listens on a free port of the loopback interface."""

    handler = _Handler

    script: Callable[[Mapping[str, Any]], str] = field(default=lambda body: quoting(body))
    models: Sequence[str] = ("small-model",)
    fault: Fault | None = None
    thought: Mapping[str, str] = field(default_factory=dict)
    """A part before the text: servers call a thought "reasoning_content" or, as Ollama and vLLM do, "reasoning"."""
    seen: list[tuple[Mapping[str, Any], Mapping[str, str]]] = field(default_factory=list)
    """Body and headers of each chat request."""

    @property
    def url(self) -> str:
        """What ``openai_url`` has to be."""
        return f"http://127.0.0.1:{self.port}/v1"


def _event(body: Mapping[str, Any], delta: Mapping[str, str] | None, ended: str | None = None, **more: object) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": ended}]
    part = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": body["model"], "choices": choices}
    return f"data: {json.dumps({**part, **more})}\n\n".encode()
