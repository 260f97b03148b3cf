"""Numbers, dates, durations, times and amounts of money in a text, in a form that can be compared."""

from assistant.english.quantities.base import Kind, Quantity, is_vague, same_value
from assistant.english.quantities.figures import number
from assistant.english.quantities.scan import dates_in, quantities

__all__ = ["Kind", "Quantity", "dates_in", "is_vague", "number", "quantities", "same_value"]
