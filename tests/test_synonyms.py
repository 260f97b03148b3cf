"""A question is asked in the documents' words where they have another word of the same meaning."""

import numpy as np
import pytest

from assistant.ports import Embedding, StoredChunk
from assistant.query.synonyms import in_their_words
from assistant.types import Chunk, DocumentMetadata

HANDBOOK = "Anyone who is ill must telephone Ms Rua. Staff may work from home. Children eat free. The lake is cold."


def stored(text: str) -> StoredChunk:
    vector = np.zeros(4, dtype=np.float32)
    chunk = Chunk(source="a", start=0, end=len(text), text=text)
    return StoredChunk(chunk, DocumentMetadata(source="a", title="Handbook"), (), Embedding(vector, vector[None]))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Whom do I call when I'm sick?", "Whom do I call when I'm ill?"),
        ("Can I work remotely?", "Can I work from home?"),
        ("Do kids pay?", "Do children pay?"),
        ("Do kids of sick employees pay?", "Do children of ill staff pay?"),
    ],
)
def test_a_word_that_the_documents_lack_is_read_as_they_say_it(question: str, asked: str) -> None:
    found = in_their_words(question, [stored(HANDBOOK)], lambda _: False)
    assert found.question == asked
    assert found.notes


@pytest.mark.parametrize("question", ["Is the staff ill?", "Do they sell tickets to the movie?", "Who is it?"])
def test_a_word_that_is_there_or_has_no_other_stays(question: str) -> None:
    assert in_their_words(question, [stored(HANDBOOK)], lambda _: False) == (question, ())


def test_everyday_words_are_known_in_other_languages() -> None:
    found = in_their_words(
        "When was the Moorblick club founded?", [stored("Der Verein Moorblick wurde 1954 gegründet.")], lambda _: False
    )
    assert found.question == "When was the Moorblick verein gegründet?"


def test_a_word_that_other_documents_have_stays() -> None:
    question = "Do kids pay?"
    assert in_their_words(question, [stored(HANDBOOK)], lambda word: word == "kids").question == question
