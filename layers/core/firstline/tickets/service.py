"""Every change of tickets; a PSA's own tickets are left to the PSA."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.db.models import Ticket
from firstline.db.models.walks import TicketStatus
from firstline.errors import Conflict
from firstline.paging import Page, decode_cursor, encode_cursor, page_of
from firstline.tickets import queries
from firstline.tickets.rules import may_move
from firstline.tickets.schemas import QueuedTicket


class TicketNotResolved(Conflict):
    type = "ticket-not-resolved"
    title = "Only a resolved ticket is re-opened"


def open_ticket(
    db: Session,
    *,
    account_id: UUID,
    problem_text: str,
    created_by: UUID,
    at: datetime,
    customer_name: str | None = None,
    customer_contact: str | None = None,
    category: str | None = None,
) -> Ticket:
    ticket = Ticket(
        account_id=account_id,
        id=uuid4(),
        problem_text=problem_text,
        customer_name=customer_name,
        customer_contact=customer_contact,
        category=category,
        status=TicketStatus.OPEN,
        created_by_user_id=created_by,
        created_at=at,
        updated_at=at,
    )
    db.add(ticket)
    return ticket


def move_ticket(db: Session, *, account_id: UUID, ticket_id: str, to: TicketStatus, at: datetime) -> None:
    """Move a ticket on where its present state allows it; another walk may have moved it before."""
    ticket = queries.find_ticket(db, account_id=account_id, ticket_id=ticket_id)
    if ticket is not None and may_move(TicketStatus(ticket.status), to):
        ticket.status, ticket.updated_at = to, at


def reopen_ticket(db: Session, *, account_id: UUID, ticket_id: UUID, at: datetime) -> Ticket:
    """Put a resolved ticket back in the queue; raises TicketNotResolved."""
    ticket = queries.lock_ticket(db, account_id=account_id, ticket_id=ticket_id)
    if ticket.status != TicketStatus.RESOLVED:
        raise TicketNotResolved(f"This ticket is {ticket.status}.", ticket_status=ticket.status)
    ticket.status, ticket.reopened_at, ticket.updated_at = TicketStatus.OPEN, at, at
    return ticket


def list_queue(
    db: Session, *, account_id: UUID, status: TicketStatus | None, limit: int, cursor: str | None
) -> Page[QueuedTicket]:
    after = decode_cursor(cursor, datetime, UUID)
    rows = queries.list_tickets(db, account_id=account_id, status=status, after=after, limit=limit)
    tickets, more = page_of(rows, limit)
    next_cursor = encode_cursor(tickets[-1].created_at, tickets[-1].id) if more else None
    return Page(items=[QueuedTicket.of(ticket) for ticket in tickets], next_cursor=next_cursor)
