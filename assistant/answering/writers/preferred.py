"""The writer for ``auto``: one that may be unavailable, and one that then replaces it with a visible note."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.errors import AssistantError, BackendError, ConfigError
from assistant.ports import CondensedQuestion, Describable, QuestionCondenser, Writer
from assistant.types import Delta, Draft, GenerationInfo, Plan, Quotation, Turn


class PreferredWriter:
    """``ports.Writer`` that uses the writer of ``prefer``, or ``otherwise`` if that one fails before its first word."""

    def __init__(self, prefer: Callable[[], Writer], otherwise: Writer) -> None:
        self._prefer = prefer
        self._otherwise = otherwise

    @property
    def name(self) -> str:
        """The name of the replacement; the preferred writer names itself in its ``GenerationInfo``."""
        return self._otherwise.name

    def write(self, plan: Plan) -> Iterator[Draft | Quotation | Delta | GenerationInfo]:
        """The text of one of the two. Raises BackendError if the preferred one fails in the middle."""
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
        """The preferred writer's description, else the name of the replacement and why it is used."""
        try:
            preferred = self._prefer()
            return preferred.describe() if isinstance(preferred, Describable) else GenerationInfo(writer=preferred.name)
        except (BackendError, ConfigError) as error:
            return GenerationInfo(writer=self.name, notes=(_instead(error, self.name),))

    def condense(self, question: str, history: Sequence[Turn]) -> CondensedQuestion | None:
        """The question as the preferred writer condenses it; None if that writer is unavailable or fails."""
        try:
            preferred = self._prefer()
            return preferred.condense(question, history) if isinstance(preferred, QuestionCondenser) else None
        except (BackendError, ConfigError):
            return None


def _instead(error: AssistantError, name: str) -> str:
    return f"The {name} writer wrote this. {error}"
