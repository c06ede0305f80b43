"""Every night: forget messages that were sent and replies nobody will ask for again."""

from typing import Any

from firstline.accounts.forgetting import forget_old_records
from firstline.clock import now


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many rows went, and for how many accounts that failed."""
    return forget_old_records(at=now())
