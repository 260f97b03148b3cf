"""What the checks make of sentences that real small models wrote, and of the same with one thing changed."""

import pytest

from assistant.models.minilm import MiniLM
from tests.robustness.drafted import Judged, judged, table


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> list[Judged]:
    return judged(tmp_path_factory.mktemp("drafted"), embedder)


def share(found: list[Judged], supported: bool) -> float:
    right = [judgement.right for judgement in found if judgement.sentence.supported == supported]
    return sum(right) / len(right)


def test_what_the_documents_do_not_say_is_caught(found: list[Judged]) -> None:
    assert share(found, supported=False) >= 0.95, table(found)


def test_what_they_say_is_seldom_marked(found: list[Judged]) -> None:
    assert share(found, supported=True) >= 0.91, table(found)
