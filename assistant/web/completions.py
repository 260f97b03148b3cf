"""The answers in OpenAI's wire format: ``/v1/chat/completions``, streamed or whole, and ``/v1/models``."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pydantic import Field, ValidationError

from assistant.api import Assistant
from assistant.errors import AssistantError, QuestionError
from assistant.types import Answer, Turn, Value
from assistant.web.guard import without_paths

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

MODEL = "assistant"
"""The name of the only model; a request may name any."""

MOST_BYTES = 1_000_000

_MARKER = re.compile(r"\[(\d+)\]")


class _Part(Value, extra="ignore"):
    """A piece of a message; only text is read."""

    type: str = "text"
    text: str = ""


class _Message(Value, extra="ignore"):
    role: str
    content: str | tuple[_Part, ...] | None = None

    @property
    def text(self) -> str:
        """Its text, whichever form it came in."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class ChatRequest(Value, extra="ignore"):
    """What of a request is used: the conversation, whose last message is the question. Options mean nothing here."""

    messages: tuple[_Message, ...] = Field(min_length=1)
    stream: bool = False

    @property
    def question(self) -> str:
        """The last message's text."""
        return self.messages[-1].text

    @property
    def history(self) -> tuple[Turn, ...]:
        """The messages before it; a system's instructions are none of ours to follow."""
        roles: dict[str, Literal["user", "assistant"]] = {"user": "user", "assistant": "assistant"}
        return tuple(Turn(role=roles[m.role], text=m.text) for m in self.messages[:-1] if m.role in roles)


def routes(assistant: Assistant) -> list[Route]:
    """The two routes. Who may use them is for ``guard`` to say: the password is taken as the key."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def models(_: Request) -> Response:
        about = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return JSONResponse({"object": "list", "data": [about]})

    return [
        Route("/v1/models", models, methods=["GET"]),
        Route("/v1/chat/completions", _completions(assistant), methods=["POST"]),
    ]


def _completions(assistant: Assistant) -> Callable[[Request], Awaitable[Response]]:
    async def completions(request: Request) -> Response:
        from anyio import to_thread
        from starlette.responses import JSONResponse, StreamingResponse

        try:
            asked = ChatRequest.model_validate_json(await _body(request))
        except ValidationError as exc:
            fault = exc.errors(include_url=False)[0]
            place = ".".join(map(str, fault["loc"]))
            return JSONResponse(_error(f"{place}: {fault['msg']}" if place else fault["msg"]), status_code=400)
        except OverflowError as exc:
            return JSONResponse(_error(str(exc)), status_code=413)
        if asked.stream:
            return StreamingResponse(_events(assistant, asked), media_type="text/event-stream")
        try:
            answer = await to_thread.run_sync(lambda: assistant.ask(asked.question, asked.history))
        except AssistantError as exc:
            status = 400 if isinstance(exc, QuestionError) else 503
            return JSONResponse(_error(without_paths(str(exc))), status_code=status)
        message = {"role": "assistant", "content": str(answer), "annotations": cited(answer)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse({**_head("chat.completion"), "choices": [choice], "usage": _usage(answer)})

    return completions


async def _body(request: Request) -> bytes:
    """The body of a request. Raises OverflowError for one that is too long."""
    held = b""
    async for piece in request.stream():
        held += piece
        if len(held) > MOST_BYTES:
            raise OverflowError(f"A request may have {MOST_BYTES:,} bytes.")
    return held


def _events(assistant: Assistant, asked: ChatRequest) -> Iterator[str]:
    """The answer as server-sent events: each sentence once it is checked, then the sources."""
    head = _head("chat.completion.chunk")

    def event(delta: Mapping[str, object], ended: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": ended}
        return f"data: {json.dumps({**head, 'choices': [choice], **more})}\n\n"

    yield event({"role": "assistant", "content": ""})
    sent = ""
    try:
        for said in assistant.stream(asked.question, asked.history):
            if isinstance(said, Answer):
                yield event({"content": _rest(sent, str(said)), "annotations": cited(said)})
                yield event({}, "stop", usage=_usage(said))
            elif said.verified and said.text:
                sent += said.text
                yield event({"content": said.text})
            elif said.kind == "waiting":
                yield ": waiting\n\n"
    except AssistantError as exc:
        yield f"data: {json.dumps(_error(without_paths(str(exc))))}\n\n"
    yield "data: [DONE]\n\n"


def _rest(sent: str, whole: str) -> str:
    """What is left to send of an answer; all of it where something else was taken back meanwhile."""
    return whole.removeprefix(sent) if whole.startswith(sent) else f"\n\n{whole}"


def cited(answer: Answer) -> list[dict[str, Any]]:
    """Where each marker stands in the answer's text, and which document it names."""
    named = {citation.marker: citation for citation in answer.citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": mark.start(),
                "end_index": mark.end(),
                "title": named[int(mark[1])].label,
                "url": named[int(mark[1])].source,
            },
        }
        for mark in _MARKER.finditer(answer.text)
        if int(mark[1]) in named
    ]


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid4().hex}", "object": kind, "created": 0, "model": MODEL}


def _usage(answer: Answer) -> dict[str, int]:
    read, written = answer.trace.prompt_tokens or 0, answer.trace.answer_tokens or 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}
