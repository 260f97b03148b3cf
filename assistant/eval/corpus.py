"""The documents of an exam as the judge sees them: texts, their sentences, and where a quotation stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from assistant.english.sentences import split_sentences
from assistant.types import Document, DocumentMetadata, Span


class Corpus(Mapping[str, Document]):
    """Documents by source. What an answer says about a text is never trusted; it is looked up here.

    Sentences and places of quotations are worked out once and kept: they depend on the texts alone.
    """

    def __init__(self, documents: Mapping[str, Document | str]) -> None:
        self._documents = {
            source: Document(source=source, title=source, text=given) if isinstance(given, str) else given
            for source, given in documents.items()
        }
        self._sentences: dict[str, tuple[Span, ...]] = {}
        self._places: dict[tuple[str, str], tuple[Span, ...]] = {}
        self._touched: dict[tuple[str, tuple[Span, ...]], frozenset[tuple[str, int]]] = {}

    def __getitem__(self, source: str) -> Document:
        return self._documents[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def metadata(self, source: str) -> DocumentMetadata:
        """Title, publisher and date of a document, without its text."""
        document = self[source]
        return DocumentMetadata(
            source=source,
            title=document.title,
            publisher=document.publisher,
            published=document.published,
            kind=document.kind,
        )

    @cached_property
    def publishers(self) -> frozenset[str]:
        """Every publisher of the corpus."""
        return frozenset(document.publisher for document in self.values() if document.publisher)

    def sentences(self, source: str) -> tuple[Span, ...]:
        """Spans of the sentences of one document, in order."""
        if source not in self._sentences:
            self._sentences[source] = tuple(split_sentences(self[source].text))
        return self._sentences[source]

    def locate(self, source: str, quote: str) -> tuple[Span, ...]:
        """Every place where ``quote`` stands in a document; any run of blanks and line breaks counts as one.

        Empty when the source is unknown or does not hold the quote.
        """
        key = (source, quote)
        if key not in self._places:
            self._places[key] = self._find(source, quote)
        return self._places[key]

    def _find(self, source: str, quote: str) -> tuple[Span, ...]:
        if source not in self._documents or not quote.strip():
            return ()
        pattern = r"\s+".join(re.escape(word) for word in quote.split())
        return tuple(Span(*match.span()) for match in re.finditer(pattern, self[source].text))

    def touched(self, source: str, spans: tuple[Span, ...]) -> frozenset[tuple[str, int]]:
        """The sentences, as ``(source, number)``, that any of the spans covers (see ``covers``)."""
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


def covers(span: Span, gold: Span) -> bool:
    """Whether two spans are about the same text: they share at least half of the shorter one.

    Half, and of the shorter one, because a chunk may cut a quotation and a quotation may hold several
    sentences.
    """
    shared = min(span.end, gold.end) - max(span.start, gold.start)
    shorter = min(span.end - span.start, gold.end - gold.start)
    return shared > 0 and 2 * shared >= shorter
