"""Access to the page: checks host, origin, path and, on other machines, a password."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from assistant.settings import LOOPBACK, is_loopback

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATHS = re.compile(
    r"/|/progress|/upload|/mcp/?|/v1/(models|chat/completions)|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt"
    r"|/(assets|static|svelte)/.*"
    r"|/gradio_api/(info|openapi\.json|app_id|startup-events|queue/(join|data|status)|cancel|reset|component_server"
    r"|run/predict|call/(v2/)?(ask|search|list_documents)(/[\w-]*)?|heartbeat/\w+|mcp)/?"
)
"""All paths that are answered. Gradio has others that are not needed: proxies, file access, uploads and editors."""

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Makes the browser refuse every request to another host, whatever a document or a model wrote."""

_HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}
_PATH = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?(?:[/\\][^\s/\\'\"`:,;<>|]+)+[/\\]?")


def without_paths(text: str) -> str:
    """``text`` with every absolute path reduced to its last part, so that the page does not reveal folders."""
    return _PATH.sub(lambda found: re.split(r"[/\\]", found[0].rstrip("/\\"))[-1], text)


_INTERNALS = re.compile(r" \(\w+(?:Error|Exception): [^)]*\)")


def without_command(message: str) -> str:
    """The part of an error's message that says what is wrong: the cure is a command, which a page cannot run."""
    what, _, cure = _INTERNALS.sub("", without_paths(message)).partition("`")
    return what.strip() if not cure or what.rstrip().endswith(".") else f"{what.rpartition('. ')[0] or what.strip()}."


class Guard:
    """ASGI middleware around the whole application.

    A request is refused if its Host is neither this server's nor in ``names`` (another site may point its own name at
    this machine), if it comes from a page of another origin, if its path is not in ``PATHS``, or if there is a
    ``password`` and the request does not have it as HTTP Basic password with any user name or as bearer token.
    """

    def __init__(self, app: App, *, host: str, names: frozenset[str] = frozenset(), password: str = "") -> None:
        self._app = app
        self._local = is_loopback(host)
        self._names = names | {host} | (LOOPBACK if self._local else frozenset())
        self._password = password.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the headers that keep the browser to this page."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope) if scope["type"] == "http" else (403, "Only HTTP is served here.")
        if refused:
            await _refuse(send, *refused)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _HEADERS]
                message = {**message, "headers": [*own, *_HEADERS.items()]}
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not self._known(host):
            return 403, "This page is not known under that host name."
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "This page takes no requests from other pages."
        if self._password and not self._admitted(headers.get(b"authorization", "")):
            return 401, "A password is needed."
        if not PATHS.fullmatch(scope["path"]):
            return 404, "There is nothing here."
        return None

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            if name in self._names:
                return True
            # Nobody can redirect an IP address, so on an open address every IP address is accepted.
            return not self._local and bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _admitted(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        secret = given.strip().encode()
        if scheme.lower() == "basic":
            try:
                secret = base64.b64decode(secret, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(secret, self._password)


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Assistant", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode()})
