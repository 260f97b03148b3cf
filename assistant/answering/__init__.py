"""From ranked evidence to an answer: write, verify, find conflicts, assemble."""
