"""Which words of a question are read as others, and which never are."""

import numpy as np
import pytest

from assistant.ports import Embedding, StoredChunk
from assistant.query.spelling import correct_spelling
from assistant.types import Chunk, DocumentMetadata

FOUND = (
    "The ceasefire began on Monday after the shelling of the village, General Khalid Taimur Akram said. "
    "The goalkeeper of Tarrow, Irena Petrov, broke a finger. Divers serve the harbour; the company was divided.",
    "Tarrow won. In Brannick the ferry was late, and the government promised 1200 crowns to Brannick and Mallin.",
)


def stored(text: str) -> StoredChunk:
    vector = np.zeros(4, dtype=np.float32)
    chunk = Chunk(source="a", start=0, end=len(text), text=text)
    return StoredChunk(
        chunk, DocumentMetadata(source="a", title="Floods in Osterby"), (), Embedding(vector, vector[None])
    )


def read(question: str, *texts: str, elsewhere: str = "") -> str:
    return correct_spelling(
        question, [stored(text) for text in texts or FOUND], lambda word: word in elsewhere.split()
    ).question


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("When did the ceasfire start?", "When did the ceasefire start?"),
        ("Who is Khaild Akram?", "Who is Khalid Akram?"),
        ("who is khaild akram", "who is Khalid akram"),
        ("Tarow's goalkeper", "Tarrow's goalkeeper"),
        ("WHO IS KHAILD AKRAM?", "WHO IS Khalid AKRAM?"),
        ("Did the goverment pay?", "Did the government pay?"),
        ("How deep was it in Ostreby?", "How deep was it in Osterby?"),
        ("Which finger did Irena Petrow break?", "Which finger did Irena Petrov break?"),
    ],
)
def test_a_misspelled_word_is_read_as_the_documents_spell_it(question: str, meant: str) -> None:
    assert read(question) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What happened in the villages?",  # another form of a word that is there
        "Where was the dividend shared out?",  # an English word that does not occur
        "Is the company divisible by two?",
        "Who is Irina?",  # a name of its own
        "Who won in Brannock?",  # one letter replaced makes another name
        "What did the TARO say?",
        "Where are the 1201 crowns?",
        "Was it the Malle, the Tarn or the Brann?",
        "Что сказал Кхалид?",
        "¿Quién es 王?",
    ],
)
def test_a_word_that_may_be_right_is_left_alone(question: str) -> None:
    assert read(question) == question


def test_each_word_read_as_another_one_is_told() -> None:
    read_as = correct_spelling("Tarow's goalkeper", [stored(text) for text in FOUND], lambda _: False)
    assert read_as.notes == ('read "Tarow" as "Tarrow"', 'read "goalkeper" as "goalkeeper"')


def test_a_word_that_could_be_two_others_is_left_alone() -> None:
    assert read("Who is Valdrn?", "Mr Valdran met Ms Valdren.") == "Who is Valdrn?"


def test_a_word_that_other_documents_hold_is_left_alone() -> None:
    assert read("Who is Khaild?", elsewhere="Khaild") == "Who is Khaild?"


def test_two_errors_are_read_over_beside_the_right_name_alone() -> None:
    assert read("Who is Ruslana Okafor?", "Then Roslaana Okafor left.") == "Who is Roslaana Okafor?"
    assert read("Who is Ruslana?", "Then Roslaana Okafor left.") == "Who is Ruslana?"


def test_nothing_found_nothing_read() -> None:
    assert correct_spelling("Who is Khaild?", [], lambda _: False).notes == ()
