"""The documents of an evaluation: their texts, their sentences, and the places of quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from assistant.english.sentences import split_sentences
from assistant.types import Block, Chunk, Citation, Document, Span

Sentences = frozenset[tuple[str, int]]
"""Sentences of the corpus, each as its source and its number there."""


class Corpus(Mapping[str, Document]):
    """Documents by source. What an answer says about a text is never trusted but looked up here.

    Sentences and places of quotations depend only on the texts. They are computed once and cached.
    """

    def __init__(self, documents: Mapping[str, Document | str]) -> None:
        self._documents = {
            source: Document(source=source, title=source, text=given) if isinstance(given, str) else given
            for source, given in documents.items()
        }
        self._sentences: dict[str, tuple[Span, ...]] = {}
        self._places: dict[tuple[str, str], tuple[Span, ...]] = {}
        self._touched: dict[tuple[str, tuple[Span, ...]], Sentences] = {}

    def __getitem__(self, source: str) -> Document:
        return self._documents[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def chunk(self, source: str, span: Span) -> Chunk:
        """The text at a place."""
        start, end = span
        return Chunk(source=source, start=start, end=end, text=self[source].text[start:end])

    @cached_property
    def publishers(self) -> frozenset[str]:
        """Every publisher of the corpus."""
        return frozenset(document.publisher for document in self.values() if document.publisher)

    def sentences(self, source: str) -> tuple[Span, ...]:
        """Spans of the sentences of one document, in order; every block that is not running text counts as one."""
        if source not in self._sentences:
            self._sentences[source] = tuple(_sentences(self[source]))
        return self._sentences[source]

    def locate(self, source: str, quote: str) -> tuple[Span, ...]:
        """Every place of ``quote`` in a document; a run of spaces and line breaks counts as one space.

        Empty if the source is unknown or does not have the quote.
        """
        key = (source, quote)
        if key not in self._places:
            pattern = r"\s+".join(re.escape(word) for word in quote.split())
            known = source in self._documents and pattern
            self._places[key] = (
                tuple(Span(*match.span()) for match in re.finditer(pattern, self[source].text)) if known else ()
            )
        return self._places[key]

    def touched(self, source: str, spans: tuple[Span, ...]) -> Sentences:
        """The sentences that any of the spans covers (see ``covers``)."""
        if source not in self._documents:
            return frozenset()
        key = (source, spans)
        if key not in self._touched:
            self._touched[key] = frozenset(
                (source, number)
                for number, sentence in enumerate(self.sentences(source))
                if any(covers(span, sentence) for span in spans)
            )
        return self._touched[key]

    def quoted(self, source: str, quote: str) -> Sentences:
        """The sentences that a quotation covers, at every place in its source."""
        return self.touched(source, self.locate(source, quote))

    def fault(self, citation: Citation) -> str | None:
        """What is wrong with a citation, or None: its source must have its quote, verbatim, at its offsets."""
        if citation.source not in self:
            return f"[{citation.marker}] cites {citation.source!r}, which is not in the corpus"
        text = self[citation.source].text
        if not citation.quote.strip():
            return f"[{citation.marker}] quotes nothing"
        if not 0 <= citation.start < citation.end <= len(text):
            return f"[{citation.marker}] points outside {citation.source!r}"
        if text[citation.start : citation.end] != citation.quote:
            return f"[{citation.marker}] is not verbatim at {citation.source}:{citation.start}-{citation.end}"
        return None


def _sentences(document: Document) -> Iterator[Span]:
    for block in document.blocks or (Block(kind="paragraph", start=0, end=len(document.text)),):
        if block.kind in ("paragraph", "quotation"):
            inside = split_sentences(document.text[block.start : block.end])
            yield from (Span(block.start + start, block.start + end) for start, end in inside)
        else:
            yield Span(block.start, block.end)


def covers(span: Span, gold: Span) -> bool:
    """Whether two spans are about the same text: they share at least half of the shorter one.

    Half of the shorter one, because a chunk may cut a quotation and a quotation may hold several sentences.
    """
    shared = min(span.end, gold.end) - max(span.start, gold.start)
    shorter = min(span.end - span.start, gold.end - gold.start)
    return shared > 0 and 2 * shared >= shorter
