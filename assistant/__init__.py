"""Ask questions about a folder of documents and get answers that prove themselves.

>>> from assistant import ask
>>> print(ask("When was the ceasefire reached?"))  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.api import Assistant, ask
    from assistant.errors import AssistantError
    from assistant.settings import Settings
    from assistant.types import (
        NOT_IN_DOCUMENTS,
        Answer,
        Citation,
        Claim,
        Conflict,
        Delta,
        Document,
        Filter,
        Passage,
        Turn,
    )

__all__ = [
    "NOT_IN_DOCUMENTS",
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "Claim",
    "Conflict",
    "Delta",
    "Document",
    "Filter",
    "Passage",
    "Settings",
    "Turn",
    "ask",
]


# Names are resolved on first use: importing the package must not load an engine.
_HOMES = {"Assistant": "api", "ask": "api", "AssistantError": "errors", "Settings": "settings"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(f"assistant.{_HOMES.get(name, 'types')}"), name)


def __dir__() -> list[str]:
    return __all__
