"""The guard: who is let in, from where, to what."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

pytest.importorskip("markupsafe", reason="the extra 'chat' is not installed")
from assistant.settings import is_loopback
from assistant.web.guard import POLICY, Guard, Message, Receive, Scope, Send, without_paths


async def inner(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI application
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"none")]})
    await send({"type": "http.response.body", "body": b"in"})


def reply(guard: Guard, path: str = "/", type_: str = "http", **headers: str) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of a request."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    given = {"host": "127.0.0.1:7860"} | headers
    scope: dict[str, Any] = {
        "type": type_, "path": path, "headers": [(k.encode(), v.encode()) for k, v in given.items()]
    }  # fmt: skip
    asyncio.run(guard(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"])


HOME = Guard(inner, host="127.0.0.1")
OPEN = Guard(inner, host="0.0.0.0", names=frozenset({"desk.example"}), password="pass wörd")  # noqa: S104, S106


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200), ("localhost", 200), ("[::1]:7860", 200), ("evil.example", 403),
        ("127.0.0.1.evil.example", 403), ("192.168.0.7", 403), ("", 403), ("[", 403),
    ],
)  # fmt: skip
def test_at_home_only_this_machine_is_a_host(host: str, status: int) -> None:
    assert reply(HOME, host=host)[0] == status


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("host", "authorization", "status"),
    [
        ("desk.example", basic("me:pass wörd"), 200), ("192.168.0.7:80", basic(":pass wörd"), 200),
        ("other.example", basic("me:pass wörd"), 403), ("desk.example", basic("me:wrong"), 401),
        ("desk.example", "", 401), ("desk.example", "Basic ???", 401), ("desk.example", "Digest x", 401),
        ("desk.example", basic("pass wörd"), 401),
    ],
)  # fmt: skip
def test_away_from_home_a_password_is_needed(host: str, authorization: str, status: int) -> None:
    assert reply(OPEN, host=host, authorization=authorization)[0] == status


def test_a_program_brings_the_password_as_a_token() -> None:
    guard = Guard(inner, host="0.0.0.0", password="secret")  # noqa: S104, S106
    assert reply(guard, authorization="Bearer secret")[0] == 200
    status, headers = reply(guard)
    assert (status, headers[b"www-authenticate"][:5]) == (401, b"Basic")


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:7860", 200), ("http://evil.example", 403), ("http://127.0.0.1:9", 403), ("null", 403)],
)
def test_other_pages_may_not_send_requests(origin: str, status: int) -> None:
    assert reply(HOME, origin=origin)[0] == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/gradio_api/queue/join", 200), ("/gradio_api/call/ask/1f", 200), ("/assets/x.js", 200),
        ("/gradio_api/file=/etc/passwd", 404), ("/gradio_api/proxy=http://x", 404), ("/gradio_api/upload", 404),
        ("/gradio_api/run/ask", 404), ("/gradio_api/call/answer", 404), ("/gradio_api/vibe-edit", 404),
        ("/monitoring", 404), ("/docs", 404), ("/gradio_api/dev/reload", 404), ("/gradio_api/login_check", 404),
    ],
)  # fmt: skip
def test_only_listed_paths_are_answered(path: str, status: int) -> None:
    assert reply(HOME, path)[0] == status


def test_the_browser_is_told_to_stay_here() -> None:
    assert reply(HOME)[1][b"content-security-policy"] == POLICY.encode()
    assert "http" not in POLICY


def test_websockets_are_refused() -> None:
    assert reply(HOME, type_="websocket")[0] == 403


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)],  # noqa: S104
)
def test_what_is_only_reached_from_here(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cannot read '/srv/me/index/a.md': no.", "Cannot read 'a.md': no."),
        ("in C:\\Users\\me\\x.txt", "in x.txt"),
        ("at http://127.0.0.1:11434 or 1/2 and/or", "at http://127.0.0.1:11434 or 1/2 and/or"),
    ],
)
def test_paths_are_cut_to_their_last_part(text: str, told: str) -> None:
    assert without_paths(text) == told
