"""What goes over the wire about the audit log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, StringConstraints

Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[\w.:-]*$")]


class AuditUser(BaseModel):
    id: UUID
    name: str


class AuditEntry(BaseModel):
    """A deed; `user` is null when nobody did it, or when they were purged."""

    id: UUID
    at: datetime
    user: AuditUser | None
    action: str
    resource_type: str
    resource_id: str
    acting_as: str | None
    details: dict[str, Any]
