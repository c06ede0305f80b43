"""Forgetting a walk or a person: their words leave the shared knowledge before their rows leave the tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit import service as audit
from firstline.db.models import AiSession, Invite, Ticket, User
from firstline.db.models import Walk as WalkRow
from firstline.db.models.accounts import Role
from firstline.errors import Conflict, NotFound
from firstline.flywheel import withdrawing
from firstline.flywheel.sessions import lock_account
from firstline.matching import service as matching
from firstline.proposals.queries import find_supported_by


class OwnerStays(Conflict):
    type = "owner-stays"
    title = "An account keeps its owner"


def purge_session(db: Session, *, session_id: UUID, by: Caller, at: datetime) -> None:
    """Delete a walk with its ticket; proposals it stands behind are handed to their next session, or go along."""
    lock_account(db, by.account_id)
    walk = db.get(WalkRow, (by.account_id, session_id), with_for_update=True)
    if walk is None:
        raise NotFound("There is no such walk in your account.")
    _forget_walk(db, walk, at=at)
    _record(db, by, "walk.purged", "l1_walk_session", session_id, at)
    db.flush()


def purge_user(db: Session, *, user_id: UUID, by: Caller, at: datetime) -> None:
    """Delete a person with all they walked; what the account learned from it without their words stays."""
    lock_account(db, by.account_id)
    user = db.get(User, (by.account_id, user_id), with_for_update=True)
    if user is None:
        raise NotFound("There is no such user in your account.")
    if user.account_role == Role.OWNER:
        raise OwnerStays("Transfer the ownership first; then this person can be purged.")
    walks = select(WalkRow).where(WalkRow.account_id == by.account_id, WalkRow.created_by_user_id == user_id)
    for walk in db.scalars(walks).all():
        _forget_walk(db, walk, at=at)
    sessions = select(AiSession).where(AiSession.account_id == by.account_id, AiSession.user_id == user_id)
    for session in db.scalars(sessions).all():
        _hand_over(db, by.account_id, session.id, at=at)
    db.flush()
    invited = or_(Invite.accepted_by == user_id, func.lower(Invite.email) == user.email.lower())
    db.execute(delete(Invite).where(Invite.account_id == by.account_id, invited))
    db.execute(delete(User).where(User.account_id == by.account_id, User.id == user_id))
    _record(db, by, "user.purged", "user", user_id, at)


def _forget_walk(db: Session, walk: WalkRow, *, at: datetime) -> None:
    _hand_over(db, walk.account_id, walk.id, at=at)
    db.flush()
    ticket_id = walk.ticket_id
    matching.forget_opening(db, account_id=walk.account_id, walk_id=walk.id, at=at)
    db.execute(delete(WalkRow).where(WalkRow.account_id == walk.account_id, WalkRow.id == walk.id))
    others = select(WalkRow.id).where(WalkRow.account_id == walk.account_id, WalkRow.ticket_id == ticket_id)
    if walk.ticket_kind == "internal" and db.scalars(others).first() is None:
        db.execute(delete(Ticket).where(Ticket.account_id == walk.account_id, Ticket.id == UUID(ticket_id)))


def _hand_over(db: Session, account_id: UUID, session_id: UUID, *, at: datetime) -> None:
    for proposal in find_supported_by(db, account_id=account_id, session_id=session_id):
        withdrawing.release_session(db, proposal=proposal, session_id=str(session_id), at=at)


def _record(db: Session, by: Caller, action: str, resource_type: str, resource_id: UUID, at: datetime) -> None:
    audit.record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        at=at,
    )
