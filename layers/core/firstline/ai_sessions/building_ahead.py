"""What an AI session needs to build its next step outside any transaction, and the building of it."""

from dataclasses import dataclass
from uuid import uuid4

from firstline.building import service as building
from firstline.building.provider import Deadline, Usage
from firstline.building.rules import BuildRequest, BuiltNode, Leaving, ServedType, TranscriptEntry
from firstline.building.service import Permit
from firstline.categories.rules import Category
from firstline.errors import TooMany
from firstline.observability import log
from firstline.walks.nodes import ServedNode

CATEGORY_UNKNOWN = "category_unknown"
_CATEGORY_UNKNOWN_TEXT = (
    "This is none of the kinds of problem that steps are built for. Begin again with a category, or settle it and write"
    " down what cured it."
)


class BudgetSpent(TooMany):
    type = "budget-spent"
    title = "Today's budget for building is spent"


@dataclass(frozen=True, slots=True)
class Work:
    """All that the next step follows from. L1 categories gate the L1 surface only: engineers build for all ten."""

    permit: Permit
    category: Category | None
    problem_text: str
    transcript: tuple[TranscriptEntry, ...] = ()
    leaving: Leaving | None = None


@dataclass(frozen=True, slots=True)
class Built:
    node: ServedNode
    category: Category | None
    usage: Usage


def check_budget(permit: Permit) -> None:
    """Raise BudgetSpent where today's model calls are paid for already."""
    if not permit.has_budget:
        raise BudgetSpent("No step is built any more today. Resolve or escalate this session, or go on tomorrow.")


def build_next(work: Work, deadline: Deadline) -> Built:
    """Build the next step by the engineer's rules; an unknown kind of problem is an end at once."""
    category, usage = work.category, Usage()
    if category is None:
        category, usage = building.classify(work.problem_text, permit=work.permit, deadline=deadline)
    if category is None:
        unknown = BuiltNode(ServedType.ESCALATE, _CATEGORY_UNKNOWN_TEXT, reason_category=CATEGORY_UNKNOWN)
        return Built(_served(unknown), None, usage)
    request = BuildRequest(
        category=category,
        problem_text=work.problem_text,
        transcript=work.transcript,
        engineer=True,
        leaving=work.leaving,
    )
    generated = building.build(request, deadline=deadline)
    if generated.refused:
        log().warning("building.refused", codes=[refusal.code.value for refusal in generated.refused])
    return Built(_served(generated.node), category, usage + generated.usage)


def _served(node: BuiltNode) -> ServedNode:
    return ServedNode.of_built(node, node_id=str(uuid4()))
