"""How an AI session begins: with a problem, or with a walk that an engineer takes over where it stuck."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.ai_sessions import queries
from firstline.ai_sessions.building_ahead import Built, Work, build_next, check_budget
from firstline.ai_sessions.positions import keep_pending, progress_of
from firstline.ai_sessions.schemas import AiSessionProgress, StartAiSession
from firstline.audit.service import record
from firstline.building import service as building
from firstline.building.claims import BUILD_SECONDS, Clock, settle
from firstline.building.provider import Deadline, Usage
from firstline.db.models import AiSession, Walk
from firstline.db.models.ai_sessions import AiSessionStatus, IntakeType
from firstline.db.models.walks import AnalysisStatus, TicketKind, TicketStatus
from firstline.db.transaction import transaction
from firstline.matching.service import match_problem
from firstline.tickets import queries as tickets
from firstline.tickets.service import move_ticket
from firstline.walks.queries import lock_walk


def start_ai_session(caller: Caller, *, wanted: StartAiSession, clock: Clock) -> AiSessionProgress:
    """Begin a session with its first step; manages its own transactions: call it without one.

    The session is written together with the step, so that a crash leaves neither. Raises BudgetSpent.
    """
    found = match_problem(caller, problem_statement=wanted.problem_text, at=clock())
    with transaction(caller) as db:
        permit = building.get_permit(db, account_id=caller.account_id, at=clock())
    check_budget(permit)
    settle(caller)
    built = build_next(Work(permit, wanted.category, wanted.problem_text), Deadline.after(BUILD_SECONDS))
    score = found.flows[0].score if found.flows else None
    with transaction(caller) as db:
        return _begin(db, caller, wanted, built, score, at=clock())


def find_or_take_over(db: Session, *, by: Caller, walk_id: UUID, at: datetime) -> AiSession:
    """Return the session that goes on from an escalated walk, begun now where there is none; its step comes later."""
    walk = lock_walk(db, account_id=by.account_id, walk_id=walk_id)
    session = queries.find_taken_over(db, account_id=by.account_id, walk_id=walk_id)
    if session is None:
        session = _take_over(db, by, walk, at=at)
        details = {"ai_session_id": str(session.id), "ticket_id": walk.ticket_id, "node_id": session.stuck_node_id}
        record(
            db,
            account_id=by.account_id,
            user_id=by.user_id,
            action="escalation.taken_over",
            resource_type="walk",
            resource_id=walk.id,
            details=details,
            at=at,
        )
        db.flush()
    return session


def _take_over(db: Session, by: Caller, walk: Walk, *, at: datetime) -> AiSession:
    stuck = walk.pending_node["id"] if walk.pending_node else walk.current_node_id
    return _create(
        db,
        by,
        at=at,
        intake_type=IntakeType.ESCALATION,
        problem_text=walk.problem_text or "",
        category=walk.category,
        ticket_id=walk.ticket_id,
        ticket_kind=walk.ticket_kind,
        taken_over_walk_id=walk.id,
        flow_id=walk.flow_id,
        flow_version_id=walk.flow_version_id,
        stuck_node_id=stuck,
    )


def _begin(
    db: Session, caller: Caller, wanted: StartAiSession, built: Built, score: float | None, *, at: datetime
) -> AiSessionProgress:
    building.record_usage(db, account_id=caller.account_id, usage=built.usage, at=at)
    session = _create(
        db,
        caller,
        at=at,
        intake_type=wanted.intake_type,
        problem_text=wanted.problem_text,
        category=built.category.value if built.category else None,
        match_score=score,
        usage=asdict(built.usage),
        **_ticket(db, caller, wanted.ticket_id, at),
    )
    db.flush()
    keep_pending(db, session, (), built.node, at=at)
    db.flush()
    return progress_of(db, session)


def _create(db: Session, by: Caller, *, at: datetime, **columns: Any) -> AiSession:
    begun: dict[str, Any] = {
        "id": uuid4(),
        "status": AiSessionStatus.ACTIVE,
        "analysis_status": AnalysisStatus.PENDING,
        "confidence": 0.0,
        "confidence_tier": "discovery",
        "usage": asdict(Usage()),
        "started_at": at,
        "last_step_at": at,
    }
    session = AiSession(account_id=by.account_id, user_id=by.user_id, **(begun | columns))
    db.add(session)
    return session


def _ticket(db: Session, by: Caller, ticket_id: str | None, at: datetime) -> dict[str, Any]:
    """Return whose ticket it is; an open one of ours is being worked on from now on."""
    if ticket_id is None:
        return {}
    ours = tickets.find_ticket(db, account_id=by.account_id, ticket_id=ticket_id)
    move_ticket(db, account_id=by.account_id, ticket_id=ticket_id, to=TicketStatus.WALKING, at=at)
    return {"ticket_id": ticket_id, "ticket_kind": TicketKind.INTERNAL if ours else TicketKind.PSA}
