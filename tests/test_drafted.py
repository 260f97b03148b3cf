"""What the checks make of sentences that real small models wrote, and of the same with one thing changed.

Some of them, and all in ``just robustness``.
"""

import pytest

from assistant.models.minilm import MiniLM
from tests.robustness.drafted import SENTENCES, Judged, judged, table


@pytest.fixture(scope="module", params=[4, pytest.param(1, marks=pytest.mark.robustness)], ids=["some", "all"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> list[Judged]:
    return judged(tmp_path_factory.mktemp("drafted"), embedder, SENTENCES[:: request.param])


def share(found: list[Judged], supported: bool) -> float:
    right = [judgement.right for judgement in found if judgement.sentence.supported == supported]
    return sum(right) / len(right)


def test_what_the_documents_do_not_say_is_caught(found: list[Judged]) -> None:
    assert share(found, supported=False) >= 0.95, table(found)


def test_what_they_say_is_seldom_marked(found: list[Judged]) -> None:
    assert share(found, supported=True) >= 0.9, table(found)
