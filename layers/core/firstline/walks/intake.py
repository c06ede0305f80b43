"""Intake: what a caller's problem leads to, tried in a fixed order; a ticket only together with a session.

What was asked for, a published flow, a validated draft, and only then the category gate and a build. Matching reads in
a transaction of its own, so that a failing matcher fails nothing else; encoding, classifying and building happen
outside any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building import service as building
from firstline.building.claims import BUILD_SECONDS, REQUEST_SECONDS, Clock, settle
from firstline.building.provider import Deadline, Usage
from firstline.building.rules import BuildRequest
from firstline.building.service import Permit, Refused
from firstline.categories.rules import Category
from firstline.db.models import Proposal, Walk
from firstline.db.models.walks import WalkKind
from firstline.db.transaction import transaction
from firstline.errors import Conflict, NotFound
from firstline.flows import queries as flows
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Graph
from firstline.matching.calibration import MATCHED, SUGGEST
from firstline.matching.service import Match, Matches, match_problem
from firstline.observability import log
from firstline.tickets import service as tickets
from firstline.walks import queries
from firstline.walks.intake_schemas import (
    AdhocBegun,
    BuildBegun,
    DraftBegun,
    DraftName,
    FlowName,
    Intake,
    IntakeOutcome,
    Matched,
    NearMiss,
    OutOfScope,
    Suggested,
    Why,
)
from firstline.walks.nodes import ServedNode
from firstline.walks.rules import first_node, public
from firstline.walks.schemas import WalkNode
from firstline.walks.service import create_walk

NEAR_MISSES = 3


class DraftNotWalkable(Conflict):
    type = "draft-not-walkable"
    title = "The draft has no beginning yet"


@dataclass(frozen=True, slots=True)
class _Undecided:
    """Nothing fits well enough to begin; what is left is suggesting, building, or neither."""

    near: Matches
    permit: Permit


def take_in(caller: Caller, intake: Intake, *, clock: Clock) -> IntakeOutcome:
    """Begin what fits a caller's problem; manages its own transactions: call it without one.

    Raises NotFound for a flow or proposal that was asked for and cannot be walked.
    """
    deadline = Deadline.after(REQUEST_SECONDS)
    near = Matches()
    if not _is_named(intake):
        near = match_problem(caller, problem_statement=intake.problem_statement, at=clock())
    with transaction(caller) as db:
        begun = _begin_known(db, caller, intake, near, at=clock())
    if not isinstance(begun, _Undecided):
        return begun
    settle(caller)
    category, usage = building.classify(intake.problem_statement, permit=begun.permit, deadline=deadline)
    refused = begun.permit.refuses(category)
    suggestions = _suggestions(begun.near) if not intake.force_build else []
    if suggestions or category is None or refused is not None:
        _record_usage(caller, usage, clock)
        if suggestions:
            return Suggested(near_misses=suggestions, can_build=refused is None, category=category)
        return OutOfScope(category=category, reason="budget_spent" if refused is Refused.BUDGET else None)
    return _build(caller, intake, category, usage, deadline=deadline.sooner(BUILD_SECONDS), clock=clock)


def _is_named(intake: Intake) -> bool:
    """Tell whether the technician has said what to begin, so that nothing has to be matched."""
    return intake.flow_id is not None or intake.flow_proposal_id is not None or bool(intake.adhoc)


def _begin_known(
    db: Session, caller: Caller, intake: Intake, near: Matches, *, at: datetime
) -> IntakeOutcome | _Undecided:
    if intake.flow_id is not None:
        live = flows.find_live(db, caller.account_id, intake.flow_id)
        if live is None:
            raise NotFound("There is no such published flow.")
        return _begin_flow(db, caller, intake, live, score=1.0, why=Why(), at=at)
    if intake.flow_proposal_id is not None:
        draft = queries.find_draft(db, account_id=caller.account_id, proposal_id=intake.flow_proposal_id)
        if draft is None:
            raise NotFound("There is no such proposal waiting for review.")
        return _begin_draft(db, caller, intake, draft, at=at)
    if intake.adhoc:
        return AdhocBegun(**_begin(db, caller, intake, WalkKind.ADHOC, at=at))
    return _begin_matching(db, caller, intake, near, at=at)


def _begin_matching(
    db: Session, caller: Caller, intake: Intake, found: Matches, *, at: datetime
) -> IntakeOutcome | _Undecided:
    best = found.flows[0] if found.flows else None
    if best is not None and best.score >= MATCHED:
        live = flows.find_live(db, caller.account_id, best.subject_id)
        if live is not None:
            return _begin_flow(db, caller, intake, live, score=best.score, why=_why(best), at=at)
    known = found.proposals[0] if found.proposals else None
    if known is not None and known.score >= MATCHED:
        draft = queries.find_draft(db, account_id=caller.account_id, proposal_id=known.subject_id)
        if draft is not None and draft.validated_by_outcome:
            return _begin_draft(db, caller, intake, draft, score=known.score, why=_why(known), at=at)
    return _Undecided(found, building.get_permit(db, account_id=caller.account_id, at=at))


def _begin_flow(
    db: Session, caller: Caller, intake: Intake, live: LiveFlow, *, score: float, why: Why, at: datetime
) -> Matched:
    node = first_node(live.graph)
    begun = _begin(db, caller, intake, WalkKind.FLOW, at=at, flow=live, category=live.category, node=node, score=score)
    name = FlowName(id=live.flow_id, name=live.name, version=live.version)
    return Matched(**begun, flow=name, score=score, why=why, node=_wire(node))


def _begin_draft(
    db: Session,
    caller: Caller,
    intake: Intake,
    draft: Proposal,
    *,
    at: datetime,
    score: float | None = None,
    why: Why | None = None,
) -> DraftBegun:
    graph = Graph.from_document(draft.proposed_flow_data)
    if graph.root not in graph.by_id:
        raise DraftNotWalkable("This proposal is a change to a flow, not a whole one. Walk the flow itself.")
    node = first_node(graph)
    begun = _begin(
        db, caller, intake, WalkKind.PROPOSAL, at=at, draft=draft, category=draft.category, node=node, score=score
    )
    return DraftBegun(
        **begun, proposal=DraftName(id=draft.id, title=draft.title), score=score, why=why, node=_wire(node)
    )


def _build(
    caller: Caller, intake: Intake, category: Category, usage: Usage, *, deadline: Deadline, clock: Clock
) -> BuildBegun:
    """Build the first step, then write ticket and walk at once, so that a crash leaves neither."""
    request = BuildRequest(category=category, problem_text=intake.problem_statement)
    generated = building.build(request, deadline=deadline)
    node, usage = ServedNode.of_built(generated.node, node_id=str(uuid4())), usage + generated.usage
    if generated.refused:
        log().warning("building.refused", codes=[refusal.code.value for refusal in generated.refused])
    at = clock()
    with transaction(caller) as db:
        building.record_usage(db, account_id=caller.account_id, usage=usage, at=at)
        begun = _begin(db, caller, intake, WalkKind.AI_BUILD, at=at, category=category.value, node=node, usage=usage)
        return BuildBegun(**begun, category=category, node=_wire(node))


def _begin(
    db: Session,
    caller: Caller,
    intake: Intake,
    kind: WalkKind,
    *,
    at: datetime,
    category: str | None = None,
    **walk: Any,
) -> dict[str, Any]:
    ticket = tickets.open_ticket(
        db,
        account_id=caller.account_id,
        problem_text=intake.problem_statement,
        customer_name=intake.customer_name or None,
        customer_contact=intake.customer_contact or None,
        category=category,
        created_by=caller.user_id,
        at=at,
    )
    begun: Walk = create_walk(
        db,
        by=caller,
        ticket=ticket,
        kind=kind,
        problem_text=intake.problem_statement,
        category=category,
        at=at,
        **walk,
    )
    return {"session_id": begun.id, "ticket_id": begun.ticket_id, "ticket_kind": begun.ticket_kind}


def _record_usage(caller: Caller, usage: Usage, clock: Callable[[], datetime]) -> None:
    if usage.model_calls:
        with transaction(caller) as db:
            building.record_usage(db, account_id=caller.account_id, usage=usage, at=clock())


def _suggestions(near: Matches) -> list[NearMiss]:
    if not near.flows or near.flows[0].score < SUGGEST:
        return []
    return [
        NearMiss(flow_id=match.subject_id, flow_name=match.name, score=match.score, why=_why(match))
        for match in near.flows[:NEAR_MISSES]
    ]


def _why(match: Match) -> Why:
    return Why(words=list(match.why.words), past_tickets=list(match.why.past_tickets))


def _wire(node: ServedNode) -> WalkNode:
    return WalkNode.model_validate(public(node))
