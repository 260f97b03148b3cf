"""Numbers, dates, durations, times and amounts of money in a text, in a form that can be compared."""

from assistant.english.quantities.base import Kind, Quantity, is_vague, same_value
from assistant.english.quantities.figures import number
from assistant.english.quantities.scan import quantities

__all__ = ["Kind", "Quantity", "is_vague", "number", "quantities", "same_value"]
