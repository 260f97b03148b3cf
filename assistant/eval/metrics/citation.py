"""Are the citations true, and do they point to the evidence: everything is looked up in the texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.eval.cases import Case
from assistant.eval.corpus import Corpus
from assistant.eval.metrics.base import FAILED, PLAIN, Metric, Score, refused
from assistant.eval.normal import plain, says, without_markers
from assistant.types import Answer, Citation, Claim, Span

Sentences = frozenset[tuple[str, int]]

_MARKER = re.compile(r"\[(\d+)\]")
_LEAD = re.compile(r"^[^:“\"]{3,100}?:\s+")
_ENOUGH_WORDS = 5  # shorter texts stand in many documents by chance


def all_citations(answer: Answer) -> list[Citation]:
    """Every citation of the answer, wherever it is kept, each once."""
    everywhere = (
        *answer.citations,
        *(citation for claim in answer.claims for citation in claim.citations),
        *(side.citation for conflict in answer.conflicts for side in conflict.sides),
    )
    return list(dict.fromkeys(everywhere))


def fault(citation: Citation, corpus: Corpus) -> str | None:
    """What is wrong with a citation, or None: its quote must stand in its source at its offsets, letter by
    letter.
    """
    if citation.source not in corpus:
        return f"[{citation.marker}] cites {citation.source!r}, which is not in the corpus"
    text = corpus[citation.source].text
    if not citation.quote.strip():
        return f"[{citation.marker}] quotes nothing"
    if not 0 <= citation.start < citation.end <= len(text):
        return f"[{citation.marker}] points outside {citation.source!r}"
    if text[citation.start : citation.end] != citation.quote:
        return f"[{citation.marker}] is not verbatim at {citation.source}:{citation.start}-{citation.end}"
    return None


def faults(answer: Answer, corpus: Corpus) -> tuple[list[str], int]:
    """What is wrong with the citations of an answer, and how many citations and loose markers it has."""
    cited = all_citations(answer)
    wrong = [text for citation in cited if (text := fault(citation, corpus))]
    meanings: dict[int, Citation] = {}
    for citation in cited:
        first = meanings.setdefault(citation.marker, citation)
        if (first.source, first.start, first.end) != (citation.source, citation.start, citation.end):
            wrong.append(f"[{citation.marker}] stands for two different quotes")
    loose = [
        f"[{number}] has no citation"
        for number in dict.fromkeys(_MARKER.findall(answer.text))
        # A quoted text may have its own bracketed numbers; those are words of the document.
        if int(number) not in meanings and not any(f"[{number}]" in citation.quote for citation in cited)
    ]
    return wrong + loose, len(cited) + len(loose)


def validity(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001 - the shape of a metric
    """Share of citations that are true: the marker resolves, and the quote is verbatim at its offsets."""
    if answer.writer in (PLAIN, FAILED):
        return Score(None, "handed in without citations")
    wrong, total = faults(answer, corpus)
    if not total:
        return Score(None, "no citations")
    return Score(max(0.0, 1 - len(wrong) / total), "; ".join(wrong) or "all true")


def cited_sentences(answer: Answer, corpus: Corpus) -> Sentences:
    """The sentences that valid citations point to."""
    found: set[tuple[str, int]] = set()
    for citation in all_citations(answer):
        if fault(citation, corpus) is None:
            found |= corpus.touched(citation.source, (Span(citation.start, citation.end),))
    return frozenset(found)


def gold_sentences(case: Case, corpus: Corpus) -> list[Sentences]:
    """For each gold quotation the sentences it covers, wherever in its source it stands."""
    return [corpus.touched(e.source, corpus.locate(e.source, e.quote)) for e in case.evidence]


def precision(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """Share of the cited sentences that are gold. A lower bound: another sentence may say the same."""
    if not case.evidence:
        return Score(None, "no gold evidence")
    cited = cited_sentences(answer, corpus)
    if not cited:
        return Score(None, "cites no sentence")
    gold = frozenset().union(*gold_sentences(case, corpus))
    return Score(len(cited & gold) / len(cited), f"{len(cited & gold)} of {len(cited)} cited sentences are gold")


def recall(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """Share of the gold quotations of which at least one sentence is cited."""
    if not case.evidence:
        return Score(None, "no gold evidence")
    cited = cited_sentences(answer, corpus)
    missed = [e for e, gold in zip(case.evidence, gold_sentences(case, corpus), strict=True) if not gold & cited]
    reason = "; ".join(f"misses {e.source}: {e.quote}" for e in missed) or "cites all evidence"
    return Score(1 - len(missed) / len(case.evidence), reason)


def f1(case: Case, answer: Answer, corpus: Corpus) -> Score:
    """Harmonic mean of precision and recall; 0 where nothing is cited."""
    found, wanted = precision(case, answer, corpus), recall(case, answer, corpus)
    if wanted.value is None:
        return Score(None, wanted.reason)
    p, r = found.value or 0.0, wanted.value
    return Score(2 * p * r / (p + r) if p + r else 0.0, f"precision {p:.2f}, recall {r:.2f}")


def uncited(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """Share of the claims that carry no citation; an answer without claims is one uncited claim."""
    if refused(answer) or not answer.text.strip():
        return Score(None, "no answer was given")
    if not answer.claims:
        return Score(1.0, "no sentence carries a citation")
    bare = [claim.text for claim in answer.claims if not claim.citations]
    return Score(len(bare) / len(answer.claims), "; ".join(bare) or "every claim is cited")


def misattributed(case: Case, answer: Answer, corpus: Corpus) -> Score:  # noqa: ARG001
    """Share of the cited claims that are put into the wrong mouth.

    That is a claim whose words stand in another document and not in the ones it cites; one that names an
    outlet of the corpus which is neither its source nor named in its quotes; or one whose citation gives a
    title, publisher or date that its document does not have.
    """
    cited = [claim for claim in answer.claims if claim.citations]
    if not cited:
        return Score(None, "no cited claims")
    wrong = [text for claim in cited if (text := next(_mistaken(claim, corpus), None))]
    return Score(len(wrong) / len(cited), "; ".join(wrong) or "every claim is its source's own")


def _mistaken(claim: Claim, corpus: Corpus) -> Iterator[str]:
    yield from _misdescribed(claim, corpus)
    yield from _named_by_mistake(claim, corpus)
    yield from _said_elsewhere(claim, corpus)


def _misdescribed(claim: Claim, corpus: Corpus) -> Iterator[str]:
    for citation in claim.citations:
        if citation.source in corpus:
            metadata = corpus.metadata(citation.source)
            for field in ("title", "publisher", "published"):
                given = getattr(citation, field)
                if given != getattr(metadata, field):
                    yield f"[{citation.marker}] gives {citation.source!r} the {field} {given!r}"


def _named_by_mistake(claim: Claim, corpus: Corpus) -> Iterator[str]:
    own = {corpus[c.source].publisher or "" for c in claim.citations if c.source in corpus}
    quoted = " ".join(citation.quote for citation in claim.citations)
    said = claim.text
    for name in sorted(own, key=len, reverse=True):
        said = said.replace(name, "") if name else said  # "Evening Herald" does not name the "Herald"
    for outlet in sorted(corpus.publishers - own):
        named = outlet in said and re.search(rf"(?<!\w){re.escape(outlet)}(?!\w)", said)
        if named and not says(quoted, outlet):
            yield f"names {outlet!r}, which it does not cite"


def _said_elsewhere(claim: Claim, corpus: Corpus) -> Iterator[str]:
    cited = {citation.source for citation in claim.citations}
    words = plain(_LEAD.sub("", without_markers(claim.text), count=1).strip(' “”"'))
    if len(words.split()) < _ENOUGH_WORDS or any(s in corpus and words in plain(corpus[s].text) for s in cited):
        return
    for source, document in corpus.items():
        if source not in cited and words in plain(document.text):
            yield f"stands in {source!r}, which it does not cite"
            return


CITATION = (
    Metric("citation_validity", "citation", "citations that are verbatim where they say", "higher", validity),
    Metric("citation_precision", "citation", "share of cited sentences that are gold", "higher", precision),
    Metric("citation_recall", "citation", "share of the gold evidence that is cited", "higher", recall),
    Metric("citation_f1", "citation", "harmonic mean of the two", "higher", f1),
    Metric("uncited_claims", "citation", "share of claims without a citation", "lower", uncited),
    Metric(
        "misattributed_claims",
        "citation",
        "share of cited claims given to the wrong source",
        "lower",
        misattributed,
    ),
)
