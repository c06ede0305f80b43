"""A walk as clients see it."""

from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Walk
from firstline.db.models.walks import TicketKind
from firstline.tickets import queries as tickets
from firstline.tickets.schemas import TicketSummary
from firstline.walks import queries
from firstline.walks.schemas import WalkDetail


def get_session_detail(db: Session, *, caller: Caller, walk_id: UUID) -> WalkDetail:
    return describe(db, queries.get_walk(db, account_id=caller.account_id, walk_id=walk_id))


def describe(db: Session, walk: Walk) -> WalkDetail:
    """Return a walk with its ticket; of a PSA's ticket only the id is known."""
    ticket = tickets.find_ticket(db, account_id=walk.account_id, ticket_id=walk.ticket_id)
    summary = (
        TicketSummary.of(ticket) if ticket else TicketSummary(id=walk.ticket_id, kind=TicketKind(walk.ticket_kind))
    )
    return WalkDetail.of_ticket(walk, summary)
