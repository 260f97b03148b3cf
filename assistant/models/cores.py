"""The number of CPU cores to use."""

from __future__ import annotations

import os
from collections.abc import Callable


def cores() -> int:
    """The number of cores this process may use; containers and schedulers may grant fewer than the machine has."""
    # macOS and Windows cannot say.
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
