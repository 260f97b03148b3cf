"""Ranks sentences by how well they answer a question, and says how likely one of them does."""

from assistant.evidence.compare import compare
from assistant.evidence.rank import READ, Ranked, rank

__all__ = ["READ", "Ranked", "compare", "rank"]
