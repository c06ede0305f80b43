"""What goes over the wire about tickets."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from firstline.categories.rules import Category
from firstline.db.models import Ticket
from firstline.db.models.walks import TicketKind, TicketStatus


class TicketSummary(BaseModel):
    """Whose problem it is and where it stands; a PSA's ticket is known by its id alone."""

    id: str
    kind: TicketKind
    status: TicketStatus | None = None
    customer_name: str | None = None
    customer_contact: str | None = None
    reopened_at: datetime | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketSummary":
        return cls(
            id=str(ticket.id),
            kind=TicketKind.INTERNAL,
            status=TicketStatus(ticket.status),
            customer_name=ticket.customer_name,
            customer_contact=ticket.customer_contact,
            reopened_at=ticket.reopened_at,
        )


class QueuedTicket(TicketSummary):
    problem_text: str
    category: str | None
    created_by_user_id: UUID | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, ticket: Ticket) -> "QueuedTicket":
        return cls(
            **TicketSummary.of(ticket).model_dump(),
            problem_text=ticket.problem_text,
            category=Category(ticket.category) if ticket.category else None,
            created_by_user_id=ticket.created_by_user_id,
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
        )
