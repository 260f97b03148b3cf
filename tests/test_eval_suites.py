"""The suites of this repository: their gold holds against their documents, and dev and test do not mix."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.eval import load
from assistant.ingest.read import read_folder

ROOT = Path(__file__).parent.parent / "eval"


@pytest.mark.parametrize("suite", [".", "newsroom", "everyday"])
def test_load_finds_no_fault_in_a_shipped_suite(suite: str) -> None:
    dev, test = (load(ROOT / suite, read_folder, split) for split in ("dev", "test"))
    assert not {case.id for case in dev.cases} & {case.id for case in test.cases}
    assert not {case.question for case in dev.cases} & {case.question for case in test.cases}


def test_everyday_dev_and_test_ask_about_different_documents() -> None:
    dev, test = (
        {
            source
            for case in load(ROOT / "everyday", read_folder, split).cases
            for source in (case.cluster, *(gold.source for gold in case.evidence))
        }
        for split in ("dev", "test")
    )
    assert not dev & test
