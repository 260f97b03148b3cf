"""What both encoders share: CTranslate2 on all cores, and tokenizers that cut and pad nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def cores() -> int:
    """The number of cores this process may use; containers and schedulers may grant fewer than the machine has."""
    # macOS and Windows cannot say.
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def encoder(folder: Path, precision: str, files: Mapping[str, bytes] | None = None) -> Any:
    """The CTranslate2 encoder in ``folder``, or in ``files`` if given."""
    import ctranslate2

    # Each core works on batches of its own. Together on one batch they would wait for each other, which is ten times
    # slower as soon as another program keeps one of them busy.
    return ctranslate2.Encoder(
        str(folder), device="cpu", compute_type=precision, files=files, inter_threads=cores(), intra_threads=1
    )


def tokenizer(published: bytes) -> Tokenizer:
    """The tokenizer that a published ``tokenizer.json`` holds, without its padding and its limit of length."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(published.decode())
    made.no_padding()
    made.no_truncation()
    return made


def vocabulary(tokenizer: Tokenizer) -> list[str]:
    """The word pieces of a tokenizer by their numbers, as CTranslate2 stores them."""
    numbers = tokenizer.get_vocab()
    return sorted(numbers, key=numbers.__getitem__)
