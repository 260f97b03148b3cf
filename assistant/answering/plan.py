"""Decides from the evidence what the answer will say: which quotations and conflicts, or a refusal.

This is the only place where probabilities are compared with thresholds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from assistant.answering.conflict import find_conflicts
from assistant.answering.order import deciding_first
from assistant.answering.records import records
from assistant.answering.thresholds import Thresholds
from assistant.answering.versions import replaced, without_replaced
from assistant.english.claims import is_order
from assistant.english.lexicon import CONSEQUENCES, DEMONSTRATIVES, PERSONAL_PRONOUNS, REASONS, any_of
from assistant.english.names import names
from assistant.english.negation import denies
from assistant.english.quantities import quantities
from assistant.english.tokens import content_stems, overlap, words
from assistant.ingest.blocks import LISTED
from assistant.ingest.statements import statements
from assistant.query.parse import QuestionParts, parse_question
from assistant.retrieval.binding import asked, compared_things
from assistant.retrieval.mentions import names_thing
from assistant.retrieval.tables import of_polarity
from assistant.types import (
    ConflictCandidate,
    Evidence,
    FindDocument,
    Part,
    Plan,
    Quotation,
    Sentence,
    Statement,
)

MAX_SOURCES = 3
"""Sources cited for one statement at most."""

SAME = 0.7
"""Overlap of content words (Jaccard) from which two sentences say the same."""

ADJACENT = 3
"""Characters between a sentence and the one before it at most."""

MAX_NEAREST = 3
"""Statements that a refusal quotes as the nearest."""

MAX_ITEMS = 40
"""Items of one list that an answer shows at most."""

MAX_SHOWN = 6
"""Statements that a language model is shown, unless more are quoted."""

LIKELY = 0.02
"""Probability from which a model is shown a statement that is not quoted."""

_YES_NO = re.compile(r"[:·|]\s*(yes|no)\W*\Z", re.IGNORECASE)
_REASON = re.compile(rf"{any_of(REASONS)}\b", re.IGNORECASE)
_RELATES = re.compile(rf"{any_of((*REASONS, *CONSEQUENCES))}\b", re.IGNORECASE)
_POINTS_BACK = re.compile(rf"{any_of((*PERSONAL_PRONOUNS, *DEMONSTRATIVES))}\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)


class Limits(NamedTuple):
    """How long an answer may be: words of its quotations together."""

    words: int = 80

    def of(self, question: QuestionParts, part: Part) -> int:
        """Words for one part: twice as many where a list or a summary is asked for."""
        return 2 * self.words if question.wants_list or part.summary else self.words


def plan(evidence: Evidence, thresholds: Thresholds, limits: Limits, document: FindDocument) -> Plan:
    """The plan of an answer from ``evidence``.

    A part is answered if its answerability reaches the threshold. Its best sentence is chosen first, then the sides
    of conflicts and the best sentence for each offered option, then further sentences by probability as long as they
    fit. If the question asks for a list and the best statement belongs to one, all items of that list are chosen. If
    no part reaches the threshold but some reach that for a language model, those are planned, and the plan is hesitant.
    """
    answered = _reaching(evidence, thresholds.answer)
    hesitant = not answered
    answered = answered or _reaching(evidence, thresholds.attempt)
    if not answered:
        return Plan(question=evidence.question, nearest=_nearest(evidence, thresholds), evidence=evidence)
    conflicts = tuple(
        conflict
        for part in answered
        if not part.summary
        for conflict in find_conflicts(parse_question(part.question), part.sentences, thresholds)
    )
    lists = [_list_asked(part, document) for part in answered]
    led = [part for part, items in zip(answered, lists, strict=True) if not items or part.sentences[0] in items]
    chosen = _Chosen()
    for sentence in _required(evidence, led, conflicts, thresholds):
        chosen.take(sentence)
    omitted = 0
    for part, items in zip(answered, lists, strict=True):
        question = parse_question(part.question)
        limit = limits.of(question, part)
        omitted += chosen.take_list(items, limit)
        for sentence in _likely(part, thresholds):
            if chosen.lists(sentence):
                continue
            if chosen.is_worth(question, sentence, thresholds) and chosen.words + _length(sentence) <= limit:
                chosen.take(sentence)
    quotations = chosen.in_reading_order(
        keep_order=all(part.summary for part in answered), lead=_lead(answered[0], evidence)
    )
    earlier = _replaced(quotations, document)
    conflicts = tuple(without_replaced(conflicts, earlier))
    if not asked(parse_question(evidence.question)).dates:
        quotations = tuple(sorted(quotations, key=lambda quotation: quotation.best.source in earlier))
    return Plan(
        question=evidence.question,
        quotations=quotations if conflicts else deciding_first(evidence.question, quotations),
        conflicts=conflicts,
        earlier=earlier,
        unanswered=tuple(part.question for part in evidence.parts if part not in answered),
        omitted=omitted,
        counted=sum(len(items) for part, items in zip(answered, lists, strict=True) if part.counted),
        hesitant=hesitant,
        nearest=_nearest(evidence, thresholds) if hesitant else (),
        evidence=evidence,
    )


def statements_for_model(plan: Plan) -> tuple[Sentence, ...]:
    """The statements that a model is shown: the planned quotations, then the best others.

    ``[n]`` in the model's prose cites the n-th of them. Orders to a reader are left out: a model might obey them.
    Others are shown only if they are likely, so that the model reads few words, or if the plan is hesitant.
    """
    quoted = [sentence for quotation in plan.quotations for sentence in quotation.sentences]
    least = 0.0 if plan.hesitant else LIKELY
    others = [s for s in plan.evidence.sentences if s not in quoted and s.probability >= least]
    most = max(MAX_SHOWN, len(quoted))
    return tuple(sentence for sentence in [*quoted, *others] if not is_order(sentence.text))[:most]


def _replaced(quotations: Sequence[Quotation], document: FindDocument) -> frozenset[str]:
    """The sources of quotations that another quoted document replaces."""
    sources = dict.fromkeys(sentence.source for quotation in quotations for sentence in quotation.sentences)
    return replaced([found for source in sources if (found := document(source))]) if len(sources) > 1 else frozenset()


def _reaching(evidence: Evidence, threshold: float) -> list[Part]:
    return [part for part in evidence.parts if part.answerability >= threshold and part.sentences]


class _Chosen:
    """The quotations chosen so far."""

    def __init__(self) -> None:
        self._groups: list[list[Sentence]] = []
        self._listed: set[tuple[str, int]] = set()

    @property
    def words(self) -> int:
        return sum(_length(group[0]) for group in self._groups)

    def take(self, sentence: Sentence) -> None:
        """Add ``sentence``, to the group of a sentence that says the same if there is one."""
        for group in self._groups:
            if sentence in group or (sentence.source, sentence.start) == (group[0].source, group[0].start):
                return
            if _same(group[0], sentence):
                if all(other.source != sentence.source for other in group) and len(group) < MAX_SOURCES:
                    group.append(sentence)
                return
        self._groups.append([sentence])

    def take_list(self, items: Sequence[Sentence], limit: int) -> int:
        """Add the items of a list as far as they fit; returns how many do not."""
        held = {(group[0].source, group[0].start) for group in self._groups}
        omitted = 0
        for item in items:
            place = (item.source, item.start)
            if place not in held:
                if omitted or len(self._listed) >= MAX_ITEMS or self.words + _length(item) > limit:
                    omitted += 1
                    continue
                self._groups.append([item])
            self._listed.add(place)
        return omitted

    def lists(self, sentence: Sentence) -> bool:
        """Whether a list of the sentence's document was taken, which already has everything that belongs to it."""
        return any(source == sentence.source for source, _ in self._listed)

    def is_worth(self, question: QuestionParts, sentence: Sentence, thresholds: Thresholds) -> bool:
        """Whether a further sentence is likely enough and adds something."""
        if question.wants_list:
            return sentence.probability >= thresholds.listed
        same_source = [quote for group in self._groups for quote in group if quote.source == sentence.source]
        listed = [quote for quote in same_source if sentence.kind in LISTED and _list_of(quote) == _list_of(sentence)]
        if any(len(question.content & _stems(quote)) > len(question.content & _stems(sentence)) for quote in listed):
            return False  # another row than the one that was asked for
        if sentence.answer and any(
            content_stems(quote.answer) == content_stems(sentence.answer) for quote in same_source
        ):
            return False
        return sentence.probability >= (thresholds.further if same_source else thresholds.other_source)

    def in_reading_order(self, keep_order: bool, lead: Sequence[Sentence]) -> tuple[Quotation, ...]:
        """The quotations, best source first and each source's in the order of its document, but for the ``lead``.

        What opens with a pronoun does not lead, nor does an item of a list that is shown.
        """
        groups = list(self._groups)
        if not keep_order:
            first_use = {group[0].source: i for i, group in reversed(list(enumerate(groups)))}
            leads = {(s.source, s.start) for s in lead if not _POINTS_BACK.match(lead[0].text)} - self._listed
            groups.sort(key=lambda group: (first_use[group[0].source], _place(group[0]) not in leads, group[0].start))
        lists = Counter(_list_of(group[0]) for group in groups)
        return tuple(
            Quotation(sentences=tuple(group), listed=group[0].kind in LISTED and lists[_list_of(group[0])] > 1)
            for group in groups
        )


def _list_of(sentence: Sentence) -> tuple[str, str, str]:
    """What the items of one list or the rows of one table have in common."""
    return sentence.source, sentence.kind, sentence.context


def _likely(part: Part, thresholds: Thresholds) -> list[Sentence]:
    """The sentences of ``part`` that may be quoted: all of a summary; else the best and the likely ones."""
    if part.summary:
        return list(part.sentences)
    best, *others = part.sentences
    return [best, *(sentence for sentence in others if sentence.probability >= thresholds.likely)]


def _nearest(evidence: Evidence, thresholds: Thresholds) -> tuple[Sentence, ...]:
    """The statements that a refusal shows: the best of each source, or none if nothing is near."""
    best: dict[str, Sentence] = {}
    for sentence in evidence.sentences if evidence.answerability >= thresholds.near else ():
        best.setdefault(sentence.source, sentence)
    return tuple(best.values())[:MAX_NEAREST]


def _required(
    evidence: Evidence, answered: Sequence[Part], conflicts: Sequence[ConflictCandidate], thresholds: Thresholds
) -> list[Sentence]:
    """Sentences that must be shown: each part's best, the sides of conflicts, the best one for each offered option."""
    required: list[Sentence] = []
    for part in answered:
        required += _lead(part, evidence)
    required += [sentence for conflict in conflicts for sentence in conflict.sentences]
    required += _of_each_thing(evidence, thresholds)
    for option in parse_question(evidence.question).options:
        holding = (s for s in evidence.sentences if s.probability >= thresholds.option and option & _stems(s))
        required += [s for s in [next(holding, None)] if s is not None]
    return required


def _lead(part: Part, evidence: Evidence) -> list[Sentence]:
    """The best sentence of a part, with those that it cannot be understood without: before or behind it, or in its
    form.
    """
    best = part.sentences[0]
    question = parse_question(part.question)
    if of_forms := records(question, best, part.sentences):
        return of_forms
    asks = question.answer_type
    before = _named_before(best, evidence) if asks == "person" else _told_before(best, evidence)
    return [*before, best, *(_reason_after(best, evidence) if asks == "reason" else [])]


def _place(sentence: Sentence) -> tuple[str, int]:
    return sentence.source, sentence.start


def _of_each_thing(evidence: Evidence, thresholds: Thresholds) -> list[Sentence]:
    """If the question names several things of a kind (plan A and plan B), the best sentence about each."""
    things = compared_things(parse_question(evidence.question))
    likely = [s for s in evidence.sentences if s.probability >= thresholds.option]
    found = (next((s for s in likely if names_thing(thing, s.shown)), None) for thing in things)
    return [sentence for sentence in found if sentence is not None]


def _named_before(sentence: Sentence, evidence: Evidence) -> list[Sentence]:
    """The sentence before ``sentence``, if that has only "he" or "she" and the one before it has a name."""
    if names(sentence.text) or not _PRONOUN.search(sentence.text):
        return []
    return [before for before in _before(sentence, evidence) if names(before.text)]


def _told_before(sentence: Sentence, evidence: Evidence) -> list[Sentence]:
    """The sentence before one that opens with "As a result" or "This is because", which says little alone."""
    return _before(sentence, evidence) if _RELATES.match(sentence.text) else []


def _reason_after(sentence: Sentence, evidence: Evidence) -> list[Sentence]:
    """The sentence behind one, where it gives the reason: "The reason is the mud."."""
    return [s for s in evidence.sentences if _REASON.match(s.text) and sentence in _before(s, evidence)][:1]


def _before(sentence: Sentence, evidence: Evidence) -> list[Sentence]:
    """The sentence that stands directly before one, where it was found as well."""
    earlier = [s for s in evidence.sentences if s.source == sentence.source and s.end <= sentence.start]
    before = max(earlier, key=lambda s: s.end, default=None)
    return [before] if before is not None and sentence.start - before.end <= ADJACENT else []


def _list_asked(part: Part, document: FindDocument) -> tuple[Sentence, ...]:
    """The items of the list that a part asks for; nothing where it asks for none."""
    question = parse_question(part.question)
    wanted = (question.wants_list or part.counted) and not part.summary
    return _whole_list(question, part.sentences[0], document) if wanted else ()


def _whole_list(question: QuestionParts, best: Sentence, document: FindDocument) -> tuple[Sentence, ...]:
    """The items of the list or table that ``best`` belongs to, in order; empty if it belongs to none.

    If the question has a condition that the list's introduction does not ("which orders are cancelled"), only the
    items that meet it are included.
    """
    found = document(best.source) if best.kind in LISTED else None
    if found is None:
        return ()
    every = statements(found)
    at = next((n for n, statement in enumerate(every) if statement.start == best.start), None)
    if at is None:
        return ()

    def belongs(statement: Statement) -> bool:
        return (statement.kind, statement.context) == (best.kind, best.context)

    before = list(takewhile(belongs, reversed(every[:at])))[::-1]
    after = list(takewhile(belongs, every[at + 1 :]))
    made = [*(_as_sentence(s, best, found.text) for s in before), best]
    whole = (*made, *(_as_sentence(s, best, found.text) for s in after))
    if said := of_polarity(question, whole):
        return said
    condition = question.content & _own_stems(best)
    chosen = tuple(item for item in whole if condition <= _own_stems(item))
    if polar := _of_polarity(chosen, denies(question.text)):
        return polar
    return chosen if len(chosen) > 1 else ()


def _of_polarity(items: Sequence[Sentence], negative: bool) -> tuple[Sentence, ...]:
    """Of items that end in "yes" or "no", those that say what is asked for; nothing where the items say neither."""
    said = {item: found[1].lower() for item in items if (found := _YES_NO.search(item.shown))}
    wanted = "no" if negative else "yes"
    return tuple(item for item in said if said[item] == wanted) if 2 * len(said) > len(items) else ()


def _as_sentence(statement: Statement, like: Sentence, text: str) -> Sentence:
    return like.model_copy(
        update={
            "start": statement.start,
            "end": statement.end,
            "text": text[statement.start : statement.end],
            "reading": statement.reading,
            "answer": "",
            "contradiction": None,
        }
    )


def _same(a: Sentence, b: Sentence) -> bool:
    """Whether two sentences have nearly the same words and the same names, figures and denials."""
    if a.context != b.context and a.kind in LISTED:
        return False
    if overlap(set(content_stems(a.text)), set(content_stems(b.text))) < SAME:
        return False
    return denies(a.text) == denies(b.text) and _distinguishing(a.text) == _distinguishing(b.text)


def _distinguishing(text: str) -> frozenset[str]:
    """What makes two statements differ although their other words are the same: figures, dates and names."""
    named = {word.casefold() for name in names(text) for word in name.text.split()}
    return frozenset({*named, *(q.text.casefold() for q in quantities(text))})


def _own_stems(item: Sentence) -> frozenset[str]:
    """Stems of the item's own words, without those of its context: of a row, the cells without the column names."""
    return frozenset(content_stems(item.text)) - frozenset(content_stems(item.context))


def _stems(sentence: Sentence) -> set[str]:
    return set(content_stems(sentence.shown))


def _length(sentence: Sentence) -> int:
    return len(words(sentence.shown))
