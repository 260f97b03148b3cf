"""Fetches what is at an address of the web: within limits, where robots.txt allows it, and from public addresses only.

A name is resolved once, what it resolves to is checked, and the connection goes there: a name that leads elsewhere a
moment later, or a redirect to a service of this machine or its network, gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import DocumentError
from assistant.ingest.robots import Rule, admits, rules_for

if TYPE_CHECKING:
    import ssl

    import httpx

_CONNECT_SECONDS = 8.0  # for one of a host's addresses

AGENT = "Assistant"
"""The name that robots.txt knows this program by."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host."""


class WebLimits(NamedTuple):
    """The limits for fetching one page, with its redirects and robots.txt."""

    seconds: float = 30.0
    size: int = 20_000_000
    redirects: int = 5


class Fetched(NamedTuple):
    """What a server sent. ``etag`` and ``modified`` are to be shown to it the next time."""

    data: bytes
    kind: str
    """The media type: ``text/html``."""
    charset: str = ""
    etag: str = ""
    modified: str = ""


_SAVE = "Open it in a browser, save it, and index the file: `assistant index build FILE`"
_CHECK = "Check it in a browser, then `assistant index build ADDRESS`"
_ALLOW = "To allow that: `export ASSISTANT_LOCAL_ADDRESSES=true`"


class _RefusedError(Exception):
    """Why something is not fetched, in a few words, and what helps."""

    def __init__(self, why: str, cure: str = _SAVE) -> None:
        super().__init__(why)
        self.cure = cure


class _Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def leads_to(self) -> str:
        """Where it redirects to, if it does."""
        return self.headers.get("location", "") if self.status in (301, 302, 303, 307, 308) else ""


def is_address(text: object) -> bool:
    """Whether ``text`` is written as an address of the web and not as a path."""
    return isinstance(text, str) and text.lower().startswith(("http://", "https://"))


async def resolve(host: str, port: int) -> Sequence[str]:
    """The IP addresses of ``host``, as the system finds them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


class Fetcher:
    """Fetches pages, and asks each site once for its robots.txt.

    With ``local``, addresses may be those of this machine and its network. ``resolve`` and ``transport`` replace the
    system's name server and network.
    """

    def __init__(
        self,
        local: bool = False,
        limits: WebLimits = WebLimits(),  # noqa: B008 - frozen
        resolve: Resolve = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._local, self._limits, self._resolve, self._transport = local, limits, resolve, transport
        self._sites: dict[str, tuple[Rule, ...] | _RefusedError] = {}

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        import httpx

        return httpx.create_ssl_context()

    def fetch(self, address: str, etag: str = "", modified: str = "") -> Fetched | None:
        """What is at ``address``; None if that is still what ``etag`` and ``modified`` came with.

        Raises DocumentError if it cannot or may not be fetched, or exceeds the limits.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        try:
            return _run(self._fetch(address, {name: value for name, value in headers.items() if value}))
        except _RefusedError as exc:
            raise DocumentError(f"{address!r} is not fetched: {exc}. {exc.cure}") from exc

    async def _fetch(self, address: str, headers: Mapping[str, str]) -> Fetched | None:
        import httpx

        try:
            async with asyncio.timeout(self._limits.seconds):
                url = httpx.URL(address)
                for _ in range(self._limits.redirects + 1):
                    await self._ask_site(url)
                    reply = await self._get(url, self._limits.size, headers)
                    if not reply.leads_to:
                        return self._taken(reply)
                    url = url.join(reply.leads_to)
        except TimeoutError as exc:
            raise _RefusedError(f"it takes longer than {self._limits.seconds:g} seconds") from exc
        except (httpx.InvalidURL, UnicodeError) as exc:
            raise _RefusedError("it is not written as an address", _CHECK) from exc
        raise _RefusedError(f"it redirects more than {self._limits.redirects} times")

    def _taken(self, reply: _Reply) -> Fetched | None:
        if reply.status == 304:
            return None
        if reply.status != 200:
            raise _RefusedError(f"the server answers {reply.status}", _CHECK)
        if len(reply.data) > self._limits.size:
            raise _RefusedError(f"it is larger than {self._limits.size // 1_000_000} MB")
        kind, _, rest = reply.headers.get("content-type", "").partition(";")
        charset = rest.partition("charset=")[2].partition(";")[0]
        etag, modified = (reply.headers.get(name, "") for name in ("etag", "last-modified"))
        return Fetched(reply.data, kind.strip().lower(), charset.strip(" \"'").lower(), etag, modified)

    async def _ask_site(self, url: httpx.URL) -> None:
        """Raises _RefusedError if the site of ``url`` does not want it fetched, or cannot be reached."""
        site = url.copy_with(raw_path=b"/robots.txt", fragment=None)
        if str(site) not in self._sites:
            try:
                self._sites[str(site)] = await self._rules(site)
            except _RefusedError as exc:
                self._sites[str(site)] = exc
        rules = self._sites[str(site)]
        if isinstance(rules, _RefusedError):
            raise rules
        if not admits(rules, url.raw_path.decode("ascii")):
            raise _RefusedError("the site asks programs not to (robots.txt)")

    async def _rules(self, url: httpx.URL) -> tuple[Rule, ...]:
        for _ in range(self._limits.redirects + 1):
            reply = await self._get(url, 500_000, {})
            if reply.leads_to:
                url = url.join(reply.leads_to)
            elif 400 <= reply.status < 500:
                return ()
            elif reply.status == 200:
                return rules_for(AGENT, reply.data.decode("utf-8", "replace").removeprefix("\ufeff"))
            else:
                raise _RefusedError(f"the server answers {reply.status} when asked what programs may fetch", _CHECK)
        raise _RefusedError("what programs may fetch (robots.txt) is redirected without end")

    async def _get(self, url: httpx.URL, most: int, headers: Mapping[str, str]) -> _Reply:
        """What is at ``url``, without following a redirect; of more than ``most`` bytes only the first."""
        import httpx

        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise _RefusedError("only addresses with http or https and without a password are", _CHECK)
        host = url.raw_host.decode("ascii")
        told = {
            **headers,
            "Host": url.netloc.decode("ascii"),
            "User-Agent": f"{AGENT}/{version('assistant')}",
            "Accept-Encoding": "gzip",
        }
        fault: Exception | None = None
        # No proxy of the environment: it would resolve the name again. A client for each request, since a connection
        # that is kept belongs to an IP address, and another name with that address may have another certificate.
        async with httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            verify=self._certificates,
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        ) as client:
            for place in await self._places(host, url.port or (443 if url.scheme == "https" else 80)):
                request = client.build_request("GET", url.copy_with(host=place), headers=told)
                request.extensions["sni_hostname"] = host
                try:
                    return await _reply(await client.send(request, stream=True), most)
                except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                    fault = exc
                except httpx.HTTPError as exc:
                    raise _RefusedError(f"the server breaks off ({exc or type(exc).__name__})") from exc
        raise _RefusedError(f"the server cannot be reached ({fault or 'no address'})", _CHECK) from fault

    async def _places(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses of ``host``. Raises _RefusedError if it has none, or one that may not be connected to."""
        try:
            places = await self._resolve(host.strip("[]"), port)
        except OSError as exc:
            raise _RefusedError(f"there is no {host!r}, or no network", _CHECK) from exc
        if not self._local and not all(_is_public(ip_address(place)) for place in places):
            raise _RefusedError(f"{host!r} is this machine or in its network", _ALLOW)
        return places


def _is_public(place: IPv4Address | IPv6Address) -> bool:
    # Addresses that hold another one, for which they stand, are reserved, but for those of 6to4.
    holds_another = isinstance(place, IPv6Address) and place.sixtofour is not None
    return place.is_global and not (place.is_multicast or place.is_reserved or holds_another)


async def _reply(response: httpx.Response, most: int) -> _Reply:
    data = bytearray()
    try:
        async for block in response.aiter_bytes():
            data += block
            if len(data) > most:
                break
    finally:
        await response.aclose()
    return _Reply(response.status_code, response.headers, bytes(data))


def _run(work: Coroutine[object, object, Fetched | None]) -> Fetched | None:
    """The result of ``work``, also where an event loop is running, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
