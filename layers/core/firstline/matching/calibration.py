"""The constants that turn resemblance into probability; fitted by tests/bench/fit_matching.py, see decision 0010."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

MATCHED, SUGGEST = 0.75, 0.60
_ANY_OF_THREE = 0.7  # of the probability that it is one of the nearest three: 6 in 7 are then worth suggesting
_SHOWN = 3
_UNSEEN_FLOWS = 50.0  # problems nobody has written a flow for: with three flows, "none of them" weighs that much too
_MOST_SURE = 0.99  # calls are heard wrongly, and flows named wrongly


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one flow; the probability rises with each but `contrast` and `flows`.

    `coverage` 0..1: how well the story meets the flow's claims; `focus` 0..1: how much of the story is about them;
    `contrast` 0..1: how much of the story is in words that flows of the account have, and this one not; `likeness`
    -1..1: cosine of the texts, 0 without an encoder; `claimed` and `told`: what flow and story say at all, in weighted
    words; `learned` -1..1: what past openings of the flow add or take away; `flows`: how many the account has; `worded`
    0..1: the coverage by words alone.
    """

    coverage: float
    focus: float
    likeness: float
    claimed: float
    told: float
    contrast: float = 0.0
    described: bool = True
    learned: float = 0.0
    flows: int = 0
    worded: float = 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence in log-odds, and `unmet`, what a claim counts that no word of the story comes near.

    `by_words` is the part that the judgement by words alone has in the whole: an encoder and the words err apart.
    """

    offset: float
    coverage: float
    focus: float
    contrast: float
    likeness: float
    claimed: float
    told: float
    undescribed: float
    learned: float
    unmet: float
    by_words: float = 0.0

    def log_odds(self, evidence: Evidence) -> float:
        """Return those of this flow against none of the account's, as if it were the only one that comes near.

        Beforehand each of its flows is as likely as any other: one in as many as there are.
        """
        if not self.by_words:
            return self._own_log_odds(evidence)
        worded = LEXICAL.log_odds(replace(evidence, coverage=evidence.worded, likeness=0.0))
        return (1 - self.by_words) * self._own_log_odds(evidence) + self.by_words * worded

    def _own_log_odds(self, evidence: Evidence) -> float:
        return (
            self.offset
            - math.log(_UNSEEN_FLOWS + evidence.flows)
            + self.coverage * evidence.coverage
            + self.focus * evidence.focus
            + self.contrast * evidence.contrast
            + self.likeness * evidence.likeness
            + self.claimed * math.log(0.1 + evidence.claimed)
            + self.told * math.log(1 + evidence.told)
            + self.learned * evidence.learned
            + (0.0 if evidence.described else self.undescribed)
        )


def shares(odds: Sequence[float]) -> list[float]:
    """Return the probability of each flow beside all the others and none of them (multinomial logit, McFadden 1974)."""
    highest = max(0.0, *odds) if odds else 0.0
    masses = [math.exp(each - highest) for each in odds]
    whole = math.exp(-highest) + sum(masses)
    return [_MOST_SURE * mass / whole for mass in masses]


def scores(odds: Sequence[float]) -> list[float]:
    """Return the probabilities; that of a nearest flow not sure by itself is raised to what three of them are worth.

    Flows on the same problem share its probability. That it is one of them is then worth suggesting: 0.7 of it, which
    reaches SUGGEST where the nearest three hold the right flow in 6 cases of 7, and never MATCHED.
    """
    found = shares(odds)
    if found and max(found) < MATCHED:
        nearest = max(range(len(found)), key=found.__getitem__)
        found[nearest] = max(found[nearest], _ANY_OF_THREE * sum(sorted(found, reverse=True)[:_SHOWN]))
    return found


LEXICAL = Calibration(
    offset=-16.4,
    coverage=29.1,
    focus=6.9,
    contrast=-7.4,
    likeness=0.0,
    claimed=3.0,
    told=0.9,
    undescribed=-11.5,
    learned=10.0,
    unmet=0.2,
)
BUNDLED = Calibration(
    offset=-14.0,
    coverage=13.3,
    focus=0.1,
    contrast=-9.0,
    likeness=17.4,
    claimed=3.1,
    told=1.35,
    undescribed=-6.3,
    learned=6.0,
    unmet=0.15,
    by_words=0.2,
)
BY_ENCODER: Mapping[str, Calibration] = {
    "all-MiniLM-L6-v2-int8": BUNDLED
}  # each encoder has cosines of its own: one that was never fitted may find candidates, not decide
