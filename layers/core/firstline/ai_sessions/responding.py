"""One step of an AI session, exactly once: claim it, build what follows outside any transaction, store it.

The same answer meanwhile waits for the claim and is then a replay; a claim whose owner died is taken over once it has
run out. The first step of a taken-over walk is built in the same way.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.ai_sessions import queries
from firstline.ai_sessions.building_ahead import Built, Work, build_next, check_budget
from firstline.ai_sessions.hearing import read_response
from firstline.ai_sessions.positions import (
    keep_answer,
    keep_pending,
    keep_usage,
    position_of,
    progress_of,
    taken_over_walk,
)
from firstline.ai_sessions.schemas import AiSessionProgress, RespondAiSession
from firstline.ai_sessions.service import lock_active
from firstline.building import service as building
from firstline.building.provider import Deadline
from firstline.building.rules import Leaving
from firstline.categories.rules import Category
from firstline.db.models import AiSession, AiSessionStep, Walk
from firstline.db.transaction import transaction
from firstline.walks.advancing import BUILD_SECONDS, CLAIM, POLL_SECONDS, REQUEST_SECONDS, Clock, StillBuilding, settle
from firstline.walks.nodes import ServedNode, Step
from firstline.walks.rules import (
    DEPTH_CAP,
    UNSURE,
    Building,
    Decision,
    Given,
    HelpServed,
    Moved,
    Position,
    StepConflict,
    decide,
    public,
)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The step is ours to build; `step` is what was answered, None before the first."""

    token: str
    path: tuple[Step, ...]
    step: Step | None
    work: Work


class _Waiting:
    """Somebody else builds what follows the same answer."""


def respond(caller: Caller, *, session_id: UUID, response: RespondAiSession | None, clock: Clock) -> AiSessionProgress:
    """Answer the pending step and return the next; without a response, build the first step where there is none.

    Manages its own transactions: call it without one. Raises StepConflict with the pending node, AnswerUnknown,
    SessionIsOver, BudgetSpent, or StillBuilding where another request's build outlasts this one.
    """
    deadline, arrived_at = Deadline.after(REQUEST_SECONDS), clock()
    while True:
        with transaction(caller) as db:
            begun = _begin(db, caller, session_id, response, arrived_at=arrived_at, at=clock(), deadline=deadline)
        if isinstance(begun, AiSessionProgress):
            return begun
        settle(caller)
        if isinstance(begun, _Waiting):
            time.sleep(POLL_SECONDS)
            continue
        built = build_next(begun.work, deadline.sooner(BUILD_SECONDS))
        with transaction(caller) as db:
            stored = _store(db, caller, session_id, begun, built, at=clock())
        if stored is not None:
            return stored


def _begin(
    db: Session,
    caller: Caller,
    session_id: UUID,
    response: RespondAiSession | None,
    *,
    arrived_at: datetime,
    at: datetime,
    deadline: Deadline,
) -> AiSessionProgress | _Claimed | _Waiting:
    if response is None:
        return _begin_first(db, caller, session_id, at=at, deadline=deadline)
    session = lock_active(db, by=caller, session_id=session_id)
    rows = queries.list_steps(db, session)
    if not rows:
        raise StepConflict("The first step is not built yet. Take the escalation over once more.", node=None)
    position = position_of(rows)
    given = read_response(position, response)
    claim = _live_claim(session, at)
    if claim is not None and given.node_id == position.pending.id:
        if (claim["answer"], claim["note"]) != (given.answer, given.note):
            raise StepConflict("Another answer to this step came first.", node=public(position.pending))
        return _wait(deadline, position.pending)
    decision = _decide(position, given, arrived_at=arrived_at, at=at)
    if isinstance(decision, Building):
        permit = building.get_permit(db, account_id=session.account_id, at=at)
        check_budget(permit)
        said = {"node_id": given.node_id, "answer": given.answer, "note": given.note}
        token = _claim(session, said, at=at)
        path = (*position.path, decision.step)
        return _Claimed(token, position.path, decision.step, _work(db, session, path, permit))
    if isinstance(decision, Moved):
        _keep_step(db, session, rows[-1], position, decision.step, decision.node, at=at)
    elif isinstance(decision, HelpServed):
        rows[-1].node = decision.node.to_document()
        session.last_step_at = at
    db.flush()
    return progress_of(db, session)


def _decide(position: Position, given: Given, *, arrived_at: datetime, at: datetime) -> Decision:
    """Decide as a walk does, but go on where an engineer cannot tell: there is nobody better to hand the call to."""
    decision = decide(position, given, arrived_at=arrived_at, at=at, new_id=lambda: str(uuid4()))
    if isinstance(decision, Moved) and decision.step.answer == UNSURE and len(position.path) + 1 < DEPTH_CAP:
        return Building(decision.step, None)
    return decision


def _begin_first(
    db: Session, caller: Caller, session_id: UUID, *, at: datetime, deadline: Deadline
) -> AiSessionProgress | _Claimed | _Waiting:
    """Claim the first step, unless it is there, nobody may build it today, or the session has ended without it."""
    session = queries.lock_own(db, caller=caller, session_id=session_id)
    permit = building.get_permit(db, account_id=session.account_id, at=at)
    if queries.list_steps(db, session) or session.status != "active" or not permit.has_budget:
        return progress_of(db, session)
    if _live_claim(session, at) is not None:
        return _wait(deadline, None)
    return _Claimed(_claim(session, {}, at=at), (), None, _work(db, session, (), permit))


def _live_claim(session: AiSession, at: datetime) -> dict[str, Any] | None:
    claim = session.building
    return claim if claim is not None and datetime.fromisoformat(claim["until"]) > at else None


def _wait(deadline: Deadline, pending: ServedNode | None) -> _Waiting:
    if deadline.remaining <= 0:
        raise StillBuilding(
            "The next step is still being built. Ask again in a few seconds.", node=public(pending) if pending else None
        )
    return _Waiting()


def _claim(session: AiSession, said: dict[str, Any], *, at: datetime) -> str:
    token = str(uuid4())
    session.building = {**said, "token": token, "until": (at + CLAIM).isoformat()}
    return token


def _work(db: Session, session: AiSession, path: tuple[Step, ...], permit: building.Permit) -> Work:
    """Return what the next step follows from: the path of the walk taken over comes first, then one's own."""
    walk = taken_over_walk(db, session)
    before = tuple(Step.from_document(entry) for entry in walk.walked_path) if walk else ()
    return Work(
        permit=permit,
        category=Category(session.category) if session.category else None,
        problem_text=session.problem_text,
        transcript=tuple(step.to_transcript() for step in (*before, *path)),
        leaving=_leaving(walk),
    )


def _leaving(walk: Walk | None) -> Leaving | None:
    if walk is None or walk.pending_node is None:
        return None
    return Leaving(walk.pending_node["text"], walk.escalation_reason)


def _store(
    db: Session, caller: Caller, session_id: UUID, claimed: _Claimed, built: Built, *, at: datetime
) -> AiSessionProgress | None:
    """Store what was built, unless the step is no longer ours; what it cost is spent either way."""
    building.record_usage(db, account_id=caller.account_id, usage=built.usage, at=at)
    session = queries.lock_own(db, caller=caller, session_id=session_id)
    keep_usage(session, built.usage)
    if session.building is None or session.building["token"] != claimed.token:
        return None
    session.building = None
    session.category = session.category or (built.category.value if built.category else None)
    if claimed.step is None:
        keep_pending(db, session, (), built.node, at=at)
    else:
        row = queries.list_steps(db, session)[-1]
        keep_answer(session, row, claimed.step, at=claimed.step.answered_at)
        keep_pending(db, session, (*claimed.path, claimed.step), built.node, at=at)
    db.flush()
    return progress_of(db, session)


def _keep_step(
    db: Session,
    session: AiSession,
    row: AiSessionStep,
    position: Position,
    step: Step,
    node: ServedNode,
    *,
    at: datetime,
) -> None:
    keep_answer(session, row, step, at=at)
    keep_pending(db, session, (*position.path, step), node, at=at)
