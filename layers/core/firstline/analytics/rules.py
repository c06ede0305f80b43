"""How far back one looks."""

from datetime import timedelta
from enum import StrEnum


class Period(StrEnum):
    """How far back one looks."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def length(self) -> timedelta:
        return timedelta(days=int(self.value.removesuffix("d")))
