"""The probabilities at which a statement is quoted, shown as nearest or reported as a conflict. Only ``plan`` uses
them.
"""

from assistant.types import Value


class Thresholds(Value):
    """Probabilities in [0, 1]; ``answer`` comes from the settings, the others are fitted with the models."""

    answer: float = 0.4
    """Answerability from which a question is answered."""

    near: float = 0.001
    """Answerability from which a refusal quotes the nearest statements."""

    likely: float = 0.05
    """A sentence may be quoted beside the best one."""

    further: float = 0.2
    """A further sentence of a source is quoted."""

    other_source: float = 0.06
    """The first sentence of another source is quoted."""

    option: float = 0.02
    """The best sentence that holds an alternative of "A or B" is quoted."""

    listed: float = 0.08
    """A sentence is quoted where the question asks for a list."""

    contradicts: float = 0.4
    """Contradiction from which a sentence that was compared with the best one contradicts it."""

    both_answer: float = 0.35
    """Product of the probabilities of two sentences from which they may contradict by their words alone."""

    @property
    def attempt(self) -> float:
        """Answerability from which a language model may try to answer; what it claims must then be verified."""
        return self.answer / 4
