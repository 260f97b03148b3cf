"""Fetches one web address that a reader asks for: over HTTP alone, from public hosts alone, up to a number of bytes."""

from __future__ import annotations

import http.client
import ipaddress
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from assistant.errors import DocumentError
from assistant.ingest.parsers import SUFFIXES

PATIENCE = 30.0
"""Seconds to wait for a server at most."""

_SUFFIX = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "application/pdf": ".pdf", "text/csv": ".csv", "application/json": ".json", "application/epub+zip": ".epub",
}  # fmt: skip

_HANDLERS = (
    urllib.request.HTTPRedirectHandler,
    urllib.request.HTTPErrorProcessor,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.UnknownHandler,
)
"""No files, no FTP, no proxy."""

Allowed = Callable[[str], bool]
"""Whether a host with this IP address may be asked."""


class Fetched(NamedTuple):
    """What an address holds, and a name for it with the suffix of its kind."""

    name: str
    content: bytes


def is_public(host: str) -> bool:
    """Whether an IP address is of the public internet: not of this machine, and not of a network around it."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_global)


def is_address(text: str) -> bool:
    """Whether a text is a web address."""
    return text.lower().startswith(("http://", "https://"))


def fetched(address: str, most: int, allowed: Allowed = is_public) -> Fetched:
    """What ``address`` holds; redirects are followed, each host must be ``allowed``, and no proxy is asked.

    Raises DocumentError for what cannot be reached or read, is not allowed, or has more than ``most`` bytes.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (*_HANDLERS, partial(_Plain, allowed), partial(_Secure, allowed)):
        opener.add_handler(handler())
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "assistant"})  # noqa: S310 - HTTP alone
        with opener.open(request, timeout=PATIENCE) as reply:
            content = reply.read(most + 1)
            kind, last = reply.headers.get_content_type(), reply.url
    except urllib.error.HTTPError as error:
        raise DocumentError(f"The server answers {error.code} for this address.") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", None), _NotAllowedError):
            raise DocumentError("Only addresses of the public web can be added.") from error
        raise DocumentError("This address cannot be reached.") from error
    if len(content) > most:
        raise DocumentError(f"What is there is larger than {most // 1_000_000} MB.")
    return Fetched(_name(last, kind), content)


def _name(address: str, kind: str) -> str:
    parts = urlsplit(address)
    path = PurePosixPath(unquote(parts.path))
    own = path.suffix.lower() if path.suffix.lower() in SUFFIXES else ""
    suffix = _SUFFIX.get(kind) or own
    if not suffix:
        raise DocumentError(f"What is there is of the kind {kind[:60]!r}, which cannot be read.")
    stem = path.stem if own else path.name
    return f"{' '.join(filter(None, (parts.hostname, stem)))}{suffix}"


class _NotAllowedError(OSError):
    """A host may not be asked."""


def _checked(base: type[http.client.HTTPConnection], allowed: Allowed) -> type[http.client.HTTPConnection]:
    """Connections that look whom they reached before they ask: a name may lead anywhere."""

    class Checked(base):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            if not allowed(self.sock.getpeername()[0]):
                self.close()
                raise _NotAllowedError

    return Checked


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, allowed: Allowed) -> None:
        super().__init__()
        self._connection = _checked(http.client.HTTPConnection, allowed)

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, request)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, allowed: Allowed) -> None:
        super().__init__()
        self._connection = _checked(http.client.HTTPSConnection, allowed)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, request)
