"""One step of a walk, exactly once: claim it, build what follows outside any transaction, store it.

Whoever locks the row first claims the step; the model is called without a transaction; the claim's token decides
who may store. The same answer meanwhile waits for the claim and is then a replay; a claim whose owner died is taken
over once it has run out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.building import service as building
from firstline.building.provider import Deadline, Usage
from firstline.building.rules import BuildRequest
from firstline.building.service import Permit
from firstline.categories.rules import Category
from firstline.db.models import Walk
from firstline.db.transaction import transaction
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

REQUEST_SECONDS = 27.0  # below the 29 seconds a function has
BUILD_SECONDS = 14.0
CLAIM = timedelta(seconds=15)  # a build is over by then, or its process is dead
POLL_SECONDS = 0.075

Clock = Callable[[], datetime]


class StillBuilding(StepConflict):
    type = "still-building"
    title = "The next step is still being built"


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The step is ours to build: all that is needed without a transaction."""

    token: str
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


class _Waiting:
    """Somebody else builds what follows the same answer."""


def advance(caller: Caller, *, walk_id: UUID, step: AdvanceSession, clock: Clock) -> Advanced:
    """Answer a step and return the next, or the pending one where nothing was answered.

    Manages its own transactions: call it without one. Raises StepConflict with the pending node, AnswerUnknown,
    WalkIsOver, or StillBuilding where another request's build outlasts this one.
    """
    deadline, arrived_at = Deadline.after(REQUEST_SECONDS), clock()
    while True:
        with transaction(caller) as db:
            begun = _begin(db, caller, walk_id, step, arrived_at=arrived_at, at=clock(), deadline=deadline)
        if isinstance(begun, Advanced):
            return begun
        settle(caller)
        if isinstance(begun, _Waiting):
            time.sleep(POLL_SECONDS)
            continue
        built = _build(begun, deadline.sooner(BUILD_SECONDS))
        with transaction(caller) as db:
            stored = _store(db, caller, walk_id, begun, built, at=clock())
        if stored is not None:
            return stored


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
) -> Advanced | _Claimed | _Waiting:
    walk = lock_active(db, account_id=caller.account_id, walk_id=walk_id)
    position = position_of(db, walk)
    heard = hear(position, step.node_id, step.said, step.note) if step.said else None
    given = heard.given if heard else Given(step.node_id, step.answer, step.note)
    if (claim := _live_claim(walk, at)) and given.node_id == position.pending.id:
        return _wait(claim, given, position, deadline)
    decision = decide(position, given, arrived_at=arrived_at, at=at, new_id=_new_id)
    if isinstance(decision, Building):
        return _claim(db, walk, position, decision, given, heard, at=at)
    if isinstance(decision, Moved):
        keep_step(walk, position, decision.step, decision.node, at=at)
    elif isinstance(decision, HelpServed):
        keep_pending(walk, decision.node, at=at)
    return _answer(db, walk, decision.node, heard)


def _live_claim(walk: Walk, at: datetime) -> dict[str, Any] | None:
    claim = walk.building
    return claim if claim is not None and datetime.fromisoformat(claim["until"]) > at else None


def _wait(claim: dict[str, Any], given: Given, position: Position, deadline: Deadline) -> _Waiting:
    if given.answer != claim["answer"]:
        raise StepConflict("Another answer to this step came first.", node=public(position.pending))
    if deadline.remaining <= 0:
        raise StillBuilding(
            "The next step is still being built. Ask again in a few seconds.", node=public(position.pending)
        )
    return _Waiting()


def _claim(
    db: Session,
    walk: Walk,
    position: Position,
    decision: Building,
    given: Given,
    heard: Heard | None,
    *,
    at: datetime,
) -> _Claimed:
    token = _new_id()
    walk.building = {
        "token": token,
        "node_id": decision.step.node.id,
        "answer": given.answer,
        "note": decision.step.note,
        "until": (at + CLAIM).isoformat(),
    }
    return _Claimed(
        token=token,
        position=position,
        decision=decision,
        permit=building.get_permit(db, account_id=walk.account_id, at=at),
        problem_text=walk.problem_text or "",
        category=Category(walk.category) if walk.category else None,
        heard=heard,
    )


def _build(claimed: _Claimed, deadline: Deadline) -> _Built:
    """Build what follows, or offer escalation where the account does not build for this kind of problem."""
    category, usage, decision = claimed.category, Usage(), claimed.decision
    if category is None:
        said = f"{claimed.problem_text}\n{decision.step.note or ''}"
        category, usage = building.classify(said, permit=claimed.permit, deadline=deadline)
    refused = claimed.permit.refuses(category)
    if category is None or refused is not None:
        reason = "budget_spent" if refused is building.Refused.BUDGET else "building_off"
        return _Built(offer_escalation(reason, node_id=_new_id()), category, usage)
    request = BuildRequest(
        category=category,
        problem_text=claimed.problem_text,
        transcript=tuple(step.to_transcript() for step in (*claimed.position.path, decision.step)),
        leaving=decision.leaving,
    )
    generated = building.build(request, deadline=deadline)
    if generated.refused:
        log().warning("building.refused", codes=[refusal.code.value for refusal in generated.refused])
    return _Built(ServedNode.of_built(generated.node, node_id=_new_id()), category, usage + generated.usage)


def _store(
    db: Session, caller: Caller, walk_id: UUID, claimed: _Claimed, built: _Built, *, at: datetime
) -> Advanced | None:
    """Store what was built, unless the step is no longer ours; what it cost is spent either way."""
    building.record_usage(db, account_id=caller.account_id, usage=built.usage, at=at)
    walk = lock_walk(db, account_id=caller.account_id, walk_id=walk_id)
    add_usage(walk, built.usage)
    if walk.building is None or walk.building["token"] != claimed.token:
        return None
    walk.building = None
    walk.category = walk.category or (built.category.value if built.category else None)
    keep_step(walk, claimed.position, claimed.decision.step, built.node, at=at)
    return _answer(db, walk, built.node, claimed.heard)


def _answer(db: Session, walk: Walk, node: ServedNode, heard: Heard | None) -> Advanced:
    return Advanced(
        session=describe(db, walk),
        node=WalkNode.model_validate(public(node)),
        said_as=heard.said_as.value if heard else None,
        ask_back=AskBack(options=list(heard.likely)) if heard and heard.likely else None,
    )


def settle(caller: Caller) -> None:
    """Commit what a repeatable request would leave open until its reply: nothing slow happens in a transaction."""
    with transaction(caller):
        pass


def _new_id() -> str:
    return str(uuid4())
