"""Writing the audit log, in the transaction of the deed itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.db.models import AuditLog


def record(
    db: Session,
    *,
    account_id: UUID,
    user_id: UUID | None,
    action: str,
    resource_type: str,
    resource_id: UUID | str,
    at: datetime,
    acting_as: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one row; `action` is a dotted past tense (`walk.resolved`)."""
    db.add(
        AuditLog(
            account_id=account_id,
            user_id=user_id,
            action=action,
            resource_type=resource_type,
            resource_id=str(resource_id),
            details=details or {},
            acting_as=acting_as,
            at=at,
        )
    )
