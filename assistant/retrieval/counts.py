"""Counts: "How many error codes are there?" is answered by a list or table of error codes, whose items are counted."""

from __future__ import annotations

import re

from assistant.english.lexicon import AUXILIARIES, any_of
from assistant.english.quantities import quantities
from assistant.english.tokens import STOPWORDS, stems, words
from assistant.ingest.blocks import LISTED
from assistant.query.parse import QuestionParts
from assistant.retrieval.mentions import GENERAL
from assistant.retrieval.rank import Ranked
from assistant.retrieval.tables import FOUND, row_of
from assistant.types import Sentence

STATED = 3
"""The best statements, one of which may state the count itself."""

_COUNTED = re.compile(
    rf"(?:so )?how many (?P<what>(?:[\w-]+ ){{1,3}}?)(?:{any_of(AUXILIARIES)}|are|is)\b(?P<rest>.*)", re.IGNORECASE
)


def read_counts(question: QuestionParts, ranked: Ranked) -> Ranked | None:
    """``ranked`` led by an item of the list that ``question`` counts; None where there is none, or a count is stated.

    The list must be named by what is counted, and introduced by all else that the question names.
    """
    found = _COUNTED.match(question.text.strip())
    if not found or question.answer_type != "number":
        return None
    counted = frozenset(stems(found["what"]))
    plural = words(found["what"])[-1].text.lower()
    head = stems(plural)[0]
    rest = frozenset(stems(found["rest"])) - STOPWORDS - GENERAL
    if any(_states(sentence, head) for sentence in ranked.sentences[:STATED]):
        return None
    title = {hit.stored.chunk.source: hit.stored.metadata.title for hit in ranked.hits}
    for item in ranked.sentences:
        about = frozenset(stems(f"{item.context} {title.get(item.source, '')}"))
        if item.kind in LISTED and _names(item, title.get(item.source, ""), counted, plural) and rest <= about:
            others = tuple(sentence for sentence in ranked.sentences if sentence is not item)
            first = item.model_copy(update={"probability": FOUND, "score": ranked.sentences[0].score})
            return ranked._replace(sentences=(first, *others), answerability=max(FOUND, ranked.answerability))
    return None


def _names(item: Sentence, title: str, counted: frozenset[str], plural: str) -> bool:
    """Whether the list of an item is named by what is counted: in its introduction, or its title if it has none, in the
    plural ("Invoice 12" holds no invoices), or by its first column.
    """
    row = row_of(item)
    introduced = item.context or title
    column = row.cells[0].column if row else ""
    in_plural = plural in [word.text.lower() for word in words(introduced)]
    own = frozenset(stems(f"{introduced} {column}" if in_plural else column))
    return counted <= own


def _states(sentence: Sentence, head: str) -> bool:
    """Whether a statement has a number of what is counted: "12 members"."""
    return any(q.kind == "number" and head in stems(q.unit) for q in quantities(sentence.shown))
