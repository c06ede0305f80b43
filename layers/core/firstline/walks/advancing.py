"""One step of a walk, exactly once: the answer is recorded, and what follows is found or built."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building import service as building
from firstline.building.claims import Claimed, Clock, Waiting, build_once, claim, live_claim
from firstline.building.provider import Deadline, Usage
from firstline.building.rules import BuildRequest
from firstline.building.service import Permit
from firstline.categories.rules import Category
from firstline.db.models import Walk
from firstline.observability import log
from firstline.walks.details import describe
from firstline.walks.nodes import ServedNode
from firstline.walks.positions import add_usage, keep_pending, keep_step, keep_tail, position_of
from firstline.walks.queries import lock_walk
from firstline.walks.rules import (
    Building,
    Given,
    HelpServed,
    Moved,
    Position,
    StepConflict,
    decide,
    offer_escalation,
    public,
    step_back,
)
from firstline.walks.said import Heard, hear
from firstline.walks.schemas import Advanced, AdvanceSession, AskBack, WalkNode
from firstline.walks.service import lock_active


class StillBuilding(StepConflict):
    type = "still-building"
    title = "The next step is still being built"


@dataclass(frozen=True, slots=True)
class _Work:
    """All that building needs without a transaction."""

    position: Position
    decision: Building
    permit: Permit
    problem_text: str
    category: Category | None
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class _Built:
    node: ServedNode
    category: Category | None
    usage: Usage


def advance(caller: Caller, *, walk_id: UUID, step: AdvanceSession, clock: Clock) -> Advanced:
    """Answer a step and return the next, or the pending one where nothing was answered.

    Manages its own transactions: call it without one. Raises StepConflict with the pending node, AnswerUnknown,
    WalkIsOver, or StillBuilding where another request's build outlasts this one.
    """
    arrived_at = clock()

    def begin(db: Session, deadline: Deadline) -> Advanced | Claimed[_Work] | Waiting:
        return _begin(db, caller, walk_id, step, arrived_at=arrived_at, at=clock(), deadline=deadline)

    def store(db: Session, claimed: Claimed[_Work], built: _Built) -> Advanced | None:
        return _store(db, caller, walk_id, claimed, built, at=clock())

    return build_once(caller, begin=begin, build=_build, store=store)


def go_back(db: Session, *, by: Caller, walk_id: UUID, to_node_id: str | None, at: datetime) -> Advanced:
    """Re-open the last or the named answered step; what followed is kept and walked again without a model."""
    walk = lock_active(db, account_id=by.account_id, walk_id=walk_id)
    position = position_of(db, walk)
    reopened = step_back(position, to_node_id)
    if reopened is not None:
        position, tail = reopened
        keep_tail(walk, position, tail, at=at)
        walk.building = None
    return _answer(db, walk, position.pending, None)


def _begin(
    db: Session,
    caller: Caller,
    walk_id: UUID,
    step: AdvanceSession,
    *,
    arrived_at: datetime,
    at: datetime,
    deadline: Deadline,
) -> Advanced | Claimed[_Work] | Waiting:
    walk = lock_active(db, account_id=caller.account_id, walk_id=walk_id)
    position = position_of(db, walk)
    heard = hear(position, step.node_id, step.said, step.note) if step.said else None
    given = heard.given if heard else Given(step.node_id, step.answer, step.note)
    if (held := live_claim(walk, at=at)) and given.node_id == position.pending.id:
        return _wait(held, given, position, deadline)
    decision = decide(position, given, arrived_at=arrived_at, at=at, new_id=_new_id)
    if isinstance(decision, Building):
        return _claim(db, walk, position, decision, given, heard, at=at)
    if isinstance(decision, Moved):
        keep_step(walk, position, decision.step, decision.node, at=at)
    elif isinstance(decision, HelpServed):
        keep_pending(walk, decision.node, at=at)
    return _answer(db, walk, decision.node, heard)


def _wait(held: dict[str, Any], given: Given, position: Position, deadline: Deadline) -> Waiting:
    if given.answer != held["answer"]:
        raise StepConflict("Another answer to this step came first.", node=public(position.pending))
    if deadline.remaining <= 0:
        raise StillBuilding(
            "The next step is still being built. Ask again in a few seconds.", node=public(position.pending)
        )
    return Waiting()


def _claim(
    db: Session,
    walk: Walk,
    position: Position,
    decision: Building,
    given: Given,
    heard: Heard | None,
    *,
    at: datetime,
) -> Claimed[_Work]:
    said = {"node_id": decision.step.node.id, "answer": given.answer, "note": decision.step.note}
    work = _Work(
        position=position,
        decision=decision,
        permit=building.get_permit(db, account_id=walk.account_id, at=at),
        problem_text=walk.problem_text or "",
        category=Category(walk.category) if walk.category else None,
        heard=heard,
    )
    return claim(walk, said, work, at=at)


def _build(work: _Work, deadline: Deadline) -> _Built:
    """Build what follows, or offer escalation where the account does not build for this kind of problem."""
    category, usage, decision = work.category, Usage(), work.decision
    if category is None:
        said = f"{work.problem_text}\n{decision.step.note or ''}"
        category, usage = building.classify(said, permit=work.permit, deadline=deadline)
    refused = work.permit.refuses(category)
    if category is None or refused is not None:
        reason = "budget_spent" if refused is building.Refused.BUDGET else "building_off"
        return _Built(offer_escalation(reason, node_id=_new_id()), category, usage)
    request = BuildRequest(
        category=category,
        problem_text=work.problem_text,
        transcript=tuple(step.to_transcript() for step in (*work.position.path, decision.step)),
        leaving=decision.leaving,
    )
    generated = building.build(request, deadline=deadline)
    if generated.refused:
        log().warning("building.refused", codes=[refusal.code.value for refusal in generated.refused])
    return _Built(ServedNode.of_built(generated.node, node_id=_new_id()), category, usage + generated.usage)


def _store(
    db: Session, caller: Caller, walk_id: UUID, claimed: Claimed[_Work], built: _Built, *, at: datetime
) -> Advanced | None:
    """Store what was built, unless the step is no longer ours; what it cost is spent either way."""
    building.record_usage(db, account_id=caller.account_id, usage=built.usage, at=at)
    walk = lock_walk(db, account_id=caller.account_id, walk_id=walk_id)
    add_usage(walk, built.usage)
    if not claimed.holds(walk):
        return None
    walk.building = None
    walk.category = walk.category or (built.category.value if built.category else None)
    keep_step(walk, claimed.work.position, claimed.work.decision.step, built.node, at=at)
    return _answer(db, walk, built.node, claimed.work.heard)


def _answer(db: Session, walk: Walk, node: ServedNode, heard: Heard | None) -> Advanced:
    return Advanced(
        session=describe(db, walk),
        node=WalkNode.model_validate(public(node)),
        said_as=heard.said_as.value if heard else None,
        ask_back=AskBack(options=list(heard.likely)) if heard and heard.likely else None,
    )


def _new_id() -> str:
    return str(uuid4())
