"""Puts the answer together: numbers citations by first use, and turns checked statements into claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from assistant.answering.verify import Checked, Place
from assistant.english.quantities import quantities, same_value
from assistant.english.tokens import words
from assistant.errors import IndexStaleError
from assistant.query.parse import asks_figure
from assistant.render import apart_text, claim_text, conflict_text, remainder_text
from assistant.types import (
    NOT_IN_DOCUMENTS,
    Answer,
    Citation,
    Claim,
    Conflict,
    ConflictCandidate,
    Document,
    Dropped,
    FindDocument,
    Outcome,
    Plan,
    Quotation,
    Sentence,
    Side,
    Trace,
    Turn,
)

BRIEF = 6
"""A sentence of fewer words is shown with its heading: "POST /v1/boats: Adds a boat."."""


class Assembly:
    """Builds an answer: ``add`` takes one statement after the other, ``answer`` returns the result."""

    def __init__(self, plan: Plan, document: FindDocument, drop_unsupported: bool = False) -> None:
        self._plan = plan
        self._document = cache(document)  # a document's text may be long, and answers cite few documents often
        self._drop_unsupported = drop_unsupported
        self._dropped: list[Dropped] = []
        self._text: list[str] = []
        self._claims: list[Claim] = []
        self._apart: list[Claim] = []  # what no document bears out
        self._conflicts: list[Conflict] = []
        self._citations: dict[Place, Citation] = {}

    @property
    def is_supported(self) -> bool:
        """Whether the documents support a claim so far: in full where the plan is hesitant, else at least in part."""
        return any(claim.support == "supported" or not self._plan.hesitant for claim in self._claims)

    def missing_sides(self) -> Iterator[Quotation]:
        """Quotations for the sides of conflicts that no claim states yet."""
        missing = [
            sentence
            for conflict in self._plan.conflicts
            for value, sentence in zip(conflict.values, conflict.sentences, strict=True)
            if not self._gives(value, sentence)
        ]
        return (Quotation(sentences=(sentence,)) for sentence in dict.fromkeys(missing))

    def missing_best(self) -> Iterator[Quotation]:
        """Quotations of what answers best, where a model cites nothing that likely answers, or not the asked figure."""
        cited = {(c.source, c.start) for claim in self._claims for c in claim.citations}
        quoted = {s for quotation in self._plan.quotations for s in quotation.sentences}
        for part in self._plan.evidence.parts:
            best = next(iter(part.sentences), None)
            if best is None or best not in quoted or part.summary:
                continue
            likely = {(s.source, s.start) for s in part.sentences if 2 * s.probability >= best.probability}
            if not cited & likely or (asks_figure(part.question) and not self._states(best.answer)):
                yield Quotation(sentences=(best,))

    def _states(self, answer: str) -> bool:
        """Whether a claim states a figure of ``answer``, or there is none in it."""
        wanted = quantities(answer)
        stated = [figure for claim in self._claims for figure in quantities(claim.text)]
        return not wanted or any(same_value(one, other) for one in wanted for other in stated)

    def discard_claims(self) -> None:
        """Drop all claims made so far: quotations take the place of a draft that nothing supports."""
        self._dropped += [Dropped(text=claim.text, reason=claim.reason) for claim in (*self._claims, *self._apart)]
        self._claims, self._apart, self._text, self._citations = [], [], [], {}

    def add(self, item: Checked | Quotation | Dropped) -> str:
        """Add a statement; returns what it adds to the text, which is empty if it is dropped or set apart."""
        if isinstance(item, Dropped):
            self._dropped.append(item)
            return ""
        claim = self._quoted(item) if isinstance(item, Quotation) else self._written(item)
        if not claim.text.strip():
            return ""
        if reason := self._why_not(claim):
            self._dropped.append(Dropped(text=claim.text, reason=reason))
            return ""
        if claim.support == "unsupported":
            self._apart.append(claim)
            return ""
        places = item.places if isinstance(item, Checked) else _places(item)
        claim = claim.model_copy(update={"citations": tuple(map(self._cite, places))})
        piece = claim_text(claim, self._claims[-1] if self._claims else None)
        self._claims.append(claim)
        self._text.append(piece)
        return piece

    def conclude(self) -> str:
        """Add conflicts, unanswered questions and what is set apart; returns what they add to the text."""
        if not self._claims:
            return ""
        self._conflicts = [self._conflict(candidate) for candidate in self._plan.conflicts]
        shown = sum(claim.listed for claim in self._claims)
        below = [*map(conflict_text, self._conflicts)]
        below.append(remainder_text(self._plan.unanswered, shown, self._plan.omitted, self._plan.counted))
        below.append(apart_text(self._apart))
        piece = "".join(f"\n\n{text}" for text in below if text)
        self._text.append(piece)
        return piece

    def answer(self, question: str, history: Sequence[Turn], writer: str, trace: Trace) -> Answer:
        """The finished answer; a refusal when no claim is supported, with what was dropped in the trace.

        Raises IndexStaleError if a cited document was changed or removed in the meantime.
        """
        outcome = self._outcome()
        refused = outcome == "not_in_documents"
        claims = (*self._claims, *self._apart)
        if refused:
            self._dropped += [Dropped(text=claim.text, reason=claim.reason) for claim in claims]
            self._citations = {}
            nearest = tuple(self._cite(Place(s.source, s.start, s.end)) for s in self._plan.nearest)
        self._assert_current(list(self._citations.values()))
        evidence = self._plan.evidence
        return Answer(
            question=question,
            history=tuple(history),
            text=NOT_IN_DOCUMENTS if refused else "".join(self._text),
            outcome=outcome,
            answerability=evidence.answerability,
            claims=() if refused else claims,
            citations=() if refused else tuple(self._citations.values()),
            conflicts=() if refused else tuple(self._conflicts),
            unanswered=() if refused else self._plan.unanswered,
            omitted=0 if refused else self._plan.omitted,
            counted=0 if refused else self._plan.counted,
            nearest=nearest if refused else (),
            passages=evidence.passages,
            writer=writer,
            trace=trace.model_copy(update={"dropped": tuple(self._dropped)}),
        )

    def _quoted(self, quotation: Quotation) -> Claim:
        """A quotation as a claim. It is verbatim by construction; ``answer`` asserts that the document still has it."""
        best = quotation.best
        sources = dict.fromkeys(sentence.source for sentence in quotation.sentences)
        return Claim(
            text=best.shown,
            byline="; ".join(dict.fromkeys(map(self._label, sources))),
            context="" if best.kind == "paragraph" and len(words(best.text)) >= BRIEF else best.context,
            listed=quotation.listed,
            citations=(),
            support="supported",
            reason="verbatim",
        )

    def _label(self, source: str) -> str:
        """How the answer names a source; with its file if another document that was found has the same name, and as
        the earlier version if another one that is quoted replaces it.
        """
        own = self._found(source).metadata
        found = (passage.metadata for passage in self._plan.evidence.passages)
        alike = any(other.source != source and other.header == own.header for other in found)
        label = f"{own.label} ({source})" if alike else own.label
        return f"{label}, earlier version" if source in self._plan.earlier else label

    def _written(self, checked: Checked) -> Claim:
        return Claim(text=checked.text, citations=(), support=checked.support, reason=checked.reason)

    def _why_not(self, claim: Claim) -> str:
        if any((other.text, other.context) == (claim.text, claim.context) for other in (*self._claims, *self._apart)):
            return "said already"
        return claim.reason if self._drop_unsupported and claim.support == "unsupported" else ""

    def _gives(self, value: str, sentence: Sentence) -> bool:
        """Whether a claim cites ``sentence``, or states a figure of ``value`` and cites the same document."""
        for claim in self._claims:
            cited = [c for c in claim.citations if c.source == sentence.source]
            if any((c.start, c.end) == sentence.span for c in cited):
                return True
            figures = quantities(claim.text)
            if cited and any(same_value(figure, other) for figure in quantities(value) for other in figures):
                return True
        return False

    def _outcome(self) -> Outcome:
        support = {claim.support for claim in (*self._claims, *self._apart)}
        if not support - {"unsupported"}:
            return "not_in_documents"
        if self._conflicts:
            return "conflicting"
        return "answered" if support == {"supported"} and not self._plan.unanswered else "partial"

    def _conflict(self, candidate: ConflictCandidate) -> Conflict:
        sides = [
            Side(value=value, citation=self._cite(Place(s.source, s.start, s.end)))
            for value, s in zip(candidate.values, candidate.sentences, strict=True)
        ]
        # Newest first; what has no date comes last.
        sides.sort(key=lambda side: side.citation.published.toordinal() if side.citation.published else 0, reverse=True)
        return Conflict(about=candidate.about, sides=tuple(sides))

    def _cite(self, place: Place) -> Citation:
        if place not in self._citations:
            document = self._found(place.source)
            self._citations[place] = Citation(
                **document.metadata.model_dump(),
                marker=len(self._citations) + 1,
                start=place.start,
                end=place.end,
                quote=document.text[place.start : place.end],
                page=document.page_at(place.start),
            )
        return self._citations[place]

    def _found(self, source: str) -> Document:
        document = self._document(source)
        if document is None:  # another process removed it from the index while this answer was written
            raise IndexStaleError(f"The document {source!r} is no longer indexed. Ask again.")
        return document

    def _assert_current(self, citations: Sequence[Citation]) -> None:
        self._document.cache_clear()
        for citation in citations:
            if self._found(citation.source).text[citation.start : citation.end] != citation.quote:
                raise IndexStaleError(f"The document {citation.source!r} changed while it was quoted. Ask again.")


def _places(quotation: Quotation) -> tuple[Place, ...]:
    return tuple(Place(s.source, s.start, s.end) for s in quotation.sentences)
