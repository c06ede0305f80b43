"""Reading the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import Session

from firstline.audit.schemas import AuditEntry, AuditUser
from firstline.db.models import AuditLog, User
from firstline.paging import Page, decode_cursor, encode_cursor, page_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None is all. `since` is included, `until` is not."""

    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_audit_log(
    db: Session, *, account_id: UUID, wanted: Wanted, cursor: str | None, limit: int
) -> Page[AuditEntry]:
    """Return entries, newest first."""
    query = (
        select(AuditLog, User.display_name)
        .outerjoin(User, and_(User.account_id == AuditLog.account_id, User.id == AuditLog.user_id))
        .where(AuditLog.account_id == account_id)
    )
    for name in ("action", "resource_type", "resource_id", "user_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(AuditLog, name) == value)
    if wanted.since is not None:
        query = query.where(AuditLog.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditLog.at < wanted.until)
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(AuditLog.at, AuditLog.id) < after)
    found = db.execute(query.order_by(AuditLog.at.desc(), AuditLog.id.desc()).limit(limit + 1)).tuples().all()
    rows, more = page_of(found, limit)
    items = [_entry(row, name) for row, name in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1][0].at, rows[-1][0].id) if more else None)


def _entry(row: AuditLog, name: str | None) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        user=AuditUser(id=row.user_id, name=name) if row.user_id is not None and name is not None else None,
        action=row.action,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        acting_as=row.acting_as,
        details=row.details,
    )
