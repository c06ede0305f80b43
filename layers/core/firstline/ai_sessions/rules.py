"""How sure an AI session is of its way: a figure from what was answered, what is known, and what was served."""

from collections.abc import Sequence

from firstline.building.rules import ServedType
from firstline.db.models.ai_sessions import ConfidenceTier
from firstline.walks.nodes import Step
from firstline.walks.rules import OTHER, UNSURE

EXPLORING_FROM = 0.4
GUIDED_FROM = 0.8

MATCH_WEIGHT = 0.5  # a published flow that fits for certain is half of the way
DOUBT_PER_ANSWER = 0.85  # what one more definite answer leaves of the doubt
MOST_WITHOUT_A_CURE = 0.79  # guided means that an end was served, not that many questions were asked

_INDEFINITE = frozenset({UNSURE, OTHER})


def confidence_of(*, match_score: float | None, path: Sequence[Step], pending: ServedType | None) -> float:
    """Return 0..1: known = 1 - (1 - match_score/2) * 0.85^n, with n the steps answered definitely.

    Without a resolved end it is known, at most 0.79; once one is served it is 0.8 + 0.2 * known.
    """
    definite = sum(step.answer not in _INDEFINITE for step in path)
    known = 1 - (1 - MATCH_WEIGHT * (match_score or 0.0)) * DOUBT_PER_ANSWER**definite
    sure = GUIDED_FROM + (1 - GUIDED_FROM) * known if pending is ServedType.RESOLVED else known
    return round(sure if pending is ServedType.RESOLVED else min(sure, MOST_WITHOUT_A_CURE), 4)


def tier_of(confidence: float) -> ConfidenceTier:
    """Return discovery below 0.4, exploring below 0.8, guided from there on."""
    if confidence < EXPLORING_FROM:
        return ConfidenceTier.DISCOVERY
    return ConfidenceTier.EXPLORING if confidence < GUIDED_FROM else ConfidenceTier.GUIDED
