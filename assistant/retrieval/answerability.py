"""The answerability of questions that the fitted models cannot judge: about lists and tables, or not in English."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from assistant.english.lexicon import ORDINALS
from assistant.english.quantities import quantities
from assistant.english.tokens import STOPWORDS, fold, stem, stems, words
from assistant.ingest.statements import CELL_SEPARATOR
from assistant.query.parse import QuestionParts, is_words
from assistant.retrieval.binding import Subject, asked
from assistant.retrieval.features import IN_CONTEXT
from assistant.retrieval.mentions import (
    GENERAL,
    explains,
    header_asked,
    item_asked,
    item_number,
    meaning_asked,
    names_kind,
    names_thing,
    tells_hours,
)

STRUCTURAL, STRUCTURAL_NEARLY, NEARLY = 0.8, 0.5, 0.66
"""Probability that an item, row or field answers if it and its context name all of the question, or this share of it.
"""

SAID, ITEM = 0.3, 1.2
"""The same for a sentence that has all words of a question that asks for no person, figure, date or reason, or for who
does not; and for the item whose number is asked for.
"""

GLOSS = 2.0
"""The same for a statement that has the meaning of the term that is asked for in parentheses, or the term there,
and for the line of a mail's head that is asked for.
"""

FOREIGN, FOREIGN_SHARE, FOREIGN_SCORE = 0.5, 0.45, 4.0
"""Probability that a statement in another language answers if it has this share of the question's words, and what a
statement gains that has all of them.
"""

_ORDINALS = frozenset(map(stem, ORDINALS))
_CAME_OUT = frozenset(stems("released published issued dated appeared come came sent written"))
_HOLDER = re.compile(
    r"(?:in )?(?:which|what) (?:of the )?(?:[a-z]+ ){1,2}(?:contains?|mentions?|covers?|regulates?|governs?|describes?"
    r"|says?|states?|discuss(?:es)?|concerns?|deals? with|talks? about|tells?(?: us)? about|is about|are about)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“]([^\"“”]+ [^\"“”]+)[\"”]")
_KEY = 4
_BREAKS = re.compile(r"[/_.-]+")
_LATIN_ENDS = 0x24F
_FUNCTION_WORDS = frozenset(
    "de del la el los las un una unos unas que y en por para con su se es son quien cual cuando cuan donde cuanto como "
    "le les des du et est dans pour qui quel quell quand ou comb comm sur au aux une par der die das und ist sind ein "
    "eine im dem den von zu mit auf wer was wann wo wie waru welc il lo gli che di da per chi quan dove het een van o "
    "os as um uma do da no na quem onde как кто что где когд скол jaki kto co gdzi kied ile w z na je hoch viel lang "
    "groß gros mont impo betr cuan quan tien hat haben habe ich wir ihr gibt kann darf muss soll wird wenn peut peux "
    "avon avez pued".split()
).union("的是谁吗呢什么哪里几多少了在有和はがのをにでとかすまいくらだれ誰何時どこ")
"""Words of other languages that carry no meaning or only ask how much, by their first letters, and such characters."""


_COSTS = frozenset("kost cout cues quan prei prix prec".split())
"""First letters of words that ask for a price, which a price list does not repeat."""


def structural_answerability(question: QuestionParts, subject: Subject, kind: str) -> float:
    """How much the place of a statement in its document speaks for it; 0 for most running text.

    The models are fitted to prose. An item, row or field says little by itself; it answers if it and its context name
    all or nearly all that the question names. So does any statement that has all words of a message that is not a
    question.
    """
    term = meaning_asked(question.text)
    if (
        (term and explains(term, subject.text))
        or header_asked(question.text, subject.text)
        or tells_hours(question.text, subject.text)
    ):
        return GLOSS
    if any(quoted in subject.text for quoted in _QUOTED.findall(question.text)):
        return STRUCTURAL
    if kind != "paragraph" and dated_above(question, subject.context):
        return ITEM
    wanted = _wanted(question)
    if holds_asked(question, subject.text) or (is_words(question.text) and wanted <= frozenset(stems(subject.text))):
        return STRUCTURAL
    said = frozenset(stems(subject.text))
    held = wanted & (said | _around(subject))
    if held == wanted and item_number(subject.text) == item_asked(question.text) != "":
        return ITEM
    if kind == "paragraph" and wanted.isdisjoint(stems(subject.context)):
        says_all = held == wanted and not wanted.isdisjoint(said)
        asks_whole = question.answer_type in ("other", "place", "yes-no") or asked(question).negated
        return SAID if (says_all and asks_whole) or names_kind(question.text, subject.text) else 0.0
    if not (subject.context or kind in IN_CONTEXT):
        return 0.0
    if question.answer_type == "number" and not _states_number(question, subject.text, kind == "row"):
        return 0.0
    nearly = len(held) >= NEARLY * len(wanted) and len(wanted) > 2 and wanted & question.names <= held
    return STRUCTURAL if held == wanted else STRUCTURAL_NEARLY if nearly and kind != "paragraph" else 0.0


def holds_asked(question: QuestionParts, text: str) -> bool:
    """Whether a statement has all that documents are asked to hold: "Which recipes contain egg?"."""
    return bool(_HOLDER.match(question.text)) and _wanted(question) <= frozenset(stems(text))


def dated_above(question: QuestionParts, context: str) -> bool:
    """Whether the heading of a statement has the day on which what the question numbers came out."""
    numbered = asked(question).identifiers
    if question.answer_type != "date" or not numbered or question.all_stems.isdisjoint(_CAME_OUT):
        return False
    named = all(names_thing(identifier, context) for _, identifier in numbered)
    return named and any(q.kind == "date" for q in quantities(context))


def holds_nothing(question: QuestionParts, subject: Subject) -> bool:
    """Whether neither the passage of a statement nor what introduces it has a word of an English question."""
    said = frozenset(stems(f"{subject.passage} {subject.text}")) | _around(subject)
    return _wanted(question).isdisjoint(said) and not is_foreign(question.text)


def _wanted(question: QuestionParts) -> frozenset[str]:
    """The words of a question that its answer repeats: not that it is a recipe in "Which recipes contain egg?"; the
    first step is the step with the number 1.
    """
    item = item_asked(question.text)
    unsaid = _ORDINALS if item else frozenset[str]()
    if holder := _HOLDER.match(question.text):
        unsaid |= frozenset(stems(holder[0]))
    return (question.content - GENERAL - unsaid) | ({item} if item else frozenset()) or question.content


def _around(subject: Subject) -> frozenset[str]:
    """Stems of what introduces a statement, and of what names its document."""
    path = _BREAKS.sub(" ", subject.metadata.source)
    return frozenset(stems(f"{subject.context} {subject.metadata.title} {subject.about} {path}"))


def foreign_shares(question: QuestionParts, texts: Sequence[str]) -> list[float]:
    """For each of ``texts``, its share of the words of a question in another language than English; 0 for English.

    The models know only English. In other languages a statement answers if it has enough of the question's words, in
    any form; words that most texts have count less.
    """
    if not is_foreign(question.text):
        return [0.0] * len(texts)
    asked_keys = _keys(question.text)
    wanted = [key for key in asked_keys if key not in _FUNCTION_WORDS | _COSTS] or asked_keys
    if not _COSTS.isdisjoint(asked_keys):
        texts = [text if any(sign.isdigit() for sign in text) else "" for text in texts]
    held = [frozenset(_keys(text)) for text in texts]
    weights = {key: math.log(1 + (len(held) + 1) / (1 + sum(key in each for each in held))) for key in wanted}
    total = sum(weights.values()) or 1.0
    return [sum(weights[key] for key in weights if key in own) / total for own in held]


def is_foreign(text: str) -> bool:
    """Whether a text is in another language than English, judged by its script and its function words."""
    said = [word.text.lower() for word in words(text)]
    if not said:
        return False
    if any(ord(word[0]) > _LATIN_ENDS for word in said):
        return True
    english = sum(word in STOPWORDS for word in said)
    return sum(word in _FUNCTION_WORDS for word in said) > english


def _keys(text: str) -> list[str]:
    """The words of a text and the parts of compounds with a hyphen, by their first letters, accents left out: one key
    for most forms of a word.
    """
    return [fold(part)[:_KEY] for word in words(text) for part in word.text.split("-") if part]


def _states_number(question: QuestionParts, said: str, is_row: bool) -> bool:
    """Whether a statement has a figure; in a row, for "how many", one in a column that the question names."""
    if not is_row or not question.text.lower().lstrip().startswith("how many"):
        return any(sign.isdigit() for sign in said)
    cells = (cell.partition(":") for cell in said.split(CELL_SEPARATOR))
    return any(
        any(sign.isdigit() for sign in value) and not question.content.isdisjoint(stems(column))
        for column, _, value in cells
    )
