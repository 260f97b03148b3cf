"""The public surface, the error tree as it is drawn, and what importing the package costs."""

import inspect
import re
import subprocess
import sys

import pytest

import assistant
from assistant import errors
from tests.programs import ENGINES


def test_public_names_are_these() -> None:
    assert set(assistant.__all__) == {
        *("NOT_IN_DOCUMENTS", "Answer", "Assistant", "AssistantError", "Citation", "Claim", "Conflict", "Delta"),
        *("Document", "Filter", "Passage", "Settings", "Turn", "ask"),
    }
    for name in assistant.__all__:
        assert getattr(assistant, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        assistant.nonsense  # noqa: B018


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn: list[tuple[int, str]] = [
        (len(line) - len(line.lstrip()), line.split()[-1])
        for line in (errors.__doc__ or "").splitlines()
        if re.match(r"\s*[*x+-] \w+$", line)
    ]
    parents: dict[int, str] = {}
    for depth, name in drawn:
        above = [parents[d] for d in sorted(parents) if d < depth]
        parents = {d: n for d, n in parents.items() if d < depth} | {depth: name}
        expected = above[-1] if above else "Exception"
        assert getattr(errors, name).__base__.__name__ == expected
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert {name for _, name in drawn} == classes


@pytest.mark.parametrize("code", ["import assistant", "from assistant import Settings, Turn"])
def test_importing_loads_no_engine(code: str) -> None:
    script = f"import sys; {code}; print(*[m for m in {ENGINES!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
