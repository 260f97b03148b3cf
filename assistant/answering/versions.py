"""Documents that a later version replaces: their values are no other side of a conflict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.english.quantities import dates_in, same_value
from assistant.english.tokens import content_stems
from assistant.types import ConflictCandidate, Document

HEAD = 600
"""Characters at the start of a document in which its version and its date are looked for."""

_VERSION = re.compile(r"\b(?:version|revision|rev|edition|issue|v)[ ._-]?(\d{1,3}(?:\.\d{1,3})*)\b", re.IGNORECASE)
_REPLACES = re.compile(
    r"\b(?:(?:replac|supersed|revok)(?:es?|ed|ing)|amend(?:s|ing)?|in place of)\b"
    r"(?P<what>[^\n]{1,160}?)(?:\.\s|\n|\.?\Z)",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"\W*\b(?:version|revision|rev|edition|issue|v)?[ ._-]?\d[\d.]*\b", re.IGNORECASE)


def replaced(documents: Sequence[Document]) -> frozenset[str]:
    """The sources of those of ``documents`` that another of them says it replaces, or that are its earlier version."""
    return frozenset(old.source for old in documents if any(_replaces(new, old) for new in documents if new is not old))


def without_replaced(conflicts: Iterable[ConflictCandidate], earlier: frozenset[str]) -> Iterator[ConflictCandidate]:
    """``conflicts`` without the sides of replaced documents; none of which fewer than two sides are left."""
    for conflict in conflicts:
        kept = [n for n, sentence in enumerate(conflict.sentences) if sentence.source not in earlier]
        if len(kept) > 1:
            values, sentences = conflict.values, conflict.sentences
            yield conflict.model_copy(
                update={"values": tuple(values[n] for n in kept), "sentences": tuple(sentences[n] for n in kept)}
            )


def _replaces(new: Document, old: Document) -> bool:
    """Whether ``new`` is a later version of a document of the same title, or says that it replaces ``old``."""
    if _series(new) == _series(old) and (mine := _version(new)) and (other := _version(old)):
        return mine > other
    return any(_means(found["what"], new, old) for found in _REPLACES.finditer(new.text[: 4 * HEAD]))


def _means(what: str, new: Document, old: Document) -> bool:
    """Whether the words behind "replaces" name the date or the version of ``old``, or all of its title."""
    dates = [
        date for date in dates_in(what) if any(same_value(date, own) for own in dates_in(f"{old.title}\n{_head(old)}"))
    ]
    version = _VERSION.search(what)
    same_version = version is not None and _series(new) == _series(old) and _number(version[1]) == _version(old)
    title = set(content_stems(old.title))
    names_it = len(title) > 1 and title <= set(content_stems(what)) and not dates and not version
    return bool(dates) or same_version or (names_it and _series(new) != _series(old))


def _series(document: Document) -> str:
    """The title of all versions of a document."""
    return _NUMBERING.sub("", document.title).strip(" :-()").casefold()


def _version(document: Document) -> tuple[int, ...]:
    found = _VERSION.search(document.title) or _VERSION.search(_head(document)) or _VERSION.search(document.source)
    return _number(found[1]) if found else ()


def _number(said: str) -> tuple[int, ...]:
    return tuple(map(int, said.split(".")))


def _head(document: Document) -> str:
    return document.text[:HEAD]
