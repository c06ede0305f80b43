"""Everything that is read about accounts and their people."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Account, User
from firstline.db.models.accounts import Role
from firstline.errors import NotFound


def find_caller(db: Session, *, subject: str) -> Caller | None:
    """Return the active user of a verified subject; the transaction has set app.current_subject to it."""
    query = (
        select(User)
        .where(User.identity_sub == subject, User.is_active, User.deleted_at.is_(None))
        .order_by(User.created_at)
        .limit(1)
    )
    user = db.scalars(query).first()
    return as_caller(user) if user else None


def as_caller(user: User) -> Caller:
    return Caller(
        account_id=user.account_id,
        user_id=user.id,
        role=Role(user.account_role),
        email=user.email,
        display_name=user.display_name,
        team_id=user.team_id,
        is_super_admin=user.is_super_admin,
        is_team_admin=user.is_team_admin,
        can_cover_l1=user.can_cover_l1,
    )


def get_account(db: Session, *, account_id: UUID) -> Account:
    account = db.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account
