"""Every hour: give sessions that the flywheel has not finished back to its queue."""

from typing import Any

from firstline.clock import now
from firstline.flywheel import upkeep


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many sessions were put back, and for how many accounts that failed."""
    return upkeep.resume_everywhere(at=now())
