"""Every quarter of an hour: end the walks nobody came back to for a day."""

from typing import Any

from firstline.clock import now
from firstline.walks.abandoning import abandon_idle_walks


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many walks were abandoned, and for how many accounts that failed."""
    return abandon_idle_walks(at=now())
