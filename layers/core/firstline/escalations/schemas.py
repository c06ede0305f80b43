"""What goes over the wire about escalations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from firstline.building.rules import ServedType
from firstline.db.models.walks import ActingAs, TicketKind, WalkKind
from firstline.walks.schemas import Note, ReasonCategory, Sentence, Storable

Contact = Annotated[str, StringConstraints(strip_whitespace=True, max_length=320), Storable]
CustomerName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Storable]


class EscalateWithoutWalk(BaseModel):
    problem_statement: Sentence
    customer_name: CustomerName | None = None
    customer_contact: Contact | None = None
    reason_category: ReasonCategory
    reason: Note | None = None


class Someone(BaseModel):
    id: UUID
    name: str


class Customer(BaseModel):
    name: str | None
    contact: str | None


class ReadableStep(BaseModel):
    """An answered step in the words the technician saw."""

    text: str
    answer: str | None
    note: str | None
    answered_at: datetime


class StuckNode(BaseModel):
    """Where the walk stood when it was escalated."""

    id: str
    node_type: ServedType
    text: str


class Escalation(BaseModel):
    session_id: UUID
    session_kind: WalkKind
    ticket_id: str
    ticket_kind: TicketKind
    problem: str
    category: str | None
    customer: Customer
    path: list[ReadableStep]
    stuck_at: StuckNode | None
    reason_category: str | None
    reason: str | None
    escalated_by: Someone
    acting_as: ActingAs | None
    escalated_at: datetime
    age_seconds: int
    claimed_by: Someone | None
    claimed_at: datetime | None
