"""Understands a question: condense a follow-up, split, correct spelling, parse."""
