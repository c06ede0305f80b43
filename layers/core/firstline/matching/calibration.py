"""The constants that turn resemblance into probability; fitted by tests/bench/fit_matching.py, see decision 0010."""

import math
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
        odds = (
            self.offset
            + self.coverage * evidence.coverage
            + self.focus * evidence.focus
            + self.likeness * evidence.likeness
            + self.claimed * math.log(0.1 + evidence.claimed)
            + self.told * math.log(1 + evidence.told)
            + self.learned * evidence.learned
            + (0.0 if evidence.described else self.undescribed)
        )
        return 1 / (1 + math.exp(-odds))


LEXICAL = Calibration(
    offset=-9.5,
    coverage=10.5,
    focus=4.3,
    likeness=0.0,
    claimed=1.5,
    told=1.0,
    undescribed=-2.0,
    learned=4.0,
    unmet=0.2,
)
BUNDLED = Calibration(
    offset=-9.0,
    coverage=6.7,
    focus=1.55,
    likeness=6.5,
    claimed=1.35,
    told=0.64,
    undescribed=-2.0,
    learned=3.0,
    unmet=0.15,
)
