"""One step of an AI session, exactly once: the answer is recorded, and what follows is built.

The first step of a taken-over walk is built in the same way.
"""

from dataclasses import dataclass
from datetime import datetime
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
from firstline.building.claims import Claimed, Clock, Waiting, build_once, claim, live_claim
from firstline.building.provider import Deadline
from firstline.building.rules import Leaving
from firstline.categories.rules import Category
from firstline.db.models import AiSession, AiSessionStep, Walk
from firstline.walks.advancing import StillBuilding
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
class _Next:
    """What to build: `step` is what was answered, None before the first."""

    path: tuple[Step, ...]
    step: Step | None
    work: Work


def respond(caller: Caller, *, session_id: UUID, response: RespondAiSession | None, clock: Clock) -> AiSessionProgress:
    """Answer the pending step and return the next; without a response, build the first step where there is none.

    Manages its own transactions: call it without one. Raises StepConflict with the pending node, AnswerUnknown,
    SessionIsOver, BudgetSpent, or StillBuilding where another request's build outlasts this one.
    """
    arrived_at = clock()

    def begin(db: Session, deadline: Deadline) -> AiSessionProgress | Claimed[_Next] | Waiting:
        return _begin(db, caller, session_id, response, arrived_at=arrived_at, at=clock(), deadline=deadline)

    def build(wanted: _Next, deadline: Deadline) -> Built:
        return build_next(wanted.work, deadline)

    def store(db: Session, claimed: Claimed[_Next], built: Built) -> AiSessionProgress | None:
        return _store(db, caller, session_id, claimed, built, at=clock())

    return build_once(caller, begin=begin, build=build, store=store)


def _begin(
    db: Session,
    caller: Caller,
    session_id: UUID,
    response: RespondAiSession | None,
    *,
    arrived_at: datetime,
    at: datetime,
    deadline: Deadline,
) -> AiSessionProgress | Claimed[_Next] | Waiting:
    if response is None:
        return _begin_first(db, caller, session_id, at=at, deadline=deadline)
    session = lock_active(db, by=caller, session_id=session_id)
    rows = queries.list_steps(db, session)
    if not rows:
        raise StepConflict("The first step is not built yet. Take the escalation over once more.", node=None)
    position = position_of(rows)
    given = read_response(position, response)
    held = live_claim(session, at=at)
    if held is not None and given.node_id == position.pending.id:
        if (held["answer"], held["note"]) != (given.answer, given.note):
            raise StepConflict("Another answer to this step came first.", node=public(position.pending))
        return _wait(deadline, position.pending)
    decision = _decide(position, given, arrived_at=arrived_at, at=at)
    if isinstance(decision, Building):
        permit = building.get_permit(db, account_id=session.account_id, at=at)
        check_budget(permit)
        said = {"node_id": given.node_id, "answer": given.answer, "note": given.note}
        work = _work(db, session, (*position.path, decision.step), permit)
        return claim(session, said, _Next(position.path, decision.step, work), at=at)
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
) -> AiSessionProgress | Claimed[_Next] | Waiting:
    """Claim the first step, unless it is there, nobody may build it today, or the session has ended without it."""
    session = queries.lock_own(db, caller=caller, session_id=session_id)
    permit = building.get_permit(db, account_id=session.account_id, at=at)
    if queries.list_steps(db, session) or session.status != "active" or not permit.has_budget:
        return progress_of(db, session)
    if live_claim(session, at=at) is not None:
        return _wait(deadline, None)
    return claim(session, {}, _Next((), None, _work(db, session, (), permit)), at=at)


def _wait(deadline: Deadline, pending: ServedNode | None) -> Waiting:
    if deadline.remaining <= 0:
        raise StillBuilding(
            "The next step is still being built. Ask again in a few seconds.", node=public(pending) if pending else None
        )
    return Waiting()


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
    db: Session, caller: Caller, session_id: UUID, claimed: Claimed[_Next], built: Built, *, at: datetime
) -> AiSessionProgress | None:
    """Store what was built, unless the step is no longer ours; what it cost is spent either way."""
    building.record_usage(db, account_id=caller.account_id, usage=built.usage, at=at)
    session = queries.lock_own(db, caller=caller, session_id=session_id)
    keep_usage(session, built.usage)
    if not claimed.holds(session):
        return None
    session.building = None
    session.category = session.category or (built.category.value if built.category else None)
    if claimed.work.step is None:
        keep_pending(db, session, (), built.node, at=at)
    else:
        row = queries.list_steps(db, session)[-1]
        keep_answer(session, row, claimed.work.step, at=claimed.work.step.answered_at)
        keep_pending(db, session, (*claimed.work.path, claimed.work.step), built.node, at=at)
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
