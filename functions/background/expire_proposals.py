"""Every night: dismiss proposals that no session has supported for long."""

from typing import Any

from firstline.clock import now
from firstline.flywheel import upkeep


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many proposals were dismissed, and for how many accounts that failed."""
    return upkeep.expire_everywhere(at=now())
