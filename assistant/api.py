"""The only wiring: an Assistant is an index, an embedder and a writer behind four verbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from assistant.index.store import Index
from assistant.ports import Embedder, Writer
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Delta,
    Document,
    Filter,
    IndexedDocument,
    IndexReport,
    OnProgress,
    Passage,
    Turn,
)
