"""What past openings teach of a flow: the words its callers use, and whether it then helped."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from firstline.matching.documents import Claim, Intake, Opening

_CHANCE = 0.1  # likeness that any two stories have
_NAMED = 0.3  # likeness from which a past ticket is given as a reason

Weigh = Callable[[Claim], float]


@dataclass(frozen=True, slots=True)
class Lesson:
    """`evidence` -1..1: above 0 the openings speak for the flow; `tickets` that opened alike, nearest first."""

    evidence: float = 0.0
    tickets: Sequence[str] = ()


def lesson(intake: Intake, openings: Sequence[Opening], weigh: Weigh) -> Lesson:
    """Compare with the mean of the helpful openings, so that what callers share outweighs what each adds.

    Helpful openings never lower the evidence; openings of walks that failed lower it only where they are the nearer.
    """
    if not openings:
        return Lesson()
    near = {stem: max(reach.similarity for reach in reached) for stem, reached in intake.reached.items()}
    length = _length(map(weigh, intake.terms))
    helpful = [opening for opening in openings if opening.helpful]
    speaks = _likeness(helpful, near, length, weigh)
    against = _likeness([opening for opening in openings if not opening.helpful], near, length, weigh)
    evidence = max(0.0, speaks - _CHANCE) - max(0.0, against - max(speaks, _CHANCE))
    alike = [(_likeness([opening], near, length, weigh), opening.ticket) for opening in helpful]
    named = sorted((pair for pair in alike if pair[0] >= _NAMED), key=lambda pair: (-pair[0], pair[1]))
    return Lesson(evidence, tuple(dict.fromkeys(ticket for _, ticket in named)))


def _likeness(openings: Sequence[Opening], near: dict[str, float], length: float, weigh: Weigh) -> float:
    """Return the cosine, 0..1, of intake and mean opening; a word near in meaning counts as far as it is near."""
    counts: dict[str, float] = {}
    weights: dict[str, float] = {}
    for opening in openings:
        for claim in opening.claims:
            counts[claim.stem] = counts.get(claim.stem, 0.0) + 1
            weights[claim.stem] = weigh(claim)
    mean = {stem: weights[stem] * count for stem, count in counts.items()}
    across = _length(mean.values()) * length
    met = sum(weight * weights[stem] * near.get(stem, 0.0) ** 2 for stem, weight in mean.items())
    return min(1.0, met / across) if across else 0.0


def _length(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights))
