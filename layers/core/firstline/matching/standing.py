"""How a flow has fared of late, as a mild prior: what it resolved speaks for it, what failed or came back against."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_HALF_LIFE = timedelta(days=90)  # after which a call counts half
_EXPECTED = 0.8  # share of resolved calls of a flow nobody knows anything of
_CALLS_EXPECTED = 5.0  # how many calls that expectation weighs


@dataclass(frozen=True, slots=True)
class Standing:
    """Calls a flow `helped` and `failed` as they counted `at` a moment, each halved every 90 days."""

    helped: float
    failed: float
    at: datetime

    @classmethod
    def of(cls, calls: Iterable[tuple[datetime, bool]], *, at: datetime) -> "Standing":
        """Count past calls: when each was, and whether the flow helped."""
        counted = {True: 0.0, False: 0.0}
        for when, helpful in calls:
            counted[helpful] += _faded(at - when)
        return cls(counted[True], counted[False], at)

    def log_odds(self, at: datetime) -> float:
        """Return what to add to the log-odds of a match: the posterior mean of helping over the expected share.

        At most ln(1 / 0.8) = 0.22 up; down as far as failures weigh; 0 for a flow nobody has walked for long.
        """
        faded = _faded(at - self.at)
        helped = faded * self.helped + _EXPECTED * _CALLS_EXPECTED
        return math.log(helped / (faded * (self.helped + self.failed) + _CALLS_EXPECTED) / _EXPECTED)

    def to_json(self) -> dict[str, Any]:
        return {"helped": round(self.helped, 3), "failed": round(self.failed, 3), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Standing":
        return cls(document["helped"], document["failed"], datetime.fromisoformat(document["at"]))


def shifted(score: float, log_odds: float) -> float:
    """Return a probability moved by log-odds; 0 and 1 stay what they are."""
    if not 0 < score < 1:
        return score
    return 1 / (1 + math.exp(-log_odds) * (1 - score) / score)


def _faded(age: timedelta) -> float:
    return float(2 ** -max(0.0, age / _HALF_LIFE))
