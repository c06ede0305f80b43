"""Everything that is read about escalated walks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, String, and_, cast, select, tuple_
from sqlalchemy.orm import Session, aliased

from firstline.db.models import Ticket, User, Walk
from firstline.db.models.walks import TicketKind, WalkStatus
from firstline.errors import NotFound
from firstline.paging import decode_cursor


@dataclass(frozen=True, slots=True)
class EscalatedWalk:
    """A walk with its ticket, when that is ours, and the people concerned."""

    walk: Walk
    ticket: Ticket | None
    technician: User
    claimer: User | None


def list_escalations(
    db: Session, *, account_id: UUID, unclaimed: bool | None, cursor: str | None, limit: int
) -> Sequence[EscalatedWalk]:
    """Return escalated walks, newest first, and one more than `limit` when there are more."""
    query = _escalated(account_id).where(Walk.status == WalkStatus.ESCALATED)
    if unclaimed is not None:
        query = query.where(Walk.claimed_by.is_(None) if unclaimed else Walk.claimed_by.is_not(None))
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(Walk.resolved_at, Walk.id) < after)
    rows = db.execute(query.order_by(Walk.resolved_at.desc(), Walk.id.desc()).limit(limit + 1))
    return [EscalatedWalk(*row) for row in rows]


def get_walk_with_people(db: Session, *, account_id: UUID, session_id: UUID) -> EscalatedWalk:
    """Return a walk in whatever state."""
    row = db.execute(
        _escalated(account_id).where(Walk.id == session_id).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound("There is no such walk in your account.")
    return EscalatedWalk(*row)


def _escalated(account_id: UUID) -> Select[Walk, Ticket, User, User]:
    technician, claimer = aliased(User), aliased(User)
    return (
        select(Walk, Ticket, technician, claimer)
        .join(technician, and_(technician.account_id == Walk.account_id, technician.id == Walk.created_by_user_id))
        .outerjoin(claimer, and_(claimer.account_id == Walk.account_id, claimer.id == Walk.claimed_by))
        .outerjoin(
            Ticket,
            and_(
                Ticket.account_id == Walk.account_id,
                Walk.ticket_kind == TicketKind.INTERNAL,
                cast(Ticket.id, String) == Walk.ticket_id,
            ),
        )
        .where(Walk.account_id == account_id)
    )
