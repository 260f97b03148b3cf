"""Reads the cross-encoder's weights from CTranslate2's int8 file into torch tensors."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

Weights = NDArray[np.float32]


def restored(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors that ``save`` wrote, by the names of ``Model``: the inverse of ``minilm.convert``."""
    found = _stored((folder / "model.bin").read_bytes())
    made = {
        "embeddings.word_embeddings.weight": found["embeddings_0/weight"],
        "embeddings.token_type_embeddings.weight": found["embeddings_1/weight"],
        "embeddings.position_embeddings.weight": found["position_encodings/encodings"],
        **_norm(found, "layernorm_embedding", "embeddings.LayerNorm"),
    }
    for number in range(len([name for name in found if name.endswith("/ffn/linear_0/weight")])):
        layer, prefix = f"layer_{number}", f"encoder.layer.{number}"
        for part in ("weight", "bias"):
            fused = np.split(found[f"{layer}/self_attention/linear_0/{part}"], 3)
            for name, piece in zip(("query", "key", "value"), fused, strict=True):
                made[f"{prefix}.attention.self.{name}.{part}"] = piece
            made[f"{prefix}.attention.output.dense.{part}"] = found[f"{layer}/self_attention/linear_1/{part}"]
            made[f"{prefix}.intermediate.dense.{part}"] = found[f"{layer}/ffn/linear_0/{part}"]
            made[f"{prefix}.output.dense.{part}"] = found[f"{layer}/ffn/linear_1/{part}"]
        made |= _norm(found, f"{layer}/self_attention/layer_norm", f"{prefix}.attention.output.LayerNorm")
        made |= _norm(found, f"{layer}/ffn/layer_norm", f"{prefix}.output.LayerNorm")
    with np.load(folder / "heads.npz") as heads:
        named = {name.replace("_", "."): heads[name] for name in heads.files}
    return {n: torch.tensor(t) for n, t in {**{f"bert.{n}": t for n, t in made.items()}, **named}.items()}


def _norm(found: Mapping[str, Weights], name: str, ours: str) -> dict[str, Weights]:
    return {f"{ours}.weight": found[f"{name}/gamma"], f"{ours}.bias": found[f"{name}/beta"]}


def _stored(data: bytes) -> dict[str, Weights]:
    """The variables of a CTranslate2 file (version 6) as float32, by their names without ``encoder/``."""
    place = struct.calcsize("<IH") + struct.unpack_from("<H", data, 4)[0] + 4
    (count,) = struct.unpack_from("<I", data, place)
    place += 4
    raw: dict[str, Weights] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 1 + length].decode().removeprefix("encoder/")
        place += 2 + length
        dimensions = data[place]
        shape = struct.unpack_from(f"<{dimensions}I", data, place + 1)
        kind, size = struct.unpack_from("<BI", data, place + 1 + 4 * dimensions)
        place += 6 + 4 * dimensions
        if kind in (0, 1):
            raw[name] = np.frombuffer(data[place : place + size], np.float32 if kind == 0 else np.int8).reshape(shape)
        place += size
    scales = {name: values for name, values in raw.items() if name.endswith("_scale")}
    return {
        name: values / scales[f"{name}_scale"][:, None] if f"{name}_scale" in scales else values
        for name, values in raw.items()
        if name not in scales
    }
