"""What the flows ask of the matcher, which stands above them: to be told, in the same transaction, what is live."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.flows.queries import LiveFlow


class Index(Protocol):
    """Takes in a version that is published, or whose tags and keywords have changed."""

    def __call__(self, db: Session, live: LiveFlow, /, *, at: datetime) -> None: ...


class Unindex(Protocol):
    """Takes out a flow that technicians no longer meet."""

    def __call__(self, db: Session, /, *, account_id: UUID, subject_id: UUID) -> None: ...
