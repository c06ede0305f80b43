"""Every quarter of an hour: end the AI sessions nobody came back to for a day."""

from typing import Any

from firstline.ai_sessions.abandoning import abandon_idle_ai_sessions
from firstline.clock import now


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many AI sessions were abandoned, and for how many accounts that failed."""
    return abandon_idle_ai_sessions(at=now())
