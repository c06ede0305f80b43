"""What past openings teach of a flow: the words its callers use, and whether it then helped."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from firstline.matching.documents import Claim, Intake, Opening

_CHANCE = 0.1  # likeness that any two stories have
_NEWS = 0.15  # likeness beyond the flow's own words from which openings speak for it
_FEW = 4  # openings whose mean is worth half of what very many would tell
_NAMED = 0.3  # likeness from which a past ticket is given as a reason

Weigh = Callable[[Claim], float]


@dataclass(frozen=True, slots=True)
class Lesson:
    """`evidence` -1..1: above 0 the openings speak for the flow; `tickets` that opened alike, nearest first."""

    evidence: float = 0.0
    tickets: Sequence[str] = ()


def lesson(intake: Intake, openings: Sequence[Opening], weigh: Weigh, own: Collection[str] = ()) -> Lesson:
    """Compare with the mean of the helpful openings, so that what callers share outweighs what each adds.

    Only stems that are not the flow's `own` speak for it: its own ones are claims and have counted already, and the
    openings of a flow repeat them. Openings of walks that failed lower the evidence where they are the nearer ones.
    """
    if not openings:
        return Lesson()
    near = {stem: max(reach.similarity for reach in reached) for stem, reached in intake.reached.items()}
    news = {stem: similarity for stem, similarity in near.items() if stem not in own}
    length = _length(map(weigh, intake.terms))
    helpful = [opening for opening in openings if opening.helpful]
    failed = [opening for opening in openings if not opening.helpful]
    speaks = max(0.0, _likeness(helpful, news, length, weigh) - _NEWS) * _trust(helpful)
    if failed:
        alike = max(_CHANCE, _likeness(helpful, near, length, weigh))
        speaks -= max(0.0, _likeness(failed, near, length, weigh) - alike) * _trust(failed)
    named = [(_likeness([opening], near, length, weigh), opening.ticket) for opening in helpful]
    nearest = sorted((pair for pair in named if pair[0] >= _NAMED), key=lambda pair: (-pair[0], pair[1]))
    return Lesson(speaks, tuple(dict.fromkeys(ticket for _, ticket in nearest)))


def _trust(openings: Sequence[Opening]) -> float:
    return len(openings) / (len(openings) + _FEW)


def _likeness(openings: Sequence[Opening], near: Mapping[str, float], length: float, weigh: Weigh) -> float:
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
