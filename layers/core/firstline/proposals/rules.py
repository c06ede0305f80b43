"""When a proposal may be reviewed, what a review does, and how far its evidence can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from firstline.db.models.proposals import ProposalStatus, ProposalType
from firstline.errors import Conflict, Unprocessable
from firstline.flows.rules import Graph, GraphProblem, problems

PRIOR_SUCCESSES = 1.0
PRIOR_FAILURES = 2.0
SHARE_SAVED_WITHOUT_COMPARISON = 0.5  # of a call's handling time, while no published flow gives a measure


class ReviewAction(StrEnum):
    """What a reviewer decides; the value of the request, and the status it leads to."""

    APPROVE = "approve"
    MODIFY = "modify"
    REJECT = "reject"
    DISMISS = "dismiss"

    @property
    def leads_to(self) -> ProposalStatus:
        return {
            ReviewAction.APPROVE: ProposalStatus.APPROVED,
            ReviewAction.MODIFY: ProposalStatus.MODIFIED,
            ReviewAction.REJECT: ProposalStatus.REJECTED,
            ReviewAction.DISMISS: ProposalStatus.DISMISSED,
        }[self]

    @property
    def publishes(self) -> bool:
        return self in (ReviewAction.APPROVE, ReviewAction.MODIFY)


class AlreadyReviewed(Conflict):
    type = "already-reviewed"
    title = "Somebody has reviewed it already"


class NotPublishable(Unprocessable):
    type = "not-publishable"
    title = "The graph is not fit to be published"


class MergeConflict(Conflict):
    type = "merge-conflict"
    title = "The live flow has moved"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the sessions behind a proposal fared, counted in sessions."""

    resolved: int
    failed: int = 0
    reopened: int = 0


def confidence(outcomes: Outcomes) -> float:
    """Return the expected share of calls the proposal resolves, 0..1.

    The mean of a Beta(successes + 1, failures + 2) distribution: with no evidence at all one call in three; a ticket
    that came back counts as a failure and no longer as a success.
    """
    successes = max(outcomes.resolved - outcomes.reopened, 0)
    failures = outcomes.failed + outcomes.reopened
    return round((successes + PRIOR_SUCCESSES) / (successes + failures + PRIOR_SUCCESSES + PRIOR_FAILURES), 4)


def impact(*, calls_per_week: float, minutes_now: float, minutes_with_flow: float | None) -> float:
    """Return the minutes per week that publishing would save: frequency times minutes saved per call.

    `minutes_now` is the mean handling time of the supporting sessions, `minutes_with_flow` that of walks of published
    flows in the account; without any, half of the time is taken to be saved.
    """
    saved = (
        minutes_now * SHARE_SAVED_WITHOUT_COMPARISON
        if minutes_with_flow is None
        else max(minutes_now - minutes_with_flow, 0.0)
    )
    return round(calls_per_week * saved, 2)


def may_be_reviewed(status: ProposalStatus) -> bool:
    return status in (ProposalStatus.PENDING, ProposalStatus.DISMISSED)


def refuse_unpublishable(graph: Graph) -> None:
    """Raise NotPublishable listing every fault of a graph, each with its node."""
    found = problems(graph)
    if found:
        raise NotPublishable(
            f"The graph has {len(found)} problem{'s' if len(found) > 1 else ''}: repair it in an edited version and"
            " review with 'modify'.",
            errors=as_errors(found),
        )


def refuse_plain_approval(proposal_type: ProposalType) -> None:
    """Raise NotPublishable for a proposal that has to be edited before it can go live."""
    if proposal_type is ProposalType.ENHANCEMENT:
        raise NotPublishable(
            "An enhancement changes several places of a live flow: send the edited graph with 'modify'.",
            errors=[{"location": ["body", "action"], "message": "use modify", "kind": "enhancement"}],
        )


def as_errors(found: Sequence[GraphProblem]) -> list[dict[str, object]]:
    return [
        {"location": ["graph", problem.node_id or ""], "message": problem.message, "kind": problem.code}
        for problem in found
    ]
