"""A page of the web is fetched where its site allows it, within limits, and never from the network of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx
import pytest

from assistant.errors import DocumentError
from assistant.ingest.fetch import Fetched, Fetcher, WebLimits
from assistant.ingest.robots import admits, rules_for
from assistant.testing.web_double import Page, WebDouble

PUBLIC = "93.184.215.14"


class Net:
    """A network in which each host has the given IP addresses, one list for each time that it is resolved."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response], **hosts: Sequence[str]) -> None:
        self.requests: list[tuple[str, str]] = []
        self._answer = answer
        self._hosts = hosts

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        name = host.removesuffix(".example")
        if name not in self._hosts:
            raise OSError("Name or service not known")
        return self._hosts[name]

    def fetcher(self, limits: WebLimits = WebLimits(), *, local: bool = False) -> Fetcher:  # noqa: B008 - frozen
        return Fetcher(local, limits, self.resolve, httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.url.host, request.headers["host"]))
        return self._answer(request)


def page(request: httpx.Request) -> httpx.Response:
    """No robots.txt, and a page everywhere else."""
    if request.url.path == "/robots.txt":
        return httpx.Response(404)
    return httpx.Response(200, text="<p>A page.</p>", headers={"content-type": "text/html; charset=UTF-8"})


def test_the_connection_goes_to_the_address_that_was_checked_under_the_hosts_name() -> None:
    net = Net(page, site=[PUBLIC])
    found = net.fetcher().fetch("http://site.example/a")
    assert found == Fetched(b"<p>A page.</p>", "text/html", "utf-8")
    assert net.requests == [(PUBLIC, "site.example"), (PUBLIC, "site.example")]


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104 - refused
        "255.255.255.255", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.5", "::127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_a_host_in_the_network_of_this_machine_is_refused(place: str) -> None:
    net = Net(page, inside=[place], both=[PUBLIC, place])
    for host in ("inside", "both"):
        with pytest.raises(DocumentError, match=r"in its network\. To allow that: `export ASSISTANT_LOCAL_ADDRESSES"):
            net.fetcher().fetch(f"http://{host}.example/")
    assert net.requests == []
    assert net.fetcher(local=True).fetch("http://inside.example/")


def test_a_redirect_into_the_network_of_this_machine_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(302, headers={"location": "http://inside.example/secret"})

    net = Net(answer, site=[PUBLIC], inside=["10.0.0.5"])
    with pytest.raises(DocumentError, match=r"'inside.example' is this machine or in its network"):
        net.fetcher().fetch("http://site.example/")
    assert {place for place, _ in net.requests} == {PUBLIC}


def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing() -> None:
    net = Net(page, site=[PUBLIC])
    fetcher = net.fetcher()
    fetcher.fetch("http://site.example/")
    net._hosts["site"] = ["127.0.0.1"]
    with pytest.raises(DocumentError, match="in its network"):
        fetcher.fetch("http://site.example/")
    assert {place for place, _ in net.requests} == {PUBLIC}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://nowhere.example/", "there is no 'nowhere.example', or no network"),
        ("http://user:word@site.example/", "without a password"),
        ("file:///etc/passwd", "only addresses with http or https"),
        ("http://", "only addresses with http or https"),
        ("http://[::1/", "not written as an address"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(address: str, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        Net(page, site=[PUBLIC]).fetcher().fetch(address)


def test_a_redirect_to_a_file_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.url.path == "/robots.txt" else 302, headers={"location": "file:///x"})

    with pytest.raises(DocumentError, match="only addresses with http or https"):
        Net(answer, site=[PUBLIC]).fetcher().fetch("http://site.example/")


# --- a real server --------------------------------------------------------------------------------


def fetcher(**limits: float) -> Fetcher:
    return Fetcher(local=True, limits=WebLimits()._replace(**limits))  # type: ignore[arg-type]


def test_a_page_is_not_sent_again_while_it_is_the_same() -> None:
    with WebDouble({"/a": Page("<p>One.</p>")}) as web:
        first = fetcher().fetch(f"{web.address}/a")
        assert first
        assert first.data == b"<p>One.</p>"
        assert fetcher().fetch(f"{web.address}/a", first.etag, first.modified) is None
        web.pages["/a"] = Page("<p>Two.</p>")
        changed = fetcher().fetch(f"{web.address}/a", first.etag, first.modified)
        assert changed
        assert changed.data == b"<p>Two.</p>"


def test_redirects_are_followed_within_the_limit() -> None:
    with WebDouble({"/a": Page(status=301, to="/b"), "/b": Page("<p>B.</p>"), "/c": Page(status=302, to="/c")}) as web:
        found = fetcher().fetch(f"{web.address}/a")
        assert found
        assert found.data == b"<p>B.</p>"
        with pytest.raises(DocumentError, match="redirects more than 5 times"):
            fetcher().fetch(f"{web.address}/c")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_page_that_is_too_large_is_refused(zipped: bool) -> None:
    with (
        WebDouble({"/a": Page("x" * 100_000, zipped=zipped)}) as web,
        pytest.raises(DocumentError, match="is larger than 0 MB"),
    ):
        fetcher(size=50_000).fetch(f"{web.address}/a")


def test_a_server_that_never_ends_is_left() -> None:
    with (
        WebDouble({"/a": Page("<p>Slow.</p>", stalls=True)}) as web,
        pytest.raises(DocumentError, match=r"takes longer than 0\.5 seconds"),
    ):
        fetcher(seconds=0.5).fetch(f"{web.address}/a")


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_answer_other_than_a_page_is_told(status: int) -> None:
    with (
        WebDouble({"/a": Page("Sorry", status=status)}) as web,
        pytest.raises(DocumentError, match=rf"the server answers {status}\. Check it in a browser"),
    ):
        fetcher().fetch(f"{web.address}/a")


def test_a_server_that_does_not_listen_is_told() -> None:
    with WebDouble({}) as web:
        address = web.address
    with pytest.raises(DocumentError, match="the server cannot be reached"):
        fetcher().fetch(f"{address}/a")


def test_a_page_is_fetched_where_an_event_loop_runs() -> None:
    async def notebook(address: str) -> Fetched | None:
        return fetcher().fetch(address)

    with WebDouble({"/a": Page("<p>One.</p>")}) as web:
        assert asyncio.run(notebook(f"{web.address}/a"))


# --- robots.txt -----------------------------------------------------------------------------------


def test_what_a_site_does_not_want_fetched_is_not_and_it_is_asked_once() -> None:
    robots = Page("User-agent: *\nDisallow: /private\n", kind="text/plain")
    with WebDouble({"/robots.txt": robots, "/a": Page("A"), "/private/b": Page("B")}) as web:
        one = fetcher()
        assert one.fetch(f"{web.address}/a")
        with pytest.raises(DocumentError, match=r"asks programs not to \(robots.txt\)"):
            one.fetch(f"{web.address}/private/b")
        assert web.asked == ["/robots.txt", "/a"]


def test_a_redirect_does_not_lead_around_robots_txt() -> None:
    robots = Page("User-agent: *\nDisallow: /private\n", kind="text/plain")
    with WebDouble({"/robots.txt": robots, "/a": Page(status=302, to="/private")}) as web:
        with pytest.raises(DocumentError, match="asks programs not to"):
            fetcher().fetch(f"{web.address}/a")
        assert web.asked == ["/robots.txt", "/a"]


def test_nothing_is_fetched_from_a_site_that_cannot_say_what_may_be() -> None:
    with WebDouble({"/robots.txt": Page("", status=503), "/a": Page("A")}) as web:
        with pytest.raises(DocumentError, match="answers 503 when asked what programs may fetch"):
            fetcher().fetch(f"{web.address}/a")
        assert web.asked == ["/robots.txt"]


ROBOTS = """
User-agent: Assistant/1.0  # us
User-agent: other
Disallow: /ours
Allow: /ours/open

User-agent: *
Disallow: /
"""


@pytest.mark.parametrize(
    ("text", "path", "admitted"),
    [
        (ROBOTS, "/anything", True),
        (ROBOTS, "/ours/a", False),
        (ROBOTS, "/ours/open/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/report.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/report.pdf?page=1", True),
        ("User-agent: *\nDisallow: /*?", "/list?page=2", False),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", False),
        ("User-agent: *\nDisallow: /page$", "/pages", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("Disallow: /", "/a", True),
        ("", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", False),
        ("\x00\xff::::\nUser-agent\nDisallow", "/a", True),
    ],
)
def test_robots_txt_is_read_as_rfc_9309_says(text: str, path: str, admitted: bool) -> None:
    assert admits(rules_for("Assistant", text), path) is admitted


def test_no_pattern_takes_time_without_end() -> None:
    rules = rules_for("Assistant", "User-agent: *\nDisallow: /" + "a*" * 2000 + "b$")
    assert admits(rules, "/" + "a" * 20_000)
