"""Every minute: send what stayed in the outbox."""

from typing import Any

from firstline.clock import now
from firstline.outbox import sweeping


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many messages were sent, and for how many accounts that failed."""
    return sweeping.sweep(at=now())
