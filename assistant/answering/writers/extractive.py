"""The embedded writer: the planned quotations, in the documents' own words."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.types import Plan, Quotation


class ExtractiveWriter:
    """``ports.Writer`` that quotes: each statement of the answer is one statement of a document, verbatim."""

    name = "extractive"

    def write(self, plan: Plan) -> Iterator[Quotation]:
        """The planned quotations in their order; nothing where the plan is hesitant."""
        if not plan.hesitant:
            yield from plan.quotations
