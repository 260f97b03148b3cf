"""The cross-encoder with its real weights, and with damaged ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.english.sentences import split_sentences
from assistant.errors import WeightsError
from assistant.models.cross_encoder import FOLDER, JUDGES, MiniCrossEncoder, Perceptron
from assistant.ports import Embedding, Quote, StoredChunk
from assistant.types import Chunk, DocumentMetadata, Statement

TEXT = (
    "The museum in Aldwick opened in 1911. Its roof was mended by Petra Holm, a carpenter from the north. "
    "Entry costs four crowns on weekdays."
)


@pytest.fixture(scope="module")
def cross_encoder() -> MiniCrossEncoder:
    return MiniCrossEncoder.open()


def chunk(text: str, title: str = "A day in Aldwick") -> StoredChunk:
    spans = tuple(Statement(start, end) for start, end in split_sentences(text))
    empty = Embedding(np.zeros(384, dtype=np.float32), np.zeros((len(spans), 384), dtype=np.float32))
    found = Chunk(source="aldwick.txt", start=0, end=len(text), text=text)
    return StoredChunk(found, DocumentMetadata(source="aldwick.txt", title=title), spans, empty)


@pytest.mark.parametrize(
    ("question", "number", "answer"),
    [
        ("When did the museum open?", 0, "1911"),
        ("Who mended the roof?", 1, "Petra Holm"),
        ("How much does entry cost?", 2, "four crowns"),
    ],
)
def test_the_sentence_that_answers_is_found_with_its_words(
    cross_encoder: MiniCrossEncoder, question: str, number: int, answer: str
) -> None:
    (reading,) = cross_encoder.read(question, [chunk(TEXT)])
    assert int(np.argmax(reading.sentences)) == number
    assert reading.sentences[number] > 0
    assert answer in reading.answers[number]


def test_what_nothing_answers_scores_below_nothing(cross_encoder: MiniCrossEncoder) -> None:
    (reading,) = cross_encoder.read("Who is the mayor of Kestrel Bay?", [chunk(TEXT)])
    assert reading.sentences.max() < 0


@pytest.mark.parametrize(
    "other", ["Who mended the roof of the school?", "Who painted the roof?", "When did the library open?"]
)
def test_a_passage_is_bound_to_what_it_names(cross_encoder: MiniCrossEncoder, other: str) -> None:
    (own,) = cross_encoder.read("Who mended the roof?", [chunk(TEXT)])
    (reading,) = cross_encoder.read(other, [chunk(TEXT)])
    assert reading.bound < own.bound


def test_a_passage_is_read_alike_alone_and_among_others(cross_encoder: MiniCrossEncoder) -> None:
    others = [chunk("Rain fell all week. The harvest is late."), chunk(TEXT * 3), chunk("Yes.")]
    (alone,) = cross_encoder.read("Who mended the roof?", [chunk(TEXT)])
    among = cross_encoder.read("Who mended the roof?", [*others, chunk(TEXT)])[-1]
    assert among.answers == alone.answers
    np.testing.assert_allclose(among.sentences, alone.sentences, atol=1e-4)


def test_what_lies_beyond_the_tokens_that_are_read_is_never_an_answer(cross_encoder: MiniCrossEncoder) -> None:
    long = "The clock in the tower was wound by hand every morning for many years. " * 20 + TEXT
    (reading,) = cross_encoder.read("Who mended the roof?", [chunk(long)])
    assert len(reading.sentences) == len(reading.answers) == len(split_sentences(long))
    assert reading.sentences[-1] == -20


def test_nothing_to_compare(cross_encoder: MiniCrossEncoder) -> None:
    assert cross_encoder.compare("Who mended the roof?", []) == []
    (found,) = cross_encoder.compare(
        "Who mended it?", [(Quote("A", "Petra Holm mended it."), Quote("B", "Ola Berg did it."))]
    )
    assert 0 < found.contradiction < 1
    assert found.same_answer + found.contradiction < 1


@pytest.mark.parametrize("lost", [JUDGES, "heads.npz", "model.bin", "tokenizer.json"])
@pytest.mark.parametrize("how", ["missing", "cut"])
def test_damaged_weights_are_reported_with_the_cure(tmp_path: Path, lost: str, how: str) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "weights"))
    if how == "missing":
        (folder / lost).unlink()
    else:
        (folder / lost).write_bytes((folder / lost).read_bytes()[:1000])
    with pytest.raises(WeightsError, match="`pip install --force-reinstall assistant`"):
        MiniCrossEncoder.open(folder)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_a_perceptron_comes_back_from_its_file(inputs: int, outputs: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    shapes = ((3, inputs), (3,), (outputs, 3), (outputs,))
    made = Perceptron(*(chance.normal(size=shape).astype(np.float32) for shape in shapes))
    again = Perceptron.among({"other_inner": 1, **made.named("own")}, "own")
    rows = chance.normal(size=(4, inputs)).astype(np.float32)
    np.testing.assert_array_equal(again(rows), made(rows))
    assert made(rows).shape == (4, outputs)
