"""The log of a function: JSON lines whose messages are dotted constants (`walk.resolved`) with fields."""

from functools import lru_cache

from aws_lambda_powertools import Logger


@lru_cache(maxsize=1)
def log() -> Logger:
    """Return the process's logger; the level comes from POWERTOOLS_LOG_LEVEL."""
    return Logger(service="firstline", utc=True)
