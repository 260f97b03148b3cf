"""How many cores there are to work with."""

from __future__ import annotations

import os
from collections.abc import Callable


def cores() -> int:
    """Cores this process may use: containers and schedulers grant fewer than the machine has."""
    # macOS and Windows cannot say.
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
