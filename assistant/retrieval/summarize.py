"""Summaries: what a document says, what is said about a topic, what happened on some days.

No single sentence answers such questions. They are recognized strictly by their form: a question for one thing about
a topic is an ordinary question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from assistant.english.claims import is_order
from assistant.english.dates import ANY, Period, bounds, told_in, year_of
from assistant.english.quantities import quantities
from assistant.english.tokens import STOPWORDS, content_stems, overlap, stems, words
from assistant.ports import Hit, PassageStore, StoredChunk, Vectors
from assistant.query.courtesy import without_lead
from assistant.retrieval.features import UNRANKED
from assistant.types import DocumentMetadata, Filter, Sentence

DEPTH = 50
"""How many chunks a search for documents or days returns."""

LONGEST = 400
"""The most chunks of a document that its summary is made from; of a longer one, those nearest to the question."""

MOST_DOCUMENTS = 3
"""The most documents that one summary covers."""

OPENS = 0.1
"""Bonus of a document's first sentence, relative to a cosine of 1; the second gets half of it, and so on."""

SAME = 0.6
"""Overlap of content words (Jaccard) from which two sentences say the same."""

STEP = 0.1
"""The difference between the scores of consecutive sentences."""

LATER = (31, 366)
"""Days after a period in which documents may still call it "last month"; after a year, "last year"."""

MOST_YEARS = 3
"""How many years are searched if the question names none: the latest in which documents were published."""


class Scope(NamedTuple):
    """What a summary is chosen from: documents of ``store`` that ``where`` admits, and the question's ``vector``."""

    store: PassageStore
    vector: Vectors
    where: Filter = Filter()


class Summary(NamedTuple):
    """The chosen sentences in the order in which they are to be read, and the chunks that hold them."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]


def summarize(question: str, scope: Scope, max_words: int) -> Summary | None:
    """A summary in at most ``max_words`` words, or None if ``question`` is an ordinary one.

    A question also counts as ordinary if the document it names is not clear, or if nothing is said about the topic or
    the days it names.
    """
    if period := days_asked(question):
        told = _central(_told(period, scope), max_words)
        years = year_of(period) is not None
        return _made(sorted(told, key=lambda row: _by_day(row, years)), scope) if told else None
    if topic := topic_asked(question):
        told = _central(_on(topic, scope), max_words // 2)
        sources = list(dict.fromkeys(row.source for row in told))
        return _made(sorted(told, key=lambda row: (sources.index(row.source), row.start)), scope) if told else None
    name = document_asked(question)
    chosen: list[_Row] = []
    sources = _named(name, scope) if name else []
    for source in sources:
        rows = _rows(_chunks(source, scope))
        central = _central(rows, max_words // len(sources), OPENS)
        chosen += sorted(central, key=lambda row: row.start)
    return _made(chosen, scope) if chosen else None


# --- the questions --------------------------------------------------------------------------------

_TAIL = re.compile(
    r",? (?:briefly|shortly|concisely|please|for me|to me|in (?:short|brief|detail"
    r"|(?:[\w-]+ ){1,3}(?:sentences?|words|paragraphs?|points|lines)))$",
    re.IGNORECASE,
)
_HAPPENED = r"(?:happened|happens|has happened|occurred|took place|went on|was going on|was in the news|was reported)"
_EVENTS = r"(?:the )?(?:main |key |most important )?events"
_DATE = "§"
_ON = rf"(?:(?:on|in|during|over|throughout|of|at) )?(?:the )?(?:(?:day|night|month|year) of )?{_DATE}"
_WHEN = (
    rf"(?:{_ON}(?: ?(?:-|–|to|until) ?{_DATE})?|(?:between|from) {_DATE} ?(?:and|to|until|till|-|–) ?(?:the )?{_DATE})"
)
_DAYS = re.compile(
    rf"(?:(?:summari[sz]e |list )?what (?:all |else )?(?:events )?{_HAPPENED} {_WHEN}"
    rf"|(?:what (?:were|are)|summari[sz]e|list) {_EVENTS} {_WHEN}|{_WHEN},? what {_HAPPENED})",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?:last|this|next)\b", re.IGNORECASE)
_SAYS = "say|report|cover|deal with|discuss|describe|contain|argue|state|talk about|tell|tell us|write"
_SUMMARY = "summary|overview|recap|gist|outline|digest|tl;?dr|(?:main|key) (?:points?|message)"
_DOCUMENT = re.compile(
    r"(?:summari[sz]e|sum up|recap|outline) (.+)"
    r"|(?:(?:give(?: me| us)?|write|make|what(?: is|'s| are)|provide) )?(?:(?:an?|the) )?"
    rf"(?:(?:short|brief|quick|concise) )?(?:{_SUMMARY}) (?:of|in) (.+)"
    r"|what(?: is|'s| was|s) (.+?) (?:all )?about"
    rf"|what (?:does|did|do) (.+?) (?:{_SAYS})"
    r"|what (?:is|was) (?:(?:said|written|reported|described|discussed) (?:in|by)|in) (.+)",
    re.IGNORECASE,
)
_TELLERS = r"(?:the |these |your |all )*(?:documents?|sources?|articles?|reports?|papers?|texts?|files?|outlets?)"
_TOPIC = re.compile(
    rf"what (?:is|was|has been|gets) (?:said|written|reported|known|told)(?: in {_TELLERS})? (?:about|on|of) (.+)"
    rf"|what (?:do|does|did) (?:{_TELLERS}|they|we|you) (?:{_SAYS}|know)(?: us)? (?:about|on|of) (.+)"
    r"|(?:something|anything|everything|more|all)(?: that is)?(?: said| written| known)? (?:about|on) (.+)"
    r"|about (.+)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:how|who|whom|whose|what|when|where|which|why|whether|if)\b", re.IGNORECASE)
_POINTS = frozenset(("this", "that", "it"))
_ANY_DOCUMENT = frozenset(stems("document doc article text file report story piece paper page pdf source"))
_KINDS = frozenset(
    stems("interview letter opinion essay column editorial speech memo note study transcript statement email review")
)


def days_asked(question: str) -> Period | None:
    """The days whose events ``question`` asks for, if it asks for nothing else; None for any other question."""
    text = _bare(question)
    dates = [quantity for quantity in quantities(text) if quantity.kind == "date"]
    marked = text
    for quantity in reversed(dates):
        marked = marked[: quantity.start] + _DATE + marked[quantity.end :]
    if not dates or not _DAYS.fullmatch(marked) or any(_RELATIVE.match(quantity.text) for quantity in dates):
        return None
    period = Period(dates[0], dates[-1])
    return period if bounds(period, year_of(period) or ANY) else None


def document_asked(question: str) -> str:
    """How ``question`` names the document that it wants summarized; empty for any other question."""
    match = _DOCUMENT.fullmatch(_bare(question))
    name = next((group for group in match.groups() if group), "") if match else ""
    return name.strip(" \"'“”‘’«»")


def topic_asked(question: str) -> str:
    """The topic on which ``question`` wants to know whatever is said; empty for any other question."""
    match = _TOPIC.fullmatch(_bare(question))
    topic = next(group for group in match.groups() if group) if match else ""
    return "" if _CLAUSE.match(topic) else topic


def _bare(question: str) -> str:
    """The question without courtesies and closing marks."""
    text = " ".join(question.replace("’", "'").split()).strip(" ?!.")
    text = without_lead(text)
    while tail := _TAIL.search(text):
        text = text[: tail.start()]
    return text.strip(" ?!.")


# --- a document -----------------------------------------------------------------------------------


def _named(name: str, scope: Scope) -> list[str]:
    """The sources of the documents that ``name`` names, likeliest first; none where that is not clear."""
    points = name.lower() in _POINTS
    said = _content(name)
    noun = bool(said & (_ANY_DOCUMENT | _KINDS))
    wanted = said - _ANY_DOCUMENT
    if not wanted and not noun and not points:
        return []
    store, vector, where = scope
    ids = [*store.keyword(name, DEPTH, where), *store.dense(vector, DEPTH, where)]
    metadata_by_source = _origins(store.fetch(list(dict.fromkeys(ids))))
    if wanted:
        fitting = [metadata for metadata in metadata_by_source if wanted <= _heading(metadata)]
        sure = [metadata for metadata in fitting if _is_name(name, metadata)]
        written = name.casefold()
        sure = [metadata for metadata in sure if PurePosixPath(metadata.source).name.casefold() == written] or sure
        if not sure and (not noun or len(fitting) > MOST_DOCUMENTS):
            return []
        return [metadata.source for metadata in sure or fitting][:MOST_DOCUMENTS]
    # A long document can fill a search by itself, so chunks far from the question are looked at as well.
    others = _origins(store.fetch(list(store.dense(-vector, DEPTH, where))))
    every = list(dict.fromkeys(metadata.source for metadata in (*metadata_by_source, *others)))
    return every if len(every) == 1 else []


def _origins(stored: Iterable[StoredChunk]) -> list[DocumentMetadata]:
    return list({one.metadata.source: one.metadata for one in stored}.values())


def _content(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(content_stems(text)) - STOPWORDS


def _heading(metadata: DocumentMetadata) -> frozenset[str]:
    """Stems of everything known about a document besides its text."""
    path = re.sub(r"[/_]", " ", metadata.source)
    return frozenset(stems(f"{metadata.title} {metadata.byline} {path} {metadata.kind or ''}"))


def _is_name(name: str, metadata: DocumentMetadata) -> bool:
    """Whether ``name`` contains a document's whole publisher, title or file name, or is short for its publisher.

    A single word names only publishers: "Kashmir" may be the name of a file, but it is a topic.
    """
    said = _content(re.sub(r"[/_]", " ", name))
    path = PurePosixPath(metadata.source)
    for known in (metadata.title, path.name, path.stem):
        parts = _parts(re.sub("_", " ", known))
        if len(parts) > 1 and said.issuperset(parts):
            return True
    publisher = _parts(metadata.publisher or "")
    if publisher and said.issuperset(publisher):
        return True
    # "the Courier" for the Vellan Courier
    first, *others = words(name)
    short = first.text.lower() == "the" and any(word.text[0].isupper() for word in others)
    return bool(short and publisher and publisher[-1] in said and said.issubset({*publisher, *_ANY_DOCUMENT}))


def _parts(name: str) -> list[str]:
    """The stems of a name in order, "news" and "az" for "News.Az"."""
    return [stem for stem in content_stems(name) if stem.isalnum() and stem not in STOPWORDS]


def _chunks(source: str, scope: Scope) -> list[StoredChunk]:
    within = scope.where.model_copy(update={"sources": (source,)})
    found = scope.store.fetch(list(scope.store.dense(scope.vector, LONGEST, within)))
    return sorted((one for one in found if one.chunk.source == source), key=lambda one: one.chunk.start)


# --- a topic --------------------------------------------------------------------------------------


def _on(topic: str, scope: Scope) -> list[_Row]:
    """The sentences that hold all words of ``topic``."""
    store, vector, where = scope
    wanted = _content(topic)
    ids = dict.fromkeys([*store.keyword(topic, DEPTH, where), *store.dense(vector, DEPTH, where)])
    rows = _rows(store.fetch(list(ids))) if wanted else []
    return [row for row in rows if wanted <= _content(row.text)]


# --- days -----------------------------------------------------------------------------------------


def _told(period: Period, scope: Scope) -> list[_Row]:
    """The sentences about the days of ``period``."""
    store, vector, where = scope
    dates = " ".join(quantity.text for quantity in dict.fromkeys(period))
    ids = dict.fromkeys([*store.keyword(dates, DEPTH, where), *store.dense(vector, DEPTH, where)])
    published = {one.metadata.published.year for one in store.fetch(list(ids)) if one.metadata.published}
    named = year_of(period)
    for year in [named] if named else sorted(published, reverse=True)[:MOST_YEARS]:
        if window := _window(period, year, where):
            ids |= dict.fromkeys([*store.keyword(_TOLD_BY, DEPTH, window), *store.dense(vector, DEPTH, window)])
    told = (
        row._replace(day=told_in(row.text, row.stored.metadata.published, period))
        for row in _rows(store.fetch(list(ids)))
    )
    return [row for row in told if row.day]


_TOLD_BY = "today yesterday tonight week weekend month year Monday Tuesday Wednesday Thursday Friday Saturday Sunday"


def _by_day(row: _Row, years: bool) -> tuple[object, ...]:
    """Sort key of a sentence by its day; without ``years``, by month and day only."""
    day = row.day or date.min
    return (day if years else day.replace(year=ANY), day, row.source, row.start)


def _window(period: Period, year: int, where: Filter) -> Filter | None:
    """The documents of ``where`` that were published while ``period`` could still be called "last month"."""
    span = bounds(period, year)
    if span is None:
        return None
    later = LATER[(span[1] - span[0]).days > LATER[0]]
    until = min(span[1].toordinal() + later, date.max.toordinal(), (where.until or date.max).toordinal())
    since = max(span[0], where.since or date.min)
    return where.model_copy(update={"since": since, "until": date.fromordinal(until)})


# --- sentences ------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """A sentence of a chunk, its start in the document, and its day if the question is about days."""

    stored: StoredChunk
    number: int
    source: str
    start: int
    text: str
    day: date | None = None


def _rows(stored: Iterable[StoredChunk]) -> list[_Row]:
    """The sentences of chunks that report something, each once and in the order of the chunks."""
    rows: dict[tuple[str, int], _Row] = {}
    for one in stored:
        for number, statement in enumerate(one.statements):
            text = one.chunk.text[statement.start : statement.end]
            if statement.kind not in UNRANKED and _reports(text):
                row = _Row(one, number, one.chunk.source, one.chunk.start + statement.start, text)
                rows.setdefault((row.source, row.start), row)
    return list(rows.values())


def _reports(text: str) -> bool:
    """Whether a sentence is neither a question nor an order to its reader."""
    return not (text.rstrip("\"”’»'").endswith("?") or is_order(text))


def _central(rows: Sequence[_Row], max_words: int, opens: float = 0.0) -> list[_Row]:
    """The sentences closest to the mean of all, as many different ones as fit ``max_words``; at least one."""
    if not rows:
        return []
    vectors = np.array([row.stored.embedding.parts[row.number] for row in rows])
    # Not ``@``, whose threads would wait for each other longer than they work.
    closeness = np.einsum("id,d->i", vectors, vectors.mean(axis=0) / np.linalg.norm(vectors.mean(axis=0)))
    scores = closeness + opens / np.arange(1, len(rows) + 1)
    chosen: list[_Row] = []
    seen: list[frozenset[str]] = []
    left = max_words
    for best in np.argsort(-scores, kind="stable"):
        row, said, length = rows[best], _content(rows[best].text), len(words(rows[best].text))
        if (length <= left or not chosen) and not any(overlap(said, other) >= SAME for other in seen):
            chosen.append(row)
            seen.append(said)
            left -= length
    return chosen


def _made(rows: Sequence[_Row], scope: Scope) -> Summary:
    hits: dict[str, Hit] = {}
    sentences = []
    for place, row in enumerate(rows):
        chunk, statement = row.stored.chunk, row.stored.statements[row.number]
        hits.setdefault(chunk.id, Hit(row.stored, float(row.stored.embedding.whole @ scope.vector)))
        sentences.append(
            Sentence(
                source=row.source,
                start=row.start,
                end=row.start + len(row.text),
                text=row.text,
                kind=statement.kind,
                context=statement.context,
                reading=statement.reading,
                passage=list(hits).index(chunk.id) + 1,
                score=-STEP * place,
            )
        )
    return Summary(tuple(hits.values()), tuple(sentences))
