"""From a question to ranked sentences: retrieve, rank, compare, summarize."""
