"""The constants that turn resemblance into probability; fitted by tests/bench/fit_matching.py, see decision 0010."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

BESIDE = 4.0  # log-odds behind the nearest flow within which another one is a rival
_FEW_RIVALS = 2  # as many sisters as any problem has
_DOUBLED = 5.5  # log-odds that each doubling of the rivals costs
_MOST_CROWDED = 6.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one flow, each monotone in the probability.

    `coverage` 0..1: how well the story meets the flow's claims; `focus` 0..1: how much of the story is about them;
    `likeness` -1..1: cosine of the texts, 0 without an encoder; `claimed` and `told`: what flow and story say at all,
    in weighted words; `learned` -1..1: what past openings of the flow add or take away; `rivals`: how many other flows
    come about as near to the story as the nearest one.
    """

    coverage: float
    focus: float
    likeness: float
    claimed: float
    told: float
    described: bool = True
    learned: float = 0.0
    rivals: int = 0


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
            - _crowd(evidence.rivals)
            + self.coverage * evidence.coverage
            + self.focus * evidence.focus
            + self.likeness * evidence.likeness
            + self.claimed * math.log(0.1 + evidence.claimed)
            + self.told * math.log(1 + evidence.told)
            + self.learned * evidence.learned
            + (0.0 if evidence.described else self.undescribed)
        )


def _crowd(rivals: int) -> float:
    """Return what rivals cost: the nearest of many alike is the nearest by chance, the more so the more there are."""
    return min(_MOST_CROWDED, _DOUBLED * max(0.0, math.log2((1 + rivals) / (1 + _FEW_RIVALS))))


LEXICAL = Calibration(
    offset=-15.3,
    coverage=15.8,
    focus=6.4,
    likeness=0.0,
    claimed=2.25,
    told=1.5,
    undescribed=-5.8,
    learned=10.0,
    unmet=0.2,
)
BUNDLED = Calibration(
    offset=-15.8,
    coverage=11.7,
    focus=2.7,
    likeness=11.4,
    claimed=2.35,
    told=1.1,
    undescribed=-6.0,
    learned=6.0,
    unmet=0.15,
)
BY_ENCODER: Mapping[str, Calibration] = {
    "all-MiniLM-L6-v2-int8": BUNDLED
}  # each encoder has cosines of its own: one that was never fitted may find candidates, not decide
