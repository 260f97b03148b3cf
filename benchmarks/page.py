"""Measures the seconds from ``assistant chat`` to a usable page, step by step: ``python -m benchmarks.page``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks.screenshots import ARGUMENTS, CHROMIUM, HERE

PARTS = """
import os, sys, time
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
began = time.perf_counter()
def report(what):
    global began
    now = time.perf_counter()
    print(f"{what}\\t{now - began:.2f}")
    began = now
import assistant.api, assistant.stores.embedded, assistant.cli; report("our own modules")
from assistant import Assistant, Settings
with Assistant.open(Settings(index_dir=sys.argv[1], writer="extractive")) as opened:
    opened.status(); report("opening the index")
    import pandas; report("import pandas (for gradio)")
    import gradio; report("import gradio")
    import mcp.server.fastmcp; report("import mcp")
    from assistant.web import serve
    serve.build(opened); report("building the page")
    opened.ask("Is it ready?"); report("first question: weights and keyword index")
"""


def until_up(index: Path, port: int) -> float:
    """Seconds from the command to the first byte of the page; then the server is stopped.

    Before that, a small page with status 503 says what is being done.
    """
    started = time.perf_counter()
    command = [sys.executable, "-m", "assistant", "chat", "--no-browser", "--port", str(port), "--index", str(index)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            listens = 0.0
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).close()
                    break
                except (urllib.error.URLError, ConnectionError) as exc:
                    if isinstance(exc, urllib.error.HTTPError):
                        listens = listens or time.perf_counter() - started
                    time.sleep(0.02)
            up = time.perf_counter() - started
            print(f"says what it does\t{listens:.2f}\npage up\t{up:.2f}")
            print(f"first view after that\t{_first_view(port):.2f}")
        finally:
            server.kill()
    return up


def _first_view(port: int) -> float:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto("about:blank")
        started = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("body[data-ready=yes]")
        seconds = time.perf_counter() - started
        browser.close()
    return seconds


def main() -> None:
    """Print the table in seconds; the total is the median of three starts."""
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        build = f"index build {HERE / 'index/documents'} --index {index}".split()
        subprocess.run([sys.executable, "-m", "assistant", *build], check=True, capture_output=True)
        subprocess.run([sys.executable, "-c", PARTS, str(index)], check=True)
        print(f"median until up\t{median(until_up(index, 7970 + n) for n in range(3)):.2f}")


if __name__ == "__main__":
    main()
