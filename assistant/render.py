"""Turns answers, which are data, into text and Markdown: the one place that lays them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.types import CONTEXT_SEPARATOR, NOT_IN_DOCUMENTS, Answer, Citation, Claim, Conflict, one_line

UNSUPPORTED_MARK = "[not in the documents]"
PARTIAL_MARK = "[only in part]"
MAX_UNREAD = 5
"""Files that a refusal names of those that were not read."""
_PAGE_NAMES = {"pptx": "slide", "pptm": "slide", "odp": "slide"} | dict.fromkeys("xlsx xlsm xls ods".split(), "sheet")


def claim_text(claim: Claim, before: Claim | None) -> str:
    """What ``claim`` adds to an answer's text after the claim ``before``.

    Consecutive claims with the same source and context share one byline; items of a list get lines of their own.
    """
    text = " ".join(filter(None, [one_line(claim.text) if not claim.listed else claim.text.strip(), marks(claim)]))
    together = before is not None and (before.byline, before.context) == (claim.byline, claim.context)
    if together and before is not None and before.listed == claim.listed:
        return f"\n- {text}" if claim.listed else f" {text}"
    head = heading(claim)
    lead = "\n" if before is not None else ""
    if claim.listed:
        return f"{lead}{head}:\n- {text}" if head else f"{lead}- {text}"
    return f"{lead}{head}: {text}" if head else f"{lead}{text}"


def heading(claim: Claim) -> str:
    """Who says it, and the context that the statement needs: ``Annual report › in thousands of euro``."""
    parts = [part for part in claim.context.split(CONTEXT_SEPARATOR) if part and part not in claim.byline]
    return CONTEXT_SEPARATOR.join(filter(None, [claim.byline, *parts])).rstrip(":：")


def marks(claim: Claim) -> str:
    """The markers of a claim's citations, with a warning if they do not support it."""
    markers = "".join(f"[{citation.marker}]" for citation in claim.citations)
    warning = {"unsupported": UNSUPPORTED_MARK, "partial": PARTIAL_MARK}.get(claim.support, "")
    return " ".join(filter(None, [markers, warning]))


def conflict_text(conflict: Conflict) -> str:
    """A conflict, with one line for each side."""
    sides = (f"\n- {side.citation.byline}: {side.value} [{side.citation.marker}]" for side in conflict.sides)
    return f"The sources disagree ({conflict.about}):{''.join(sides)}"


def apart_text(claims: Sequence[Claim]) -> str:
    """What a model wrote and no document supports, each with the reason; empty if there is nothing."""
    lines = (f"\n- {one_line(claim.text)} ({claim.reason})" for claim in claims)
    return f"The model also wrote this, which is not in the documents:{''.join(lines)}" if claims else ""


def remainder_text(unanswered: Sequence[str], shown: int, omitted: int, counted: int = 0) -> str:
    """What an answer leaves out: questions without an answer, and items of a list that were cut; how many there are."""
    lines = [f"{NOT_IN_DOCUMENTS.rstrip('.')}: {question}" for question in unanswered]
    if counted:
        lines.append(f"Counted: {counted}.")
    if omitted:
        lines.append(f"{shown} of {shown + omitted} shown.")
    return "\n".join(lines)


def text_below(answer: Answer) -> list[str]:
    """The paragraphs below the claims: disagreements, and what the answer leaves out."""
    return [text for text in (*map(conflict_text, answer.conflicts), remainder(answer)) if text]


def remainder(answer: Answer) -> str:
    """The ``remainder_text`` of a whole answer."""
    shown = sum(claim.listed for claim in answer.claims)
    return remainder_text(answer.unanswered, shown, answer.omitted, answer.counted)


def quoted(citation: Citation) -> str:
    """The source of a citation and its verbatim quotation: ``News.Az, 8 May 2025 (truce.md, page 2): “...”``."""
    return f"{citation.label} ({place(citation)}): “{one_line(citation.quote)}”"


def place(citation: Citation) -> str:
    """The file of a citation, and its page if it has pages."""
    return f"{citation.source}, {page_name(citation.source)} {citation.page}" if citation.page else citation.source


def page_name(source: str) -> str:
    """What a page of this file is called: a slide, a sheet or a page."""
    return _PAGE_NAMES.get(source.rpartition(".")[2].lower(), "page")


def search_summary(answer: Answer) -> tuple[str, ...]:
    """The lines below the text of a refusal: the question as it was searched, the nearest statements, unread files.

    The question is shown only if it was searched in other words than it was asked.
    """
    if answer.outcome != "not_in_documents":
        return ()
    searched = one_line(answer.trace.question)
    rewritten = (f"Searched for: {searched}",) if searched != one_line(answer.question) else ()
    nearest = [f"- {quoted(citation)}" for citation in answer.nearest]
    listed = ("No sentence answers this. The nearest are:", *nearest) if nearest else ()
    more = len(answer.unread) - MAX_UNREAD
    named = ", ".join(answer.unread[:MAX_UNREAD]) + (f" and {more:,} more" if more > 0 else "")
    unread = (f"Not read: {named}. `assistant index build` says why.",) if named else ()
    return (*rewritten, *listed, *unread)


def render_text(answer: Answer) -> str:
    """The answer as plain text: its text and its sources; for a refusal, the nearest statements."""
    below = [*map(str, answer.citations), *search_summary(answer)]
    return "\n".join([answer.text, *(["", *below] if below else [])])


def render_markdown(answer: Answer) -> str:
    """The answer as Markdown: claims with markers, disagreements, and numbered sources with their quotations."""
    return "\n\n".join(_markdown_blocks(answer))


def escape_markdown(text: str) -> str:
    """``text`` on one line, with the characters that Markdown interprets escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|" else sign for sign in one_line(text))


def _markdown_blocks(answer: Answer) -> Iterator[str]:
    for before, claim in zip([None, *answer.claims], answer.claims, strict=False):
        text = f"{escape_markdown(claim.text)} {marks(claim)}".strip()
        same = before is not None and heading(before) == heading(claim)
        head = "" if same or not heading(claim) else f"**{escape_markdown(heading(claim))}:** "
        yield f"{head}\n\n- {text}".strip() if claim.listed else f"{head}{text}"
    if not answer.claims:
        yield escape_markdown(answer.text)
    for conflict in answer.conflicts:
        yield f"**The sources disagree: {escape_markdown(conflict.about)}**"
        yield "\n".join(
            f"- {escape_markdown(side.citation.label)}: {escape_markdown(side.value)} [{side.citation.marker}]"
            for side in conflict.sides
        )
    if rest := remainder(answer):
        yield "\n".join(map(escape_markdown, rest.split("\n")))
    if answer.citations:
        yield "\n".join(f"{citation.marker}. {escape_markdown(quoted(citation))}" for citation in answer.citations)
    if lines := search_summary(answer):
        yield "\n".join(map(escape_markdown, lines))
