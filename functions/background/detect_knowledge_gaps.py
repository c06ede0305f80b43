"""Every night: tell accounts which knowledge gaps are new, or worse than they were."""

from typing import Any

from firstline.analytics.detecting import detect_everywhere
from firstline.clock import now


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many gaps were told of, and for how many accounts that failed."""
    return detect_everywhere(at=now())
