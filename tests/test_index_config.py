"""An index configuration is read strictly, and what is wrong with it is said by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import IndexConfigError
from assistant.index_config import IndexConfig

SHIPPED = Path(__file__).parent.parent / "index"


def test_no_file_means_the_default(tmp_path: Path) -> None:
    assert IndexConfig.read(tmp_path) == IndexConfig()


def test_the_shipped_file_says_the_default_and_explains_every_key() -> None:
    assert IndexConfig.read(SHIPPED) == IndexConfig()
    paragraphs = (SHIPPED / "config.toml").read_text().split("\n\n")[1:]
    assert [p.rpartition("\n")[2].split(" = ")[0] for p in map(str.strip, paragraphs)] == list(IndexConfig.model_fields)
    assert all(p.startswith("# ") for p in paragraphs)


def test_keys_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("chunk_tokens = 100")
    assert IndexConfig.read(tmp_path) == IndexConfig(chunk_tokens=100)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chunk_size = 100", "'chunk_size'"),
        ('chunk_tokens = "many"', "'chunk_tokens' is 'many'"),
        ("chunk_tokens = 1.5", "'chunk_tokens' is 1.5"),
        ("chunk_tokens = 0", "'chunk_tokens' is 0"),
        ("chunk_overlap = -1", "'chunk_overlap' is -1"),
        ('analyzer = "klingon"', "'analyzer' is 'klingon'"),
        ('embedder = ""', "'embedder' is ''"),
        ("header = 1", "'header' is 1"),
        ("chunk_tokens = \nheader = true", "line 1"),
    ],
    ids=[
        "unknown key",
        "text",
        "fraction",
        "too small",
        "negative",
        "no such choice",
        "empty",
        "number",
        "no toml",
    ],
)
def test_errors_name_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(IndexConfigError) as caught:
        IndexConfig.read(tmp_path)
    assert says in str(caught.value)
    assert f"`rm {tmp_path / 'config.toml'}`" in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexConfigError, match=r"config\.toml"):
        IndexConfig.read(tmp_path)


def test_every_key_changes_the_fingerprint() -> None:
    configs = [
        IndexConfig(),
        IndexConfig(embedder="bge-m3"),
        IndexConfig(chunk_tokens=100),
        IndexConfig(chunk_overlap=0),
        IndexConfig(analyzer="plain"),
        IndexConfig(header=False),
    ]
    assert len({config.fingerprint for config in configs}) == len(IndexConfig.model_fields) + 1
    assert IndexConfig().fingerprint == IndexConfig().fingerprint


def test_the_file_is_read_by_its_old_name_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("chunk_tokens = 100")
    with pytest.warns(FutureWarning, match=r"recipe\.toml' is called 'config\.toml'"):
        assert IndexConfig.read(tmp_path) == IndexConfig(chunk_tokens=100)
    (tmp_path / "config.toml").write_text("chunk_tokens = 50")
    assert IndexConfig.read(tmp_path) == IndexConfig(chunk_tokens=50)
