"""What a search selects: the best first, copies last, several sources where there are several."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ports import Embedding, Hit, StoredChunk
from assistant.retrieval.retrieve import select
from assistant.types import Chunk, DocumentMetadata, Statement


def hit(source: str, start: int, score: float, direction: int) -> Hit:
    """A hit whose vector points in that direction; another of the same direction is a copy."""
    whole = np.zeros(400, dtype=np.float32)
    whole[direction] = 1
    text = f"{source} {start}"
    chunk = Chunk(source=source, start=start, end=start + len(text), text=text)
    parts = np.array([whole])
    stored = StoredChunk(
        chunk, DocumentMetadata(source=source, title=source), (Statement(0, len(text)),), Embedding(whole, parts)
    )
    return Hit(stored, score)


def sources(hits: tuple[Hit, ...]) -> list[str]:
    return [found.stored.chunk.source for found in hits]


def test_a_copy_in_another_source_comes_last() -> None:
    ranked = [hit("a", 0, 3.0, 7), hit("copy", 0, 2.9, 7), hit("b", 0, 1.0, 8)]
    assert sources(select(ranked, 3)) == ["a", "b", "copy"]


def test_the_same_direction_within_a_source_is_no_copy() -> None:
    ranked = [hit("a", 0, 3.0, 7), hit("a", 9, 2.9, 7), hit("b", 0, 1.0, 8)]
    assert sources(select(ranked, 3)) == ["a", "a", "b"]


def test_one_long_document_does_not_crowd_out_the_others() -> None:
    ranked = [*(hit("long", i, 9.0 - i / 10, i) for i in range(10)), hit("b", 0, 1.0, 20), hit("c", 0, 0.9, 21)]
    assert set(sources(select(ranked, 6))) == {"long", "b", "c"}
    assert sources(select(ranked, 6))[:4] == ["long"] * 4


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 30)), unique=True, max_size=30), st.integers(1, 15))
def test_a_selection_is_part_of_what_was_found(places: list[tuple[str, int]], limit: int) -> None:
    ranked = [hit(source, start, float(-i), i) for i, (source, start) in enumerate(places)]
    chosen = select(ranked, limit)
    assert len(chosen) == min(limit, len(ranked))
    assert len({(h.stored.chunk.source, h.stored.chunk.start) for h in chosen}) == len(chosen)
    if chosen:
        assert chosen[0] is ranked[0]
    assert len(set(sources(chosen))) >= min(2, limit, len({source for source, _ in places}))


@pytest.mark.parametrize("limit", [1, 5])
def test_nothing_found_nothing_selected(limit: int) -> None:
    assert select([], limit) == ()
