"""Everything that is read about tickets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from firstline.db.models import Ticket
from firstline.db.models.walks import TicketStatus
from firstline.errors import NotFound


def find_ticket(db: Session, *, account_id: UUID, ticket_id: str) -> Ticket | None:
    """Return the ticket of an id as walks keep it; None for a PSA's, which is not ours to read."""
    try:
        return db.get(Ticket, (account_id, UUID(ticket_id)))
    except ValueError:
        return None


def lock_ticket(db: Session, *, account_id: UUID, ticket_id: UUID) -> Ticket:
    ticket = db.get(Ticket, (account_id, ticket_id), with_for_update=True)
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


def list_tickets(
    db: Session,
    *,
    account_id: UUID,
    status: TicketStatus | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Ticket]:
    """Return one more ticket than `limit` where there are more, newest first."""
    query = select(Ticket).where(Ticket.account_id == account_id)
    if status is not None:
        query = query.where(Ticket.status == status)
    if after is not None:
        query = query.where(tuple_(Ticket.created_at, Ticket.id) < after)
    return db.scalars(query.order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(limit + 1)).all()
