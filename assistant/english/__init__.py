"""Pure functions over text: sentences with exact spans, tokens, numbers and dates, names."""
