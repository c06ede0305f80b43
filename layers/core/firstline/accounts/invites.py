"""Invitations: opened by a manager, accepted at the first sight of the verified address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts import queries, seats
from firstline.accounts.people import check_team
from firstline.accounts.rules import Caller, Identity, UnverifiedAddress
from firstline.accounts.schemas import InviteDetails, InviteUser
from firstline.accounts.service import AddressTaken, AlreadyInAccount, add_user
from firstline.accounts.uniqueness import or_conflict
from firstline.audit import service as audit
from firstline.db.models import Invite, User
from firstline.db.models.accounts import Role
from firstline.db.transaction import transaction
from firstline.errors import Conflict, NotFound
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened

LIFETIME = timedelta(days=14)


class AlreadyInvited(Conflict):
    type = "already-invited"
    title = "The address is invited already"


class InviteClosed(Conflict):
    type = "invite-closed"
    title = "The invite is not open any more"


@dataclass(frozen=True, slots=True)
class _InvitingAccount:
    account_id: UUID


def create_invite(db: Session, *, wanted: InviteUser, by: Caller, at: datetime) -> InviteDetails:
    """Open an invite; raises AddressTaken, AlreadyInvited, SeatLimitExceeded, or Unprocessable for an unknown team."""
    if queries.find_user_by_email(db, account_id=by.account_id, email=wanted.email):
        raise AddressTaken(f"A user with the address {wanted.email} belongs to the account already.")
    check_team(db, account_id=by.account_id, team_id=wanted.team_id)
    seats.take(db, account_id=by.account_id, role=Role(wanted.account_role))
    _make_way(db, email=wanted.email, by=by, at=at)
    invite = Invite(
        account_id=by.account_id,
        id=uuid4(),
        invited_by=by.user_id,
        created_at=at,
        expires_at=at + LIFETIME,
        **wanted.model_dump(),
    )
    with or_conflict(db, AlreadyInvited(f"{wanted.email} was invited a moment ago.")):
        db.add(invite)
    _record(db, invite, "invite.created", by.user_id, at)
    outbox.put(
        db, EventHappened(account_id=by.account_id, event="invite.created", subject_id=invite.id, facts={}), at=at
    )
    return InviteDetails.model_validate(invite)


def revoke_invite(db: Session, *, invite_id: UUID, by: Caller, at: datetime) -> InviteDetails:
    """Close an open invite; a revoked one stays as it is, an accepted one raises InviteClosed."""
    invite = queries.get_invite(db, account_id=by.account_id, invite_id=invite_id, lock=True)
    if invite.accepted_at is not None:
        raise InviteClosed("The invite has been accepted. Remove the user instead.", accepted_at=invite.accepted_at)
    if invite.revoked_at is None:
        invite.revoked_at = at
        _record(db, invite, "invite.revoked", by.user_id, at)
    return InviteDetails.model_validate(invite)


def accept_invite(*, identity: Identity, at: datetime) -> Caller:
    """Make a signed-in person the user they were invited to be, in transactions of its own.

    Who is a user already, and has no other invite, stays who they are: the same request may come twice, or twice at
    once. Raises UnverifiedAddress, NotFound without an open invite, AlreadyInAccount, and SeatLimitExceeded.
    """
    if identity.email is None:
        raise UnverifiedAddress("Verify your e-mail address where you sign in, then accept the invite again.")
    subject = {"app.current_subject": identity.subject}
    with transaction(None, **subject, **{"app.current_email": identity.email}) as db:
        invite = queries.find_open_invite(db, email=identity.email, at=at)
        present = queries.find_caller(db, subject=identity.subject)
    if invite is not None:
        with transaction(_InvitingAccount(invite.account_id), **subject) as db:
            return _accept(db, account_id=invite.account_id, invite_id=invite.id, identity=identity, at=at)
    if present is None:
        raise NotFound("There is no open invite for your address. Ask the account's owner or admin for a new one.")
    return present


def _accept(db: Session, *, account_id: UUID, invite_id: UUID, identity: Identity, at: datetime) -> Caller:
    queries.lock_subject(db, subject=identity.subject)
    invite = queries.get_invite(db, account_id=account_id, invite_id=invite_id, lock=True)
    present = queries.find_caller(db, subject=identity.subject)
    if present is not None and invite.accepted_by == present.user_id:
        return present  # the same person, a moment ago in another request
    if present is not None:
        raise AlreadyInAccount("You already belong to an account. Ask its owner to remove you, then accept the invite.")
    if invite.accepted_at is not None or invite.revoked_at is not None:
        raise InviteClosed("The invite was closed a moment ago. Ask the account's owner or admin for a new one.")
    user = _invited_user(db, invite, identity, at)
    invite.accepted_at, invite.accepted_by = at, user.id
    _record(db, invite, "invite.accepted", user.id, at)
    return queries.as_caller(user)


def _invited_user(db: Session, invite: Invite, identity: Identity, at: datetime) -> User:
    return add_user(
        db,
        account_id=invite.account_id,
        email=invite.email,
        display_name=invite.display_name or identity.display_name,
        role=Role(invite.account_role),
        can_cover_l1=invite.can_cover_l1,
        team_id=invite.team_id,
        subject=identity.subject,
        at=at,
    )


def _make_way(db: Session, *, email: str, by: Caller, at: datetime) -> None:
    """Close an expired invite of the address; raises AlreadyInvited when it is still open."""
    pending = queries.find_pending_invite(db, account_id=by.account_id, email=email)
    if pending is None:
        return
    if pending.expires_at > at:
        raise AlreadyInvited(
            f"{email} has an open invite. Revoke it first to change it.",
            invite_id=pending.id,
            expires_at=pending.expires_at,
        )
    pending.revoked_at = at
    db.flush()


def _record(db: Session, invite: Invite, action: str, user_id: UUID, at: datetime) -> None:
    audit.record(
        db,
        account_id=invite.account_id,
        user_id=user_id,
        action=action,
        resource_type="invite",
        resource_id=invite.id,
        details={"account_role": invite.account_role},
        at=at,
    )
