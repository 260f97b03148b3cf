"""What the tests of the page share: a server of their own in a process of its own, and the system's Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEWSROOM = ROOT / "eval" / "newsroom" / "documents"

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = "REQUIRE_CHROMIUM"
"""Environment variable that turns a missing browser from a skip into a failure."""

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get(REQUIRED), reason="there is no Chromium: apt-get install chromium"
)
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class PageServer:
    """A process that serves the page twice over one index, see ``tests.page_server``."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log
        self.home, self.away = self._heard().split(" ")

    def tell(self, command: str) -> None:
        """Give a command and wait until it has been carried out."""
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        assert self._heard() == command

    def _heard(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, self._log.read_text()
        return line


@contextmanager
def page_server(index_dir: Path, *documents: Path, password: str = "secret") -> Iterator[PageServer]:  # noqa: S107
    """A server of the page over an index of these folders; conversations on disk are in ``<index>/state``."""
    command = [sys.executable, "-m", "tests.page_server", str(index_dir), password, *map(str, documents)]
    state = {f"XDG_{kind}_HOME": str(index_dir / kind.lower()) for kind in ("STATE", "DATA")}
    log = index_dir.with_suffix(".log")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | state,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield PageServer(process, log)
        finally:
            process.kill()


def pdf(*pages: str) -> bytes:
    """A PDF of one line a page."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    for n, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET"
        resources = f"/Resources<</Font<</F1 {font}>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {4 + 2 * n} 0 R{resources}>>")
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    )
    return (out + end).encode("latin-1")
