"""Counts of ended walks, added up, and the rates they make."""

from dataclasses import dataclass
from typing import Any


def share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


@dataclass(slots=True)
class Sums:
    """Ended walks; `seconds` is the time the resolved ones took together."""

    sessions: int = 0
    resolved: int = 0
    helped: int = 0
    escalated: int = 0
    abandoned: int = 0
    carried: int = 0
    seconds: float = 0.0

    def add(self, row: Any) -> None:
        """Add a row of counts that has a column of each name."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(row, name))

    @property
    def coverage(self) -> float | None:
        return share(self.carried, self.sessions)

    def outcomes(self) -> dict[str, Any]:
        return {
            "sessions": self.sessions,
            "resolved": self.resolved,
            "helped": self.helped,
            "escalated": self.escalated,
            "abandoned": self.abandoned,
            "resolution_rate": share(self.resolved, self.sessions),
            "escalation_rate": share(self.escalated, self.sessions),
            "mean_seconds_to_resolve": share(self.seconds, self.resolved),
        }
