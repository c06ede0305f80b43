"""Every quarter of an hour: give vectors to flows that lack them, or have those of an encoder used before."""

from typing import Any

from firstline.accounts.rounds import everywhere
from firstline.matching.vector_index import renew_vectors


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Return how many were given vectors, and for how many accounts that failed."""
    return everywhere("matching.vectors_renewed", renew_vectors)
