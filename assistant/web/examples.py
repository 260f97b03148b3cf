"""Example questions made from the documents: about the people and places they name most, each tested first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from assistant.api import Assistant
from assistant.english.names import names
from assistant.errors import AssistantError
from assistant.types import Document

WANTED = 4
_READ = 24  # documents looked at
_TRIED = 40  # questions asked, at some 20 ms each
_SPEECH = r"(?:said|says|told|wrote|warned|argued|added|insisted|believes|thinks)"


def examples(assistant: Assistant, wanted: int = WANTED) -> tuple[str, ...]:
    """Questions that the documents answer, from different documents if possible; none if nothing is indexed."""
    try:
        status = assistant.status()
        return _drawn(assistant, status.generation, wanted) if status.documents else ()
    except AssistantError:
        return ()


@lru_cache(maxsize=8)
def _drawn(assistant: Assistant, generation: int, wanted: int) -> tuple[str, ...]:  # noqa: ARG001 - a part of the key
    quick = assistant.with_settings(writer="extractive")  # a model would be kept busy for minutes
    found: list[str] = []
    spare: list[str] = []
    used: set[str] = set()
    tried = 0
    listed = sorted(assistant.documents(), key=lambda each: (each.published is None, each.source))
    for each in listed[:_READ]:
        document = assistant.document(each.source)
        for question in _candidates(document) if document else ():
            if tried >= _TRIED or len(found) >= wanted:
                return tuple(found)
            tried += 1
            answer = quick.ask(question)
            cited = {citation.source for citation in answer.citations}
            if answer.outcome not in ("answered", "conflicting"):
                continue
            if cited - used:
                found.append(question)
                used |= cited
                break
            spare.append(question)
    return tuple(dict.fromkeys([*found, *spare]))[:wanted]


def _candidates(document: Document) -> Iterator[str]:
    """Possible questions, the best first: what its speakers said about its topic, then about its main names."""
    text = document.text
    counted = Counter(text[name.start : name.end] for name in names(text))
    common = [name for name, _ in counted.most_common(12) if _presentable(name)]
    speakers = [name for name in common if _speaks(name, text)]
    topics = [name for name in common if name not in speakers]
    for speaker in speakers:
        for topic in topics[:1]:
            yield f"What did {speaker} say about {_with_article(topic, text)}?"
        yield f"What did {speaker} say?"
    for topic in [*topics, *speakers][:3]:
        yield f"What is said about {_with_article(topic, text)}?"


def _presentable(name: str) -> bool:
    """Whether a name reads well in a question: two or three whole words."""
    words = name.split()
    return 2 <= len(words) <= 3 and all(len(word) > 2 and word.isalpha() and word[0].isupper() for word in words)


def _speaks(name: str, text: str) -> bool:
    return bool(re.search(rf"{re.escape(name)},? {_SPEECH}|{_SPEECH} (?:\w+ ){{0,2}}{re.escape(name)}", text))


def _with_article(name: str, text: str) -> str:
    with_article = len(re.findall(rf"\b[Tt]he {re.escape(name)}", text))
    return f"the {name}" if with_article > 1 and 2 * with_article > text.count(name) else name
