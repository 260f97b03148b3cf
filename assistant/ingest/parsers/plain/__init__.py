"""Plain text and its dialects: Markdown, reStructuredText, AsciiDoc, transcripts."""
