"""The lists of an account's people, page by page."""

from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts import queries
from firstline.accounts.schemas import InviteDetails, TeamDetails, UserDetails
from firstline.db.models.accounts import Role
from firstline.paging import Page, encode_cursor, page_of


def list_users(
    db: Session, *, account_id: UUID, role: Role | None, is_active: bool | None, cursor: str | None, limit: int
) -> Page[UserDetails]:
    found = queries.list_users(db, account_id=account_id, role=role, is_active=is_active, cursor=cursor, limit=limit)
    rows, more = page_of(found, limit)
    items = [UserDetails.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].created_at, rows[-1].id) if more else None)


def list_invites(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Page[InviteDetails]:
    rows, more = page_of(queries.list_invites(db, account_id=account_id, cursor=cursor, limit=limit), limit)
    items = [InviteDetails.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].created_at, rows[-1].id) if more else None)


def list_teams(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Page[TeamDetails]:
    rows, more = page_of(queries.list_teams(db, account_id=account_id, cursor=cursor, limit=limit), limit)
    items = [TeamDetails.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name.lower(), rows[-1].id) if more else None)
