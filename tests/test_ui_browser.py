"""The page in the system's Chromium: no outside request may be attempted, no script of a document may run.

All of it is one file because all tests share one server and one browser, which take longer to start than a test takes.
"""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.ui_help import ARGUMENTS, CHROMIUM, NEWSROOM, PageServer, needs_chromium, page_server, pdf
from tests.waiting import LIMIT, until

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect, sync_playwright
from starlette import routing
from starlette.applications import Starlette
from starlette.responses import HTMLResponse

from assistant.web.front import Front, Told

expect.set_options(timeout=LIMIT * 1000)  # of a machine that has other things to do

pytestmark = needs_chromium

FIRE = "Where did the fire start?"
WHEEL = "Who was at the wheel when the Lady Ansa crashed?"
HURT = "How many people got hurt when the boat crashed at Port Vellan?"
PASSWORD = "open sesame"  # noqa: S105 - of a server that lives for a module
CREDENTIALS = {"username": "me", "password": PASSWORD}
HELD = f"Hold here: {WHEEL}"
"""A question whose answer waits after its first sentence until the server is told ``release``."""
EVIL_NAME = "..%2F..%2Fevil<img src=x onerror=window.evil=1>\u202etxt.md"
EVIL_TITLE = "<img src=x onerror=window.evil=1>\u202eA title"


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "index"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, index_dir: Path) -> Iterator[PageServer]:
    own = tmp_path_factory.mktemp("own")
    (own / "harbour.pdf").write_bytes(
        pdf("The harbour was opened in 1902 by Queen Ada.", "The lighthouse at Brannock Head was lit on 4 May 1871.")
    )
    (own / "notes.txt").write_text("The tug Vesper was painted green in 1954.")
    with page_server(index_dir, NEWSROOM, own, password=PASSWORD) as served:
        yield served


@pytest.fixture(scope="module")
def address(server: PageServer) -> str:
    return server.home


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        assert CHROMIUM, "REQUIRE_CHROMIUM is set, and there is no Chromium"
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Watched:
    """Opens pages that are watched: what they ask of others, and what runs in them that should not."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._plain: BrowserContext | None = None
        self.outside: list[str] = []
        self.faults: list[str] = []

    def open(self, address: str, **options: Any) -> Page:
        """A page ready to be used, in a context of its own where it has options, else in a shared one."""
        context = self._context(address, options) if options else self._plain or self._context(address, {})
        if not options:
            self._plain = context
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(address)
        page.wait_for_selector("body[data-ready=yes]")
        return page

    def close(self) -> None:
        """Close all pages, forget what they kept, and see that nothing happened that must not."""
        evil = [page.evaluate("window.evil") for context in self._browser.contexts for page in context.pages]
        for context in self._browser.contexts:
            if context is not self._plain:
                context.close()
        for page in self._plain.pages if self._plain else ():
            page.goto(urljoin(page.url, "/robots.txt"))  # where no answer arrives any more, to be kept again
        for page in self._plain.pages if self._plain else ():
            page.evaluate(FORGET)
            page.close()
        outside, faults, self.outside, self.faults = self.outside, self.faults, [], []
        assert not any(evil), "something ran that must not"
        assert outside == []
        assert faults == []

    def _context(self, address: str, options: dict[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        context.set_default_timeout(LIMIT * 1000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))

        def sent(request: Request) -> None:
            if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:")):
                self.outside.append(request.url)

        context.on("request", sent)  # a route would turn off the browser's cache
        return context


KEPT = """async () => { const open = indexedDB.open('assistant', 1);
  const db = await new Promise((r) => open.onsuccess = () => r(open.result));
  const all = db.transaction('conversations').objectStore('conversations').getAll();
  await new Promise((r) => all.onsuccess = r); db.close();
  if (!all.result.length) return !!document.querySelector('#conversations [aria-current]');  // on the server's disk
  const kept = all.result.find((each) => each.id === sessionStorage.current);
  const busy = document.querySelector('body.asking #live .busy');
  const shown = busy ?? document.querySelector('#log .exchange:last-child');
  const last = kept?.exchanges.find((each) => each.id === shown?.dataset.exchange);
  return !!last && kept.last === last.id && !!(busy || last.answer || last.note); }"""
"""Whether the conversation is kept as it is shown."""

FORGET = """async () => { localStorage.clear(); sessionStorage.clear();
  const open = indexedDB.open('assistant', 1);
  const db = await new Promise((r) => open.onsuccess = () => r(open.result));
  const all = db.transaction('conversations', 'readwrite'); all.objectStore('conversations').clear();
  await new Promise((r) => all.oncomplete = r); db.close(); }"""


@pytest.fixture(scope="module")
def watching(browser: Browser) -> Watched:
    return Watched(browser)


@pytest.fixture
def watched(watching: Watched) -> Iterator[Watched]:
    yield watching
    watching.close()


@pytest.fixture
def page(watched: Watched, address: str) -> Page:
    return watched.open(address)


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the whole answer is shown and kept."""
    expect(page.locator("body.asking")).to_have_count(0)
    count = page.locator("#log .exchange").count()
    page.fill("#box textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#log .exchange")).to_have_count(count + 1)
    expect(page.locator("body.asking")).to_have_count(0)
    page.wait_for_function(KEPT)


def reload(page: Page) -> None:
    """Load the page again once the conversation is kept."""
    page.wait_for_function(KEPT)
    page.reload()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


# --- chat


def begin(page: Page) -> None:
    """Ask the question whose answer is held up, and wait for its first sentence."""
    page.fill("#box textarea", HELD)
    page.keyboard.press("Enter")
    page.locator("#live .checked").first.wait_for()


def test_answer_grows_sentence_by_sentence_behind_a_progress_line(page: Page, server: PageServer) -> None:
    begin(page)
    expect(page.get_by_role("status").filter(has_text="Checking each sentence")).to_be_visible()
    early = page.locator("#live .checked").count()
    server.tell("release")
    expect(page.locator("#log .exchange")).to_have_count(1)
    assert early < page.locator("#log .claim").count()


def test_stop_and_escape_keep_what_was_written_and_the_page_goes_on(page: Page) -> None:
    begin(page)
    page.locator("#box .stop-button").click()
    expect(page.locator("#log .note")).to_have_text("Stopped before the answer was complete.")
    expect(page.locator("#log .claim.draft")).not_to_be_empty()
    ask(page, FIRE)
    page.locator("#log .exchange").last.locator(".chip").first.click()
    page.locator("#quoted").wait_for()
    begin(page)
    page.keyboard.press("Escape")
    expect(page.locator("#log .note").last).to_contain_text("Stopped")
    expect(page.locator("#quoted")).to_be_visible()


def edit(page: Page, place: int, question: str) -> None:
    """Edit question number ``place``, from 0, and wait for the answer."""
    exchange = page.locator("#log .exchange").nth(place)
    exchange.hover()
    exchange.get_by_role("button", name="Edit").click()
    page.locator("#editing textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#log .bubble").nth(place)).to_have_text(question)
    expect(page.locator("body.asking")).to_have_count(0)


def bubbles(page: Page, *questions: str) -> None:
    """Wait until the conversation shows these questions."""
    expect(page.locator("#log .bubble")).to_have_text(list(questions))


def test_versions_keep_what_followed_them_and_survive_a_reload(page: Page) -> None:
    ask(page, HURT)
    ask(page, FIRE)
    edit(page, 1, WHEEL)
    page.get_by_role("button", name="Previous version").click()
    bubbles(page, HURT, FIRE)
    expect(page.get_by_role("button", name="Previous version")).to_be_disabled()
    reload(page)
    bubbles(page, HURT, FIRE)
    page.get_by_role("button", name="Next version").click()
    bubbles(page, HURT, WHEEL)
    page.get_by_role("button", name="Ask again").first.click()
    bubbles(page, HURT)
    expect(page.locator(".versions")).to_contain_text("2 of 2")
    page.get_by_role("button", name="Previous version").click()
    bubbles(page, HURT, WHEEL)


def test_a_first_question_leads_to_the_next(page: Page) -> None:
    seen = page.locator("#welcome .glance")
    expect(seen).to_contain_text(re.compile(r"\d+ documents from \d+ outlets, \d+ \w+ 20\d\d – \d+ \w+ 20\d\d"))
    expect(seen.locator(".kinds > span")).to_have_text(
        [re.compile(f"\\d+ {kind}") for kind in ("Markdown", "PDF", "text")]
    )
    page.locator(".example").first.click()
    expect(page.locator("#log .claim")).not_to_have_count(0)
    page.locator("#further .example").first.click()
    expect(page.locator("#log .exchange")).to_have_count(2)
    expect(page.locator("#log .refusal")).to_have_count(0)


def test_an_answer_is_announced_copied_kept_and_explained(page: Page) -> None:
    ask(page, HURT)
    expect(page.locator("#panel-column")).to_be_hidden()
    expect(page.locator("#announcement")).to_contain_text("nineteen")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#said")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "1. Osterby Herald, 14 March 2025 (ferry-osterby-herald.md): “The number of people hurt" in copied
    expect(page.locator(".trace dl")).to_be_hidden()
    page.locator(".trace summary").click()
    expect(page.locator(".trace h4")).to_contain_text(["Candidates", "Ranked sentences"])
    page.get_by_role("button", name="Save as test question").click()
    expect(page.locator("#said")).to_contain_text("Saved. Run it under Evaluation, or with: assistant eval")
    page.get_by_role("button", name=re.compile(r"\d+ citations?$")).click()
    expect(page.locator("#panel-column .sources")).to_contain_text("nineteen")
    page.locator("#log .chip").first.click()
    page.locator("#panel").get_by_role("button", name="Add to notes").click()
    page.get_by_role("button", name="Notes", exact=True).click()
    notes = page.get_by_label("Your notes")
    expect(notes).to_have_value(re.compile(r"^> The number of people hurt.*\n\nOsterby Herald, 14 March 2025 \(ferry"))
    notes.press("End")
    notes.press_sequentially("My draft.")
    reload(page)
    bubbles(page, HURT)  # the conversation is opened again, which closes what is open beside it
    page.get_by_role("button", name="Notes", exact=True).click()
    expect(page.get_by_label("Your notes")).to_have_value(re.compile("My draft."))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Markdown").click()
    assert "Osterby Herald" in download.value.path().read_text()
    ask(page, "And who was at the wheel?")
    last = page.locator("#log .exchange").last
    expect(last.locator(".searched")).to_contain_text("Port Vellan")
    expect(last.locator("footer .small")).to_have_text(re.compile(r"^Quoted from your documents · \d+\.\d s$"))


def test_everything_is_done_with_the_keyboard(page: Page) -> None:
    page.locator("body").click(position={"x": 600, "y": 600})
    page.keyboard.press("/")
    expect(page.locator("#box textarea")).to_be_focused()
    page.keyboard.type(FIRE)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("?")
    assert page.locator("#box textarea").input_value().endswith("\n?")
    page.keyboard.press("Enter")
    first = page.locator("#log .chip[data-marker='1']").first
    first.wait_for()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#quoted")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".neighbours")).to_contain_text("Citation 2 of")
    page.keyboard.press("Escape")
    expect(page.locator("#panel-column")).to_be_hidden()
    expect(first).to_be_focused()


def test_an_error_is_told_without_paths_and_the_page_goes_on(page: Page) -> None:
    for question, note in (
        ("Will it fail here?", "No server answers for 'model'"),
        ("Does it break here?", "terminal"),
    ):
        ask(page, f"{question} {HURT}")
        expect(page.locator("#log .note").last).to_contain_text(note)
        expect(page.locator("#log .note").last).not_to_contain_text("/home")
    ask(page, HURT)
    expect(page.locator("#log .exchange").last.locator(".chip")).not_to_have_count(0)


# --- which documents are asked


def test_what_is_chosen_is_asked_and_kept_with_the_conversation(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Asking all")).click()
    page.locator("#choices input[type=search]").fill("brenholt outlet")
    page.get_by_label("Brenholt News outlet").check()
    page.get_by_role("button", name="Ask these").click()
    expect(page.locator(".choose")).to_have_text(re.compile(r"^Asking \d of 4\d documents$"))
    ask(page, FIRE)
    expect(page.locator("#log .searched").first).to_have_text("Asked of Brenholt News")
    expect(page.locator("#log .conflict")).to_have_count(0)
    reload(page)
    bubbles(page, FIRE)
    page.get_by_role("button", name="Ask without: Brenholt News").click()
    expect(page.locator(".choose")).to_have_text(re.compile("^Asking all"))
    ask(page, FIRE)
    expect(page.locator("#log .conflict")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Asking all")).click()
    page.get_by_label("Since").fill("2025-01-01")
    page.get_by_role("button", name="Ask these").click()
    expect(page.locator(".choice")).to_have_text("since 1 January 2025×")
    ask(page, HURT)
    page.locator("#log .exchange").last.locator(".chip").first.click()
    page.get_by_role("button", name="Ask only this document").click()
    expect(page.locator(".choice")).to_have_text("ferry-osterby-herald.md×")
    expect(page.locator("#box textarea")).to_be_focused()


# --- proof


def test_a_citation_is_pointed_at_opened_and_stepped_through(page: Page) -> None:
    ask(page, HURT)
    chip = page.locator("#log .chip").first
    chip.hover()
    expect(page.locator("#tip b")).to_have_text("Osterby Herald, 14 March 2025")
    expect(page.locator("#tip span")).to_contain_text("“The number of people hurt in Wednesday's ferry crash")
    size = "node => [node.offsetWidth, node.offsetHeight]"
    before = page.locator("#log .answer").evaluate(size)
    chip.click()
    quoted = page.locator("#quoted")
    expect(quoted).to_be_in_viewport()
    first = quoted.inner_text()
    assert first in (NEWSROOM / "ferry-osterby-herald.md").read_text()
    assert page.locator("#log .answer").evaluate(size) == before, "lines break anew when the panel opens"
    expect(page.locator("#panel-column .meta")).to_contain_text("Osterby Herald · 14 March 2025")
    page.locator("#panel-column").get_by_role("button", name="Next").click()
    expect(page.locator(".neighbours")).to_contain_text("Citation 2 of")
    page.locator("#panel-column").get_by_role("button", name="Previous").click()
    expect(quoted).to_have_text(first)
    with held_up(page, lambda: page.keyboard.press("ArrowRight")):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".neighbours")).to_contain_text("Citation 3 of")
    ask(page, FIRE)
    chip.click()
    expect(quoted).to_contain_text("nineteen")


def test_a_pdf_is_cited_with_its_page(page: Page) -> None:
    ask(page, "When was the lighthouse at Brannock Head lit?")
    page.locator("#log .chip").first.click()
    expect(page.locator("#panel-column .meta")).to_contain_text("page 2")
    expect(page.locator("#panel .box")).to_be_in_viewport()
    expect(page.locator("#panel .picture img")).to_have_js_property("naturalWidth", 1200)
    page.get_by_role("button", name="Larger").click()
    expect(page.locator("#panel .box")).to_be_in_viewport()
    page.get_by_role("button", name="Previous page").click()
    expect(page.locator("#panel .pages")).to_contain_text("1 of 2")
    expect(page.locator("#panel .box")).to_have_count(0)
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#quoted")).to_have_text("The lighthouse at Brannock Head was lit on 4 May 1871.")
    expect(page.locator(".paper .page")).to_have_text(["Page 1", "Page 2"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the original").click()
    assert download.value.suggested_filename == "harbour.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_what_is_not_borne_out_looks_different_and_says_why(page: Page) -> None:
    ask(page, f"Evil: {HURT}")
    doubtful = page.locator("#log .claim.unsupported").first
    expect(doubtful.locator(".doubt b")).to_have_text("Not supported")
    assert len(doubtful.locator(".doubt").inner_text()) > len("Not supported: ")
    sound = page.locator("#log .claim.supported").first
    background = "node => getComputedStyle(node).backgroundColor"
    assert doubtful.evaluate(background) != sound.evaluate(background)


def test_a_conflict_is_two_dated_columns_newest_first(page: Page) -> None:
    ask(page, FIRE)
    sides = page.locator("#log .conflict .side")
    expect(sides.locator(".side-value")).to_have_text(
        ["in the solvent store behind the loading bay", "in the drying room"]
    )
    expect(sides.locator(".side-date")).to_have_text(["12 July 2024", "10 July 2024"])
    one, other = (sides.nth(n).bounding_box() for n in (0, 1))
    assert one
    assert other
    assert one["y"] == other["y"]
    assert one["x"] < other["x"]


def test_a_refusal_shows_what_was_looked_for_and_the_nearest_documents(page: Page) -> None:
    ask(page, "What is the capital of France?")
    expect(page.locator("#log .refusal")).to_have_text("Not in the documents.")
    expect(page.locator("#log .refusal-search")).to_contain_text("What is the capital of France?")
    page.locator("#log .near").first.click()
    expect(page.locator("#panel-column .notice")).to_contain_text("does not answer")
    expect(page.locator("#quoted")).not_to_be_empty()


def test_back_closes_the_panel_and_nothing_else(page: Page) -> None:
    page.evaluate("history.pushState({ own: true }, '')")
    ask(page, HURT)
    chip, panel = page.locator("#log .chip").first, page.locator("#panel-column")
    chip.click()
    page.locator("#quoted").wait_for()
    page.go_back()
    expect(panel).to_be_hidden()
    bubbles(page, HURT)
    chip.click()
    page.get_by_role("button", name="Close the panel").first.click()
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()
    page.wait_for_function("history.state.own")
    chip.click()
    expect(panel).to_be_visible()
    page.evaluate(
        """() => { for (let n = 0; n < 2; n++)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); }"""
    )
    expect(panel).to_be_hidden()
    page.wait_for_function("history.state.own")
    chip.click()
    expect(panel).to_be_visible()
    page.evaluate(
        """async () => { const moved = new Promise((r) => addEventListener('popstate', r, { once: true }));
        document.querySelector('#panel-column .close').click(); document.querySelector('#log .chip').click();
        await moved; }"""
    )
    expect(panel).to_be_visible()


JOIN = re.compile("/gradio_api/(queue/join|run/predict)")


@contextmanager
def held_up(page: Page, first: Callable[[], None]) -> Iterator[None]:
    """What the page asks of the server by ``first``, and in the block, is on its way until the block ends."""
    held: list[Route] = []
    over = False
    page.route(JOIN, lambda route: route.fallback() if over else held.append(route))
    with page.expect_request(JOIN):
        first()
    yield
    over = True
    for route in held:
        with page.expect_response(JOIN):
            route.fallback()


WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


SMALL = """() => [...document.querySelectorAll('#app :is(button, summary, input[type=search], input[type=text])')]
  .filter((n) => n.offsetParent && !n.closest('.sr, [hidden]'))
  .map((n) => [n, n.getBoundingClientRect(), getComputedStyle(n, '::after')])
  .filter(([n, box, after]) => n.matches('.chip') ? after.content === 'none' : box.height && box.height < 44)
  .map(([n]) => n.outerHTML.slice(0, 120))"""
"""Controls that are too small to tap."""
ZOOMED = {"viewport": {"width": 640, "height": 400}}
"""A window of 1280 by 800 pixels at 200 %."""


@pytest.mark.parametrize(
    ("options", "scheme"),
    [
        pytest.param({}, "light", id="desktop-light"),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.robustness),
        pytest.param({}, "dark", id="desktop-dark", marks=pytest.mark.robustness),
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.robustness),
        pytest.param(ZOOMED, "light", id="zoomed", marks=pytest.mark.robustness),
    ],
)
def test_every_view_keeps_the_rules_of_wcag(
    watched: Watched, address: str, options: dict[str, Any], scheme: str
) -> None:
    page = watched.open(address, color_scheme=scheme, **options)
    width = page.viewport_size["width"] if page.viewport_size else 0
    broken: list[tuple[str, str, str]] = []

    def check(view: str) -> None:
        found = Axe().run(page, options=WCAG).response["violations"]
        broken.extend((view, each["id"], each["nodes"][0]["html"][:200]) for each in found)
        if options is PHONE:
            broken.extend((view, "smaller than 44 pixels", each) for each in page.evaluate(SMALL))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            broken.append((view, "scrolls sideways", ""))

    check("welcome")
    for question in (FIRE, f"Evil: {HURT}", "What is the capital of France?"):
        ask(page, question)
    edit(page, 2, WHEEL)
    page.locator(".trace summary").first.click()
    check("chat")
    page.locator("#log .chip").first.click()
    expect(page.locator("#quoted")).to_be_in_viewport()
    expect(page.locator("body.panel-waiting")).to_have_count(0)
    check("panel")
    page.get_by_role("button", name="Close the panel").first.click()
    if page.get_by_role("button", name="Conversations").is_visible():
        page.get_by_role("button", name="Conversations").click()
        expect(page.locator("#conversations .kept")).to_be_in_viewport()
        check("conversations")
    page.get_by_role("button", name="Notes", exact=True).click()
    page.get_by_label("Your notes").wait_for()
    check("notes")
    page.get_by_role("button", name="Close the panel").last.click()
    for name, shown in (
        ("Documents", ".documents"),
        ("Evaluation", "#evaluation button"),
        ("Settings", ".findings"),
        ("API", "pre"),
    ):
        tab(page, name)
        page.locator(shown).first.wait_for()
        check(name)
    assert broken == []


def test_a_small_page_says_what_is_done_and_makes_room_for_the_real_one(browser: Browser) -> None:
    go = threading.Event()

    def whole(_: object) -> HTMLResponse:
        return HTMLResponse("<h1>The whole page</h1>")

    def part(tell: Told) -> Starlette:
        tell("Indexing 12 of 48")
        go.wait()
        return Starlette(routes=[routing.Route("/", whole)])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(Front({"/": part}, lambda _: None), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        page = browser.new_context().new_page()
        page.goto(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        expect(page.locator("#doing")).to_have_text("Indexing 12 of 48 …")
        assert Axe().run(page, options=WCAG).response["violations"] == []
        go.set()
        expect(page.locator("h1")).to_have_text("The whole page")
        page.context.close()
        server.should_exit = True
        thread.join()


# --- documents


def test_documents_are_listed_filtered_sorted_and_searched(page: Page) -> None:
    tab(page, "Documents")
    row = page.locator("#table tr", has_text="ferry-osterby-herald.md")
    expect(row).to_contain_text("Osterby Herald")
    expect(row).to_contain_text("14 Mar 2025")
    expect(row.locator(".state")).to_have_text("indexed")
    row.get_by_role("button").first.click()
    expect(page.locator("#panel-column .paper")).to_contain_text("risen to nineteen")
    page.keyboard.press("Escape")
    rows = page.locator("#table .documents tbody tr:visible")
    page.get_by_label("Filter the documents").fill("herald 2025")
    expect(page.locator("#listed")).to_have_text(re.compile(r"^\d of \d+$"))
    expect(rows.filter(has_not_text="Herald")).to_have_count(0)
    page.get_by_label("Filter the documents").fill("")
    page.get_by_role("button", name="Outlet", exact=True).click()
    expect(page.locator("#table th[aria-sort=ascending]")).to_have_text("Outlet")
    outlets = page.locator("#table td:nth-child(2)").all_inner_texts()
    assert outlets == sorted(outlets, key=lambda name: (name != "–", name.casefold()))
    field = page.locator("#find textarea, #find input")
    field.fill("Lady Ansa pier")
    field.press("Enter")
    scores = page.locator("#hits .score")
    expect(scores.first).to_have_text(re.compile(r"^\d\.\d{3}$"))
    page.locator("#hits .hit").first.click()
    expect(page.locator("#quoted")).to_contain_text("Ansa")
    page.get_by_role("button", name="Check for changes").click()
    expect(page.locator("#progress")).to_contain_text("40 unchanged")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()


def test_a_removed_document_of_a_folder_is_put_back(page: Page, tmp_path: Path) -> None:
    tab(page, "Documents")
    row = page.locator("#table .documents tr", has_text="notes.txt")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.locator("#progress").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.reload()
    tab(page, "Documents")
    page.get_by_role("button", name="Put notes.txt back").click()
    expect(row).to_have_count(1)
    page.get_by_label("A folder on this machine, or a web address").fill(str(tmp_path / "nowhere"))
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("There is no such folder")
    tab(page, "Chat")
    ask(page, "What was painted green in 1954?")
    expect(page.locator("#log .exchange").last).to_contain_text("Vesper")


def test_files_are_dropped_indexed_asked_about_and_removed(page: Page) -> None:
    chosen = page.locator(".choose")
    expect(chosen).to_have_text(re.compile(r"^Asking all \d+"))
    before = chosen.inner_text()
    tab(page, "Documents")
    page.locator("#dropzone").wait_for()
    dropped = page.evaluate_handle(
        """() => { const all = new DataTransfer();
        all.items.add(new File(['The ferry Nonsuch carries 88 cows.'], 'Nonsuch notes.txt'));
        all.items.add(new File(['MZ'], 'setup.exe')); all.items.add(new File([''], 'nothing.txt')); return all; }"""
    )
    page.dispatch_event("#dropzone", "drop", {"dataTransfer": dropped})
    report = page.locator("#progress")
    expect(report).to_contain_text("1 of 3 done, 2 skipped")
    expect(report.locator("li", has_text="setup.exe")).to_contain_text("Files of this kind cannot be read.")
    expect(report.locator("li", has_text="nothing.txt")).to_contain_text("holds no text")
    row = page.locator("#table .documents tr", has_text="Nonsuch notes.txt")
    expect(row.locator(".state")).to_have_text("new")
    tab(page, "Chat")
    expect(chosen).to_have_text(re.compile(rf"^Asking all (?!{re.escape(before[11:])})"))
    ask(page, "How many cows does the ferry Nonsuch carry?")
    expect(page.locator("#log .answer").last).to_contain_text("88 cows")
    tab(page, "Documents")
    row.get_by_role("button", name="Remove").click()
    expect(page.locator("#progress")).to_contain_text("Removed “Nonsuch notes”.")
    expect(row).to_have_count(0)
    tab(page, "Chat")
    page.locator("#log .chip").first.click()
    expect(page.locator("#panel-column .notice")).to_contain_text("no longer indexed")
    expect(page.locator("#panel-column .kept-words")).to_have_text("The ferry Nonsuch carries 88 cows.")


def test_uploads_show_their_stages_and_are_cancelled(page: Page, server: PageServer, tmp_path: Path) -> None:
    texts = ("Berth 1 was dredged in May.", "Berth 2: hold here until June.", "Berth 3 was dredged in July.")
    files = [tmp_path / f"log {number}.txt" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    tab(page, "Documents")
    page.set_input_files("#picked", files)
    rows = page.locator("#progress li")
    expect(rows.locator(".state")).to_have_text(["Indexed", "Indexing", "Waiting"])
    expect(rows.nth(0).locator("progress")).to_have_attribute("value", "1.00")
    expect(rows.nth(2).locator("progress")).to_have_attribute("value", "0.00")
    page.get_by_role("button", name="Cancel").click()
    expect(rows.locator(".state")).to_have_text(["Indexed", "Cancelling", "Cancelling"])
    server.tell("release")
    expect(rows.locator(".state")).to_have_text(["Indexed", "Cancelled", "Cancelled"])
    logs = page.locator("#table .documents tr", has_text="log 0.txt")
    expect(logs).to_have_count(1)
    logs.get_by_role("button", name="Remove").click()
    expect(logs).to_have_count(0)


def test_a_removed_upload_is_put_back_and_its_file_deleted(page: Page, index_dir: Path, tmp_path: Path) -> None:
    tab(page, "Documents")
    (tmp_path / "tide.txt").write_text("The tide gauge is at pier 7.")
    page.set_input_files("#picked", tmp_path / "tide.txt")
    row = page.locator("#table .documents tr", has_text="tide.txt")
    row.get_by_role("button", name="Remove").click()
    page.locator("#progress").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    assert list((index_dir / "documents").rglob("tide.txt"))
    page.get_by_role("button", name="Delete tide.txt").click()
    expect(page.locator("#progress")).to_contain_text("is deleted")
    assert not list((index_dir / "documents").rglob("tide.txt"))


# --- conversations


def test_a_conversation_is_reopened_with_its_citations_and_exported(page: Page) -> None:
    page.fill("#box textarea", "What did the")
    page.reload()
    expect(page.locator("#box textarea")).to_have_value("What did the")
    ask(page, HURT)
    reload(page)
    bubbles(page, HURT)
    expect(page.locator("#box textarea")).to_have_value("")
    ask(page, FIRE)
    for form in ("md", "html", "json"):
        with page.expect_download() as download:
            page.locator(f"[data-export={form}]").click()
        assert "nineteen" in download.value.path().read_text()
    page.evaluate("sessionStorage.clear()")  # as a closed tab does
    page.reload()
    page.wait_for_selector("body[data-ready=yes]")
    expect(page.locator("#welcome")).to_be_visible()
    kept(page, HURT)
    reopened(page, HURT)
    bubbles(page, HURT, FIRE)
    page.locator("#log .exchange").first.locator(".chip").first.click()
    expect(page.locator("#quoted")).to_contain_text("nineteen")


@pytest.mark.parametrize("where", ["home", "away"])
def test_conversations_are_named_pinned_found_and_deleted(
    watched: Watched, server: PageServer, index_dir: Path, where: str
) -> None:
    page = watched.open(server.home) if where == "home" else watched.open(server.away, http_credentials=CREDENTIALS)
    for question in (FIRE, HURT):
        ask(page, question)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#conversations .age")).to_have_text("Today")
    page.get_by_role("button", name=f"Rename “{FIRE}”").click()
    page.get_by_label("Name", exact=True).fill("Paint works")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pin “Paint works”").click()
    expect(page.locator("#conversations li")).to_have_text(
        [re.compile("Pinned"), re.compile("Paint works"), "Today", re.compile(re.escape(HURT))]
    )
    reopened(page, "Paint works")
    ask(page, WHEEL)
    page.reload()
    page.wait_for_selector("body[data-ready=yes]")
    expect(page.locator("#conversations [aria-pressed=true]")).to_have_count(1)
    page.get_by_label("Search conversations").fill("paint")
    expect(page.locator("#conversations .kept")).to_have_text(["Paint works"])
    page.get_by_label("Search conversations").fill("nothing like it")
    expect(page.locator("#conversations .none")).to_have_text("Nothing found.")
    page.get_by_label("Search conversations").fill("")
    for title in (HURT, "Paint works"):
        page.get_by_role("button", name=f"Delete “{title}”").click()
        expect(page.locator("#conversations .kept", has_text=title)).to_have_count(0)
    until(lambda: not list((index_dir / "state").rglob("*.json")), "the files of the deleted conversations are gone")


def test_a_deleted_conversation_is_gone(page: Page) -> None:
    ask(page, HURT)
    page.locator("#conversations .gone").click()
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#conversations .kept")).to_have_count(0)
    left = page.evaluate(
        """async () => { const open = indexedDB.open('assistant', 1);
        const db = await new Promise((r) => open.onsuccess = () => r(open.result));
        const all = db.transaction('conversations').objectStore('conversations').getAll();
        const kept = await new Promise((r) => all.onsuccess = () => r(all.result));
        return JSON.stringify([kept, {...localStorage}, {...sessionStorage}]); }"""
    )
    assert "nineteen" not in left
    assert "Vellan" not in left


def test_no_deletion_is_lost_while_another_is_on_its_way(page: Page) -> None:
    for question in (HURT, FIRE):
        ask(page, question)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#welcome")).to_be_visible()
    kept(page, HURT, FIRE)
    with held_up(page, page.get_by_role("button", name=f"Delete “{HURT}”").click):
        page.get_by_role("button", name=f"Delete “{FIRE}”").click()
    kept(page)
    page.reload()
    page.wait_for_selector("body[data-ready=yes]")
    kept(page)


def test_a_question_asked_before_the_new_conversation_is_there_is_asked_in_it(page: Page) -> None:
    ask(page, HURT)
    with held_up(page, page.get_by_role("button", name="New conversation").click):
        page.fill("#box textarea", FIRE)
        page.keyboard.press("Enter")
    bubbles(page, FIRE)
    kept(page, HURT, FIRE)


def kept(page: Page, *titles: str) -> None:
    """Wait until the list of conversations has these titles, in any order."""
    expect(page.locator("#conversations .kept")).to_have_count(len(titles))
    assert sorted(page.locator("#conversations .kept").all_inner_texts()) == sorted(titles)


def reopened(page: Page, title: str) -> None:
    page.locator("#conversations .kept", has_text=title).click()
    expect(page.locator("#conversations [aria-current]")).to_have_text(title)


def test_two_tabs_have_conversations_of_their_own(watched: Watched, address: str) -> None:
    one, other = watched.open(address), watched.open(address)
    ask(one, HURT)
    ask(other, FIRE)
    ask(one, WHEEL)
    reload(one)
    bubbles(one, HURT, WHEEL)
    kept(one, HURT, FIRE)
    reopened(one, FIRE)
    bubbles(one, FIRE)


def test_two_tabs_in_one_conversation_keep_what_both_asked(watched: Watched, address: str) -> None:
    one = watched.open(address)
    ask(one, HURT)
    other = watched.open(address)
    reopened(other, HURT)
    bubbles(other, HURT)
    ask(one, FIRE)
    ask(other, WHEEL)
    reload(one)
    bubbles(one, HURT, WHEEL)
    one.get_by_role("button", name="Previous version").click()
    bubbles(one, HURT, FIRE)


def delete(page: Page, title: str) -> None:
    """Delete the conversation that is open."""
    page.locator("#conversations li:has([aria-current])", has_text=title).locator(".gone").click()
    expect(page.locator("#conversations .kept", has_text=title)).to_have_count(0)


def test_two_browsers_with_conversations_on_disk_have_their_own(watched: Watched, server: PageServer) -> None:
    one = watched.open(server.away, http_credentials=CREDENTIALS)
    other = watched.open(server.away, http_credentials=CREDENTIALS)
    ask(one, HURT)
    ask(other, FIRE)
    ask(one, WHEEL)
    other.reload()
    bubbles(other, FIRE)
    kept(other, HURT, FIRE)
    reopened(other, HURT)
    bubbles(other, HURT, WHEEL)
    delete(other, HURT)
    reopened(other, FIRE)
    bubbles(other, FIRE)
    delete(other, FIRE)


def test_a_reload_in_the_middle_of_an_answer_offers_the_question_again(page: Page, server: PageServer) -> None:
    ask(page, HURT)
    begin(page)
    reload(page)
    bubbles(page, HURT, HELD)
    expect(page.locator("#log .note")).to_contain_text("before this question was answered")
    page.locator("#log .exchange").last.get_by_role("button", name="Ask again").click()
    page.locator("#live .checked").first.wait_for()
    server.tell("release")
    bubbles(page, HURT, HELD)
    expect(page.locator("#log .exchange").last.locator(".chip")).not_to_have_count(0)
    expect(page.locator(".versions")).to_have_count(0)


def test_a_new_conversation_in_the_middle_of_an_answer_keeps_the_question(page: Page) -> None:
    begin(page)
    piece = page.locator("#live").inner_html()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()
    page.locator("#live").evaluate("(live, piece) => (live.innerHTML = piece)", piece)  # as one that comes too late
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator("#welcome")).to_be_visible()
    ask(page, FIRE)
    reopened(page, HELD)
    bubbles(page, HELD)
    expect(page.locator("#log").get_by_role("button", name="Ask again")).to_be_visible()


def test_draft_and_conversation_survive_a_restart_of_the_server(page: Page, server: PageServer) -> None:
    ask(page, HURT)
    page.fill("#box textarea", FIRE)
    server.tell("restart")
    with page.expect_event("load"):  # the page is loaded again, for the server does not know its conversation
        page.locator("#box textarea").press("Enter")
    bubbles(page, HURT)
    expect(page.locator("#box textarea")).to_have_value(FIRE)
    page.locator("#box textarea").press("Enter")
    bubbles(page, HURT, FIRE)
    expect(page.locator("#log .exchange").last.locator(".chip")).not_to_have_count(0)


@pytest.mark.parametrize("path", ["", "config", "gradio_api/info", "mcp", "upload", "assets/x"])
def test_away_from_home_every_door_needs_the_password(server: PageServer, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(server.away + path)  # noqa: S310 - our own server
    assert refused.value.code == 401
    refused.value.close()


def test_a_program_opens_them_with_a_token(server: PageServer) -> None:
    headers = {"Authorization": f"Bearer {PASSWORD}"}
    request = urllib.request.Request(f"{server.away}gradio_api/info", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        assert reply.status == 200


# --- evaluation and settings


def test_an_evaluation_is_run_on_the_page(page: Page) -> None:
    ask(page, HURT)
    page.get_by_role("button", name="Save as test question").click()
    expect(page.locator("#said")).to_contain_text("Saved.")
    tab(page, "Evaluation")
    page.get_by_role("button", name="Run “evaluation”").click()
    expect(page.locator("#running .state")).to_have_text("Evaluated")
    expect(page.locator("#evaluation .tile")).not_to_have_count(0)


def test_the_page_speaks_the_language_of_the_browser(watched: Watched, address: str) -> None:
    page = watched.open(address, locale="de-DE")
    expect(page.get_by_role("heading", name="Was möchten Sie wissen?")).to_be_visible()
    ask(page, HURT)
    expect(page.locator("#log footer .small")).to_have_text(re.compile("^Aus Ihren Dokumenten zitiert"))
    expect(page.locator("#log .claim").first).to_contain_text("nineteen")
    tab(page, "Dokumente")
    expect(page.get_by_label("Dokumente filtern")).to_be_visible()


def test_settings_change_the_next_answer_and_outlast_the_page(page: Page) -> None:
    tab(page, "Settings")
    expect(page.locator(".findings")).to_contain_text("embedder")
    page.locator("#answer-threshold input[type=number]").fill("1")
    page.keyboard.press("Tab")
    expect(page.get_by_text("stay on the machine that runs this page")).to_be_visible()
    tab(page, "Chat")
    ask(page, HURT)
    expect(page.locator("#log .refusal")).to_be_visible()
    page.reload()
    bubbles(page, HURT)
    tab(page, "Settings")
    expect(page.locator("#answer-threshold input[type=number]")).to_have_value("1")
    ask_again = page.get_by_role("button", name="Ask again")
    tab(page, "Chat")
    ask_again.click()
    expect(page.locator(".versions")).to_contain_text("2 of 2")
    expect(page.locator("#log .refusal")).to_be_visible()


# --- hostile input


def test_hostile_model_output_stays_text(page: Page) -> None:
    ask(page, f"Evil: {HURT}")
    said = page.locator("#log .claim.unsupported").first.inner_text()
    assert "<script>" in said or page.locator("#log", has_text="<script>").count()
    assert page.locator("#log :is(script, img, iframe, a)").count() == 0
    assert "\u202e" not in page.locator("#log").inner_text()


def test_hostile_documents_stay_text(page: Page) -> None:
    tab(page, "Documents")
    body = (
        f"---\ntitle: '{EVIL_TITLE}'\npublisher: '<b onclick=window.evil=1>Outlet</b>'\n---\n"
        "The zeppelin Quux weighs 7 tons <script>window.evil=1</script>. ![x](http://evil.example/leak) "
        "[y](javascript:window.evil=1) <img src=x onerror=window.evil=1> \u202eoverride\n\n" + "Z" * 300_000
    )
    dropped = page.evaluate_handle(
        "([name, body]) => { const all = new DataTransfer(); all.items.add(new File([body], name)); return all; }",
        [EVIL_NAME, body],
    )
    page.dispatch_event("#dropzone", "drop", {"dataTransfer": dropped})
    expect(page.locator("#progress .state")).to_have_text("Indexed")
    row = page.locator("#table .documents tr", has_text="A title")
    expect(row).to_contain_text("<img src=x onerror=window.evil=1>")
    tab(page, "Chat")
    ask(page, "How many tons does the zeppelin Quux weigh?")
    page.locator("#log .chip").first.hover()
    page.locator("#log .chip").first.click()
    page.locator("#quoted").wait_for()
    expect(page.locator(".paper")).to_contain_text("<script>window.evil=1</script>")
    assert page.locator(":is(#log, #panel, #table, #tip) :is(script, img, iframe, a)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    tab(page, "Documents")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
