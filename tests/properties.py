"""How Hypothesis searches: the same examples in every run, or so many random ones with ``FUZZ=300`` (``just fuzz``)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

FUZZ = int(os.environ.get("FUZZ") or 0)
EXAMPLES = FUZZ or 100
"""Examples of each property."""

PROFILE = settings(
    max_examples=EXAMPLES,
    derandomize=not FUZZ,
    database=None,
    print_blob=True,
    # Both limit the time, and a busy machine would fail.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def load_profile() -> None:
    """Make every property search by ``PROFILE``."""
    settings.register_profile("assistant", PROFILE)
    settings.load_profile("assistant")


def fewer(times: int) -> settings:
    """For a property that is slow to check: ``times`` fewer examples."""
    return settings(PROFILE, max_examples=EXAMPLES // times)
