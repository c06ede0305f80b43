"""Everything that is read about accounts and their people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Account, Invite, Subscription, Team, User
from firstline.db.models.accounts import Role
from firstline.errors import NotFound
from firstline.paging import decode_cursor


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


def lock_subject(db: Session, *, subject: str) -> None:
    """Let one transaction at a time decide which account a subject belongs to; there is no row to lock yet."""
    db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))


def get_account(db: Session, *, account_id: UUID, lock: bool = False) -> Account:
    account = db.get(Account, account_id, with_for_update=lock or None)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def find_subscription(db: Session, *, account_id: UUID, lock: bool = False) -> Subscription | None:
    return db.get(Subscription, account_id, with_for_update=lock or None)


def count_seated(db: Session, *, account_id: UUID, role: Role) -> int:
    """Count who takes a seat of `role`: active and not deleted."""
    query = select(func.count()).where(
        User.account_id == account_id, User.account_role == role, User.is_active, User.deleted_at.is_(None)
    )
    return db.scalar(query) or 0


def get_user(db: Session, *, account_id: UUID, user_id: UUID, lock: bool = False) -> User:
    """Return a user who is not deleted."""
    user = db.get(User, (account_id, user_id), with_for_update=lock or None)
    if user is None or user.deleted_at is not None:
        raise NotFound("There is no such user in your account.")
    return user


def list_users(
    db: Session, *, account_id: UUID, role: Role | None, is_active: bool | None, cursor: str | None, limit: int
) -> Sequence[User]:
    """Return users who are not deleted, oldest first, and one more than `limit` when there are more."""
    query = select(User).where(User.account_id == account_id, User.deleted_at.is_(None))
    if role is not None:
        query = query.where(User.account_role == role)
    if is_active is not None:
        query = query.where(User.is_active.is_(is_active))
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(User.created_at, User.id) > after)
    return db.scalars(query.order_by(User.created_at, User.id).limit(limit + 1)).all()


def list_known_user_ids(db: Session, *, account_id: UUID, user_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of `user_ids` who are users of the account and not deleted."""
    query = select(User.id).where(User.account_id == account_id, User.id.in_(user_ids), User.deleted_at.is_(None))
    return set(db.scalars(query))


def list_owners(db: Session, *, account_id: UUID) -> Sequence[User]:
    """Return the owners, locked."""
    query = (
        select(User)
        .where(User.account_id == account_id, User.account_role == Role.OWNER, User.deleted_at.is_(None))
        .order_by(User.id)
        .with_for_update()
    )
    return db.scalars(query).all()


def find_user_by_email(db: Session, *, account_id: UUID, email: str) -> User | None:
    query = select(User).where(
        User.account_id == account_id, func.lower(User.email) == email.lower(), User.deleted_at.is_(None)
    )
    return db.scalars(query).first()


def get_team(db: Session, *, account_id: UUID, team_id: UUID) -> Team:
    team = db.get(Team, (account_id, team_id))
    if team is None:
        raise NotFound("There is no such team in your account.")
    return team


def has_team(db: Session, *, account_id: UUID, team_id: UUID) -> bool:
    return db.get(Team, (account_id, team_id)) is not None


def list_teams(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Sequence[Team]:
    """Return teams by name, and one more than `limit` when there are more."""
    name = func.lower(Team.name)
    query = select(Team).where(Team.account_id == account_id)
    if after := decode_cursor(cursor, str, UUID):
        query = query.where(tuple_(name, Team.id) > after)
    return db.scalars(query.order_by(name, Team.id).limit(limit + 1)).all()


def get_invite(db: Session, *, account_id: UUID, invite_id: UUID, lock: bool = False) -> Invite:
    invite = db.get(Invite, (account_id, invite_id), with_for_update=lock or None)
    if invite is None:
        raise NotFound("There is no such invite in your account.")
    return invite


def find_open_invite(db: Session, *, email: str, at: datetime) -> Invite | None:
    """Return the newest open invite of a verified address, in whichever account.

    The transaction has set app.current_email to the address.
    """
    query = (
        select(Invite)
        .where(
            func.lower(Invite.email) == email.lower(),
            Invite.accepted_at.is_(None),
            Invite.revoked_at.is_(None),
            Invite.expires_at > at,
        )
        .order_by(Invite.created_at.desc())
        .limit(1)
    )
    return db.scalars(query).first()


def find_pending_invite(db: Session, *, account_id: UUID, email: str) -> Invite | None:
    """Return the account's invite of an address that is neither accepted nor revoked, expired or not; locked."""
    query = (
        select(Invite)
        .where(
            Invite.account_id == account_id,
            func.lower(Invite.email) == email.lower(),
            Invite.accepted_at.is_(None),
            Invite.revoked_at.is_(None),
        )
        .with_for_update()
    )
    return db.scalars(query).first()


def list_invites(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Sequence[Invite]:
    """Return invites, newest first, and one more than `limit` when there are more."""
    query = select(Invite).where(Invite.account_id == account_id)
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(Invite.created_at, Invite.id) < after)
    return db.scalars(query.order_by(Invite.created_at.desc(), Invite.id.desc()).limit(limit + 1)).all()


def list_account_ids(db: Session) -> Sequence[UUID]:
    """Return every account's id; the transaction has set app.sweep to 'accounts'."""
    return db.scalars(select(Account.id).where(Account.deleted_at.is_(None)).order_by(Account.id)).all()
