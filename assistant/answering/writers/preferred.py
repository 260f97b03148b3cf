"""The writer of ``auto``: one that may be missing, and the one that stands in for it, with a visible line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.errors import AssistantError, BackendError, ConfigError
from assistant.ports import CondensedQuestion, Describable, QuestionCondenser, Writer
from assistant.types import Delta, Draft, GenerationInfo, Plan, Quotation, Turn


class PreferredWriter:
    """``ports.Writer`` that uses what ``prefer`` gives, or ``otherwise`` where that raises before its first word."""

    def __init__(self, prefer: Callable[[], Writer], otherwise: Writer) -> None:
        self._prefer = prefer
        self._otherwise = otherwise

    @property
    def name(self) -> str:
        """The name of the stand-in; what the preferred writer wrote is named by its ``GenerationInfo``."""
        return self._otherwise.name

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """What one of the two writes. Raises BackendError when the preferred one fails in the middle."""
        spoke = False
        try:
            for piece in self._prefer().write(plan):
                spoke = spoke or (
                    isinstance(piece, Quotation) or (isinstance(piece, Draft) and bool(piece.text.strip()))
                )
                yield piece
        except (BackendError, ConfigError) as error:
            if spoke:
                raise
            yield from self._otherwise.write(plan)
            yield GenerationInfo(writer=self._otherwise.name, notes=(_instead(error, self._otherwise.name),))

    def describe(self) -> GenerationInfo:
        """What the preferred writer says of itself, else the name of the stand-in and why it stands in."""
        try:
            preferred = self._prefer()
            return preferred.describe() if isinstance(preferred, Describable) else GenerationInfo(writer=preferred.name)
        except (BackendError, ConfigError) as error:
            return GenerationInfo(writer=self.name, notes=(_instead(error, self.name),))

    def condense(self, question: str, history: Sequence[Turn]) -> CondensedQuestion | None:
        """What the preferred writer makes of the question; None where it is missing or fails."""
        try:
            preferred = self._prefer()
            return preferred.condense(question, history) if isinstance(preferred, QuestionCondenser) else None
        except (BackendError, ConfigError):
            return None


def _instead(error: AssistantError, name: str) -> str:
    return f"The {name} writer wrote this. {error}"
