"""Citations: whether they are true and point to the evidence. Everything is looked up in the texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.eval.corpus import Corpus
from assistant.eval.matching import plain, says, without_markers
from assistant.eval.metrics.base import FAILED, PLAIN, Metric, Sample, Score
from assistant.types import Citation, Claim

_MARKER = re.compile(r"\[(\d+)\]")
_ENOUGH_WORDS = 5  # shorter texts are in many documents by chance


def faults(sample: Sample) -> tuple[list[str], int]:
    """What is wrong with the citations of an answer, and the number of its citations and of markers without one."""
    wrong = [text for citation in sample.citations if (text := sample.corpus.fault(citation))]
    meanings: dict[int, Citation] = {}
    for citation in sample.citations:
        first = meanings.setdefault(citation.marker, citation)
        if (first.source, first.start, first.end) != (citation.source, citation.start, citation.end):
            wrong.append(f"[{citation.marker}] stands for two different quotes")
    loose = [
        f"[{number}] has no citation"
        for number in dict.fromkeys(_MARKER.findall(sample.answer.text))
        # A quoted text may have its own bracketed numbers; those are words of the document.
        if int(number) not in meanings and not any(f"[{number}]" in citation.quote for citation in sample.citations)
    ]
    return wrong + loose, len(sample.citations) + len(loose)


def validity(sample: Sample) -> Score:
    """Share of citations that are true: the marker resolves, and the quote is verbatim at its offsets."""
    if sample.answer.writer in (PLAIN, FAILED):
        return Score(None, "handed in without citations")
    wrong, total = faults(sample)
    if not total:
        return Score(None, "no citations")
    return Score(max(0.0, 1 - len(wrong) / total), "; ".join(wrong) or "all true")


def precision(sample: Sample) -> Score:
    """Share of the cited sentences that are gold. A lower bound: another sentence may say the same."""
    if not sample.case.evidence:
        return Score(None, "no gold evidence")
    cited = sample.cited
    if not cited:
        return Score(None, "cites no sentence")
    gold = cited & frozenset().union(*sample.gold)
    return Score(len(gold) / len(cited), f"{len(gold)} of {len(cited)} cited sentences are gold")


def recall(sample: Sample) -> Score:
    """Share of the gold quotations of which at least one sentence is cited."""
    evidence = sample.case.evidence
    if not evidence:
        return Score(None, "no gold evidence")
    missed = [e for e, gold in zip(evidence, sample.gold, strict=True) if not gold & sample.cited]
    reason = "; ".join(f"misses {e.source}: {e.quote}" for e in missed) or "cites all evidence"
    return Score(1 - len(missed) / len(evidence), reason)


def f1(sample: Sample) -> Score:
    """Harmonic mean of precision and recall; 0 if nothing is cited."""
    found, wanted = precision(sample), recall(sample)
    if wanted.value is None:
        return Score(None, wanted.reason)
    p, r = found.value or 0.0, wanted.value
    return Score(2 * p * r / (p + r) if p + r else 0.0, f"precision {p:.2f}, recall {r:.2f}")


def uncited(sample: Sample) -> Score:
    """Share of the claims without a citation; an answer without claims is one uncited claim."""
    claims = sample.answer.claims
    if sample.silent:
        return Score(None, "no answer was given")
    if not claims:
        return Score(1.0, "no sentence carries a citation")
    bare = [claim.text for claim in claims if not claim.citations]
    return Score(len(bare) / len(claims), "; ".join(bare) or "every claim is cited")


def misattributed(sample: Sample) -> Score:
    """Share of the cited claims that are attributed to the wrong source.

    Such a claim has words that are in another document and not in the ones it cites; or it names a publisher of the
    corpus that is neither its source nor named in its quotes; or its citation gives a title, publisher or date that
    its document does not have.
    """
    cited = [claim for claim in sample.answer.claims if claim.citations]
    if not cited:
        return Score(None, "no cited claims")
    wrong = [text for claim in cited if (text := next(_mistaken(claim, sample.corpus), None))]
    return Score(len(wrong) / len(cited), "; ".join(wrong) or "every claim is its source's own")


def _mistaken(claim: Claim, corpus: Corpus) -> Iterator[str]:
    yield from _misdescribed(claim, corpus)
    yield from _named_by_mistake(claim, corpus)
    yield from _said_elsewhere(claim, corpus)


def _misdescribed(claim: Claim, corpus: Corpus) -> Iterator[str]:
    for citation in claim.citations:
        if citation.source in corpus:
            document = corpus[citation.source]
            for field in ("title", "publisher", "published"):
                given = getattr(citation, field)
                if given != getattr(document, field):
                    yield f"[{citation.marker}] gives {citation.source!r} the {field} {given!r}"


def _named_by_mistake(claim: Claim, corpus: Corpus) -> Iterator[str]:
    cited = [corpus[citation.source] for citation in claim.citations if citation.source in corpus]
    own = {name for document in cited for name in (document.publisher, document.title) if name}
    quoted = " ".join(citation.quote for citation in claim.citations)
    text = f"{claim.byline}: {claim.text}"
    for name in sorted(own, key=len, reverse=True):
        text = text.replace(name, "")  # "Evening Herald" does not name the "Herald"
    for publisher in sorted(corpus.publishers - own):
        named = publisher in text and re.search(rf"(?<!\w){re.escape(publisher)}(?!\w)", text)
        if named and not says(quoted, publisher):
            yield f"names {publisher!r}, which it does not cite"


def _said_elsewhere(claim: Claim, corpus: Corpus) -> Iterator[str]:
    cited = {citation.source for citation in claim.citations}
    words = plain(without_markers(claim.text).strip(' “”"'))
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
    Metric("misattributed_claims", "citation", "share of cited claims of another source", "lower", misattributed),
)
