"""The constants that turn resemblance into probability; fitted by tests/bench/fit_matching.py, see decision 0010."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one flow, each monotone in the probability.

    `coverage` 0..1: how well the story meets the flow's claims; `focus` 0..1: how much of the story is about them;
    `likeness` -1..1: cosine of the texts, 0 without an encoder; `claimed` and `told`: what flow and story say at all,
    in weighted words; `learned` 0..: what past openings of the flow add or, below 0, take away.
    """

    coverage: float
    focus: float
    likeness: float
    claimed: float
    told: float
    described: bool = True
    learned: float = 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence in log-odds, and `unmet`, what a claim counts that no word of the story comes near."""

    offset: float
    coverage: float
    focus: float
    likeness: float
    claimed: float
    told: float
    undescribed: float
    learned: float
    unmet: float

    def probability(self, evidence: Evidence) -> float:
        """Return the probability, 0..1, that the flow is the right one."""
        return 1 / (1 + math.exp(-self.log_odds(evidence)))

    def log_odds(self, evidence: Evidence) -> float:
        return (
            self.offset
            + self.coverage * evidence.coverage
            + self.focus * evidence.focus
            + self.likeness * evidence.likeness
            + self.claimed * math.log(0.1 + evidence.claimed)
            + self.told * math.log(1 + evidence.told)
            + self.learned * evidence.learned
            + (0.0 if evidence.described else self.undescribed)
        )


LEXICAL = Calibration(
    offset=-14.6,
    coverage=15.8,
    focus=6.4,
    likeness=0.0,
    claimed=2.25,
    told=1.5,
    undescribed=-6.0,
    learned=6.0,
    unmet=0.2,
)
BUNDLED = Calibration(
    offset=-15.6,
    coverage=11.7,
    focus=2.7,
    likeness=11.4,
    claimed=2.35,
    told=1.1,
    undescribed=-5.5,
    learned=2.5,
    unmet=0.15,
)
BY_ENCODER: Mapping[str, Calibration] = {
    "all-MiniLM-L6-v2-int8": BUNDLED
}  # each encoder has cosines of its own: one that was never fitted may find candidates, not decide
