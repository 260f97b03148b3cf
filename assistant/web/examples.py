"""Suggested questions: of the documents on the first view, and further ones under an answer; each is tested first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from assistant.api import Assistant
from assistant.conversations import Conversation
from assistant.english.names import names
from assistant.english.tokens import content_stems
from assistant.errors import AssistantError
from assistant.types import Answer, Document, IndexedDocument, Span, Turn
from assistant.web.questions import Made, questions
from assistant.web.state import AppState
from assistant.web.templates import one_line, render

WANTED = 4
FURTHER = 3
"""Suggestions under an answer at most."""

_READ = 60  # documents looked at
_OF_EACH = 3  # questions of a document that are tried
_CLEAR = 4  # words of a question without a name at least
_TRIED = 6  # questions tried under an answer
_TITLE = 80  # characters of a title that a question may name


def examples(assistant: Assistant, wanted: int = WANTED) -> tuple[str, ...]:
    """Questions that the documents answer, from different documents if possible; none if nothing is indexed."""
    try:
        status = assistant.status()
        return _drawn(assistant, status.generation, wanted) if status.documents else ()
    except AssistantError:
        return ()


def further(assistant: Assistant, answer: Answer, turns: Sequence[Turn]) -> tuple[str, ...]:
    """What one may ask after an answer: what the documents it cites also say, what is closest to it first.

    ``turns`` are the conversation up to the answer. None after a refusal.
    """
    sources = list(dict.fromkeys(citation.source for citation in answer.citations))[:3]
    documents = [document for source in sources if (document := assistant.document(source))]
    told = set(content_stems(f"{answer.question} {answer.text}"))
    said = {turn.text.casefold() for turn in turns if turn.role == "user"}
    places = {(citation.source, citation.start, citation.end) for citation in answer.citations}

    def is_new(document: Document, made: Made) -> bool:
        held = any(s == document.source and a < made.place.end and made.place.start < b for s, a, b in places)
        return not held and made.question.casefold() not in said

    open_ = [(each, made) for each in documents for made in questions(each) if is_new(each, made)]
    open_.sort(key=lambda pair: -len(told & set(content_stems(pair[1].question))))
    quick = _quick(assistant)
    found = [made.question for each, made in open_[:_TRIED] if _answers(quick, made.question, each, made.place, turns)]
    whole = [asked for each in documents[:1] for asked in _whole(each) if asked.casefold() not in said]
    return tuple(dict.fromkeys([*found[: FURTHER - 1], *whole]))[:FURTHER]


def suggester(state: AppState) -> Callable[[dict[str, str]], dict[str, str]]:
    """What gives the browser suggestions under the last answer of the conversation that it sends, if there are any.

    The browser calls it, not an event: an event that ends beside another one can lose the other's updates.
    """

    def suggest(request: dict[str, str]) -> dict[str, str]:
        conversation = Conversation.model_validate_json(request["conversation"])
        thread = conversation.thread
        answer = thread[-1].answer if thread else None
        found = further(state.assistant, answer, conversation.turns) if answer else ()
        return {"html": render("answers", "further", questions=found) if found else ""}

    return suggest


@lru_cache(maxsize=8)
def _drawn(assistant: Assistant, generation: int, wanted: int) -> tuple[str, ...]:  # noqa: ARG001 - a part of the key
    quick = _quick(assistant)
    listed = sorted(assistant.documents(), key=lambda each: each.published.toordinal() if each.published else 0)[::-1]
    read = [document for each in listed[:_READ] if (document := assistant.document(each.source))]
    clear = [(each.source, made) for each in read for made in questions(each) if _is_clear(made)]
    found: dict[str, str] = {}  # by document
    kinds: Counter[str] = Counter()
    for saying in (False, True):  # who said something is asked only where nothing else can be
        for each in read:
            fitting = [made for source, made in clear if source == each.source and (made.kind == "saying") == saying]
            for made in sorted(fitting, key=lambda made: kinds[made.kind])[:_OF_EACH]:
                if each.source in found or len(found) == wanted:
                    break
                if _answers(quick, made.question, each, made.place):
                    found[each.source] = made.question
                    kinds[made.kind] += 1
    return tuple(dict.fromkeys([*found.values(), *_summaries(quick, listed)]))[:wanted]


def _is_clear(made: Made) -> bool:
    """Whether a question says by itself what it is about."""
    return bool(names(made.question)) or len(content_stems(made.question)) >= _CLEAR


def _summaries(quick: Assistant, listed: Sequence[IndexedDocument]) -> Iterator[str]:
    for each in listed[:WANTED]:
        for question in _whole(each):
            if quick.ask(question).outcome == "answered":
                yield question


def _whole(document: Document | IndexedDocument) -> Iterable[str]:
    title = one_line(document.title).strip("\"'“”„«»")
    return [f"Summarize “{title}”"] if 8 <= len(title) <= _TITLE else []


def _answers(
    quick: Assistant, question: str, document: Document | IndexedDocument, place: Span, turns: Sequence[Turn] = ()
) -> bool:
    """Whether the question is answered from where it was made."""
    answer = quick.ask(question, turns)
    cited = ((each.source, each.start, each.end) for each in answer.citations)
    return any(s == document.source and a < place.end and place.start < b for s, a, b in cited)


def _quick(assistant: Assistant) -> Assistant:
    """The same assistant without a model, which would be kept busy for minutes."""
    return assistant.with_settings(writer="extractive")
