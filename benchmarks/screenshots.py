"""Takes screenshots of the page: ``python -m benchmarks.screenshots [FOLDER]``, by default those of the documentation.

Uses temporary indexes of the shipped documents and of the newsroom corpus, and the system's Chromium. Requests to
other hosts are blocked, and the program fails if there is one.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from assistant import Assistant, Settings
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.eval import load, run, select
from assistant.ingest.read import read_folder
from assistant.ports import Writer
from assistant.types import Delta, Draft, GenerationInfo, Plan, Quotation
from assistant.web.serve import serving

HERE = Path(__file__).parent.parent
DOCS = HERE / "docs"
SHOWN = ("cited", "conflict")
"""Pictures that the documentation shows; all are taken for any other folder."""
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
CONFLICT = "Where did the fire start?"
HURT = "How many people got hurt when the boat crashed at Port Vellan?"


class Slow:
    """The extractive writer with pauses, so that a picture can show an answer that is being written."""

    name = "extractive"

    def __init__(self) -> None:
        self._inner: Writer = ExtractiveWriter()

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """The drafts, 1.5 seconds apart."""
        for draft in self._inner.write(plan):
            yield draft
            time.sleep(1.5)


class Camera:
    """Takes pictures of pages and keeps them small."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._all = folder != DOCS
        self.outside: list[str] = []

    @contextmanager
    def at(self, address: str, **options: Any) -> Iterator[Page]:
        """A fresh page, ready to be used."""

        def only_ours(route: Route) -> None:
            if route.request.url.startswith(address):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        context = self._browser.new_context(**({"viewport": DESK, "reduced_motion": "reduce"} | options))
        context.route("**/*", only_ours)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("body[data-ready=yes]")
        page.wait_for_selector(".example")
        yield page
        context.close()

    def take(self, page: Page, name: str) -> None:
        """One picture with 128 colors; in the documentation, only where it is shown there."""
        if name not in SHOWN and not self._all:
            return
        page.wait_for_timeout(700)
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        file = self._folder / f"{name}.png"
        picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)
        print(f"{file.name}  {file.stat().st_size / 1000:.0f} kB")


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the answer."""
    before = page.locator("#log .exchange").count()
    page.fill("#box textarea", question)
    page.keyboard.press("Enter")
    page.locator("#log .exchange").nth(before).wait_for()
    page.wait_for_function("!document.querySelector('#live .busy')")


def main(folder: Path) -> int:
    """Take all pictures."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shipped = stack.enter_context(_opened(scratch / "shipped", HERE / "index" / "documents"))
        room = stack.enter_context(_opened(scratch / "room", HERE / "eval" / "newsroom" / "documents"))
        slow = stack.enter_context(_opened(scratch / "slow", HERE / "eval" / "newsroom" / "documents", Slow()))
        _evaluate(room, scratch / "room" / "evaluation")
        addresses = [stack.enter_context(serving(each)) for each in (shipped, room, slow)]
        browser = stack.enter_context(_chromium())
        camera = Camera(browser, folder)
        _asked(camera, addresses[0], addresses[1])
        _under_way(camera, addresses[2], scratch)
        _otherwise(camera, addresses[1])
    for url in camera.outside:
        print(f"asked for from outside: {url}")
    return 1 if camera.outside else 0


def _asked(camera: Camera, shipped: str, room: str) -> None:
    with camera.at(shipped) as page:
        camera.take(page, "first-view")
    with camera.at(room) as page:
        ask(page, HURT)
        page.locator(".answer .chip").first.click()
        page.wait_for_selector("#quoted")
        camera.take(page, "cited")
    with camera.at(room) as page:
        ask(page, CONFLICT)
        camera.take(page, "conflict")
        ask(page, "What is the capital of France?")
        camera.take(page, "refusal")


def _under_way(camera: Camera, slow: str, scratch: Path) -> None:
    with camera.at(slow) as page:
        page.fill("#box textarea", "Who was at the wheel when the Lady Ansa crashed?")
        page.keyboard.press("Enter")
        page.locator("#live .checked").nth(1).wait_for()
        camera.take(page, "streaming")
        page.get_by_role("tab", name="Documents").click()
        files = []
        for number in range(4):
            files.append(scratch / f"harbour report {number + 1}.txt")
            files[-1].write_text(
                "\n\n".join(f"Berth {n} was dredged to {n % 9 + 3} metres in week {number}." for n in range(500))
            )
        files.append(scratch / "plan.exe")
        files[-1].write_bytes(b"MZ")
        page.set_input_files("#picked", files)
        page.wait_for_selector("#progress .indexed")
        camera.take(page, "upload")
        page.get_by_role("button", name="Cancel").click()


def _otherwise(camera: Camera, room: str) -> None:
    with camera.at(room, color_scheme="dark") as page:
        ask(page, CONFLICT)
        page.locator(".conflict .chip").first.click()
        page.wait_for_selector("#quoted")
        camera.take(page, "dark")
    with camera.at(room, viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True) as page:
        ask(page, CONFLICT)
        camera.take(page, "phone")
        page.locator(".conflict .chip").first.click()
        page.wait_for_selector("#quoted")
        camera.take(page, "phone-proof")
    with camera.at(room) as page:
        for tab in ("Documents", "Evaluation", "Settings", "API"):
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(2500 if tab == "Settings" else 800)
            if tab == "Evaluation":
                page.get_by_role("button", name="evaluation,").click()
                page.wait_for_selector(".worst, .plots")
            if tab == "Documents":
                page.fill("#find :is(input, textarea)", "who was at the wheel")
                page.keyboard.press("Enter")
                page.wait_for_selector(".hit")
            camera.take(page, tab.lower())


def _evaluate(assistant: Assistant, folder: Path) -> None:
    """An evaluation of forty questions, where the page looks for a reader's own."""
    shutil.copytree(HERE / "eval" / "newsroom", folder, ignore=shutil.ignore_patterns("runs"))
    run(select(load(folder, read_folder), limit=40), assistant.ask)


@contextmanager
def _opened(index_dir: Path, documents: Path, writer: Writer | None = None) -> Iterator[Assistant]:
    with Assistant.open(Settings(index_dir=index_dir, writer="extractive"), writer=writer) as assistant:
        assistant.index(documents)
        yield assistant


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))
