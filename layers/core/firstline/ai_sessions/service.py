"""How an AI session ends: resolved, and then perhaps captured, or handed on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.ai_sessions import queries
from firstline.ai_sessions.positions import describe
from firstline.ai_sessions.schemas import AiSessionDetail, AiSessionSummary
from firstline.audit.service import record
from firstline.building.redaction import redact
from firstline.db.models import AiSession
from firstline.db.models.ai_sessions import AiSessionStatus
from firstline.db.models.walks import AnalysisStatus, TicketStatus
from firstline.errors import Conflict
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened, SessionResolved
from firstline.paging import Page, decode_cursor, encode_cursor, page_of
from firstline.tickets.service import move_ticket

_OPENING = 200  # characters of the problem that go along with an event


class SessionIsOver(Conflict):
    """The AI session has ended, whichever way; carries its status and when."""

    type = "ai-session-is-over"
    title = "The AI session has ended"


def get_ai_session(db: Session, *, caller: Caller, session_id: UUID) -> AiSessionDetail:
    return describe(db, queries.get_readable(db, caller=caller, session_id=session_id))


def list_ai_sessions(
    db: Session, *, caller: Caller, status: AiSessionStatus | None, limit: int, cursor: str | None
) -> Page[AiSessionSummary]:
    """Return the caller's own sessions, newest step first."""
    after = decode_cursor(cursor, datetime, UUID)
    rows, more = page_of(queries.list_own(db, caller=caller, status=status, after=after, limit=limit), limit)
    return Page(
        items=[AiSessionSummary.of(row) for row in rows],
        next_cursor=encode_cursor(rows[-1].last_step_at, rows[-1].id) if more else None,
    )


def lock_active(db: Session, *, by: Caller, session_id: UUID) -> AiSession:
    """Return a session its owner may change, under a row lock; raises SessionIsOver, Forbidden or NotFound."""
    session = queries.lock_own(db, caller=by, session_id=session_id)
    if session.status != AiSessionStatus.ACTIVE:
        raise SessionIsOver(
            f"This AI session is {session.status}. Begin a new one.",
            session_status=session.status,
            ended_at=session.resolved_at,
        )
    return session


def resolve_ai_session(
    db: Session, *, by: Caller, session_id: UUID, helpful: bool, resolution_notes: str | None, at: datetime
) -> AiSessionDetail:
    """End a session as resolved; helped by it and with a step answered, it goes to the flywheel."""
    session = lock_active(db, by=by, session_id=session_id)
    answered = sum(step.answered_at is not None for step in queries.list_steps(db, session))
    captured = helpful and answered > 0
    session.helpful, session.resolution_notes = helpful, resolution_notes
    end_ai_session(db, session, AiSessionStatus.RESOLVED, TicketStatus.RESOLVED, captured=captured, at=at)
    if captured:
        fact = SessionResolved(account_id=session.account_id, session_id=session.id, session_type="ai_session")
        outbox.put(db, fact, at=at)
    _audit(db, by, session, "ai_session.resolved", {"helpful": helpful, "steps": answered}, at)
    outbox.put(db, _resolved_event(session, helpful=helpful), at=at)
    return describe(db, session)


def escalate_ai_session(
    db: Session, *, by: Caller, session_id: UUID, reason_category: str | None, reason: str | None, at: datetime
) -> AiSessionDetail:
    """End a session as handed on, to a vendor or a colleague."""
    session = lock_active(db, by=by, session_id=session_id)
    session.escalation_reason_category, session.escalation_reason = reason_category, reason
    end_ai_session(db, session, AiSessionStatus.ESCALATED, TicketStatus.ESCALATED, captured=False, at=at)
    _audit(db, by, session, "ai_session.escalated", {"reason_category": reason_category}, at)
    return describe(db, session)


def end_ai_session(
    db: Session, session: AiSession, status: AiSessionStatus, ticket: TicketStatus, *, captured: bool, at: datetime
) -> None:
    """End a session whichever way, and move its ticket along."""
    session.status, session.resolved_at, session.building = status, at, None
    session.analysis_status = AnalysisStatus.PENDING if captured else AnalysisStatus.SKIPPED
    if session.ticket_id is not None:
        move_ticket(db, account_id=session.account_id, ticket_id=session.ticket_id, to=ticket, at=at)


def _audit(db: Session, by: Caller, session: AiSession, action: str, details: dict[str, Any], at: datetime) -> None:
    record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="ai_session",
        resource_id=session.id,
        details={"ticket_id": session.ticket_id, **details},
        at=at,
    )


def _resolved_event(session: AiSession, *, helpful: bool) -> EventHappened:
    facts = {"problem": redact(session.problem_text)[:_OPENING], "helpful": str(helpful).lower()}
    facts |= {"ticket_id": session.ticket_id} if session.ticket_id else {}
    return EventHappened(account_id=session.account_id, event="session.resolved", subject_id=session.id, facts=facts)
