"""Everything that is read from the outbox."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db.models import OutboxMessage


def list_accounts_with_unsent(db: Session, *, at: datetime, limit: int) -> Sequence[UUID]:
    """Return accounts that have messages due; the transaction has set app.sweep to 'outbox'."""
    query = (
        select(OutboxMessage.account_id)
        .where(OutboxMessage.sent_at.is_(None), OutboxMessage.due_at <= at)
        .distinct()
        .limit(limit)
    )
    return db.scalars(query).all()
