"""Programs that tests start and interrupt, and what they must not load."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENGINES = (
    "chromadb",
    "tantivy",
    "ctranslate2",
    "tokenizers",
    "trafilatura",
    "gradio",
    "llama_index",
    "ollama",
    "numpy",
)
"""Modules that take long to import."""


@contextmanager
def children_hear_ctrl_c(hear: bool = True) -> Iterator[None]:
    """Whether a program started in here ends on Ctrl-C, as in a terminal, or ignores it, as a script's background job.

    Without it that depends on how the tests were started.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler if hear else signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
