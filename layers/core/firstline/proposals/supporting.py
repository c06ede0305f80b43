"""The sessions behind a proposal, as a person reads them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from firstline.db.models import AiSession, AiSessionStep, Ticket, User, Walk
from firstline.db.models.walks import WalkStatus
from firstline.proposals.schemas import EvidenceSession, EvidenceStep


def list_sessions(db: Session, *, account_id: UUID, session_ids: Sequence[UUID]) -> list[EvidenceSession]:
    """Return sessions as a person reads them, walks first, each kind in the order they ended."""
    walks = db.execute(
        select(Walk, User.display_name, Ticket.reopened_at)
        .join(User, and_(User.account_id == Walk.account_id, User.id == Walk.created_by_user_id))
        .outerjoin(
            Ticket,
            and_(Ticket.account_id == Walk.account_id, func.cast(Ticket.id, Walk.ticket_id.type) == Walk.ticket_id),
        )
        .where(Walk.account_id == account_id, Walk.id.in_(session_ids))
        .order_by(Walk.resolved_at, Walk.id)
    ).all()
    found = [_of_walk(walk, technician, reopened_at) for walk, technician, reopened_at in walks]
    return found + _of_ai_sessions(db, account_id, session_ids)


def _of_walk(walk: Walk, technician: str, reopened_at: datetime | None) -> EvidenceSession:
    return EvidenceSession(
        session_id=walk.id,
        session_type="walk",
        problem=walk.problem_text,
        status=walk.status,
        outcome=_outcome(walk.status, helpful=walk.helpful, reopened=reopened_at is not None),
        helpful=walk.helpful,
        reopened=reopened_at is not None,
        technician=technician,
        ticket_id=walk.ticket_id,
        minutes=_minutes(walk.started_at, walk.resolved_at),
        ended_at=walk.resolved_at,
        resolution_notes=walk.resolution_notes,
        path=[
            EvidenceStep(
                node_id=entry["node_id"],
                text=entry["text"],
                answer=entry.get("answer"),
                answer_label=entry.get("answer_label"),
                built=bool(entry.get("built")),
            )
            for entry in walk.walked_path
        ],
        ended_with=walk.pending_node["text"] if walk.pending_node else None,
    )


def _of_ai_sessions(db: Session, account_id: UUID, session_ids: Sequence[UUID]) -> list[EvidenceSession]:
    sessions = db.execute(
        select(AiSession, User.display_name)
        .join(User, and_(User.account_id == AiSession.account_id, User.id == AiSession.user_id))
        .where(AiSession.account_id == account_id, AiSession.id.in_(session_ids))
        .order_by(AiSession.resolved_at, AiSession.id)
    ).all()
    if not sessions:
        return []
    steps: dict[UUID, list[EvidenceStep]] = {}
    served: dict[UUID, str] = {}
    for step in db.scalars(_steps_of(account_id, [session.id for session, _ in sessions])):
        if step.answered_at is None:
            served[step.ai_session_id] = step.node["text"]
        else:
            steps.setdefault(step.ai_session_id, []).append(_of_step(step))
    return [
        EvidenceSession(
            session_id=session.id,
            session_type="ai_session",
            problem=session.problem_text,
            status=session.status,
            outcome=_outcome(session.status, helpful=session.helpful, reopened=False),
            helpful=session.helpful,
            reopened=False,
            technician=technician,
            ticket_id=session.ticket_id,
            minutes=_minutes(session.started_at, session.resolved_at),
            ended_at=session.resolved_at,
            resolution_notes=session.resolution_notes,
            path=steps.get(session.id, []),
            ended_with=served.get(session.id),
        )
        for session, technician in sessions
    ]


def _of_step(step: AiSessionStep) -> EvidenceStep:
    return EvidenceStep(
        node_id=str(step.id),
        text=step.node["text"],
        answer=step.answer,
        answer_label=step.answer_label,
        built=True,
    )


def _steps_of(account_id: UUID, session_ids: Sequence[UUID]) -> Select[AiSessionStep]:
    return (
        select(AiSessionStep)
        .where(
            AiSessionStep.account_id == account_id,
            AiSessionStep.ai_session_id.in_(session_ids),
        )
        .order_by(AiSessionStep.position)
    )


def _minutes(started_at: datetime, ended_at: datetime | None) -> float:
    return round((ended_at - started_at).total_seconds() / 60, 1) if ended_at else 0.0


def _outcome(status: str, *, helpful: bool | None, reopened: bool) -> str:
    """Return how a session ended, in the words in which evidence is counted."""
    if reopened:
        return "reopened"
    if status == WalkStatus.RESOLVED and not helpful:
        return "failed"
    return status
