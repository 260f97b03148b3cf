"""Outputs like those of small models, said by the double: some of them, and all in ``just robustness``."""

import pytest

from assistant.models.minilm import MiniLM
from tests.robustness.small_models import Verdict, run, table


@pytest.fixture(scope="module", params=[12, pytest.param(1, marks=pytest.mark.robustness)], ids=["some", "all"])
def verdicts(
    tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM, request: pytest.FixtureRequest
) -> list[Verdict]:
    return run(tmp_path_factory.mktemp("newsroom"), embedder, every=request.param)


def test_nothing_invented_is_labelled_supported(verdicts: list[Verdict]) -> None:
    assert [verdict.answer.text for verdict in verdicts if verdict.let_through] == []


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        ("good", 1.0),
        ("good, freely put", 0.5),
        ("uncited", 1.0),
        ("wrongly cited", 1.0),
        ("invented number", 1.0),
        ("invented source", 1.0),
        ("outside knowledge", 1.0),
        ("added clause", 1.0),
        ("wrong refusal", 0.9),
        ("injected order", 1.0),
        ("JSON in prose", 1.0),
    ],
)
def test_the_final_answer_is_right_about_support(verdicts: list[Verdict], kind: str, share: float) -> None:
    some = [verdict.right for verdict in verdicts if verdict.output.kind == kind]
    assert some
    assert sum(some) >= share * len(some), table(verdicts)
