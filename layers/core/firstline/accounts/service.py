"""Every change of an account itself: opening it, adding people, and its settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts import queries, seats
from firstline.accounts.rules import Caller, Identity, Permission, UnverifiedAddress
from firstline.accounts.schemas import AccountDetails, AccountSummary, Me, UpdateAccount
from firstline.accounts.uniqueness import or_conflict
from firstline.audit import service as audit
from firstline.categories.rules import Category
from firstline.db.models import Account, User
from firstline.db.models.accounts import Role
from firstline.errors import Conflict, Unprocessable


class AlreadyInAccount(Conflict):
    type = "already-in-account"
    title = "The person already belongs to an account"


class AddressTaken(Conflict):
    type = "address-taken"
    title = "A user of the account has this address"


def describe_caller(db: Session, *, caller: Caller) -> Me:
    account = queries.get_account(db, account_id=caller.account_id)
    return Me(
        id=caller.user_id,
        email=caller.email,
        display_name=caller.display_name,
        account_role=caller.role,
        is_super_admin=caller.is_super_admin,
        is_team_admin=caller.is_team_admin,
        can_cover_l1=caller.can_cover_l1,
        can_manage_account=caller.can_manage_account,
        team_id=caller.team_id,
        account=AccountSummary(id=account.id, name=account.name, l1_categories=account.l1_categories),
        permissions=[permission for permission in Permission if caller.may(permission)],
    )


def open_account(
    db: Session, *, account_id: UUID, name: str, owner_email: str, owner_name: str, subject: str | None, at: datetime
) -> User:
    """Make an account with its owner, building on in every category; the transaction's account is the new one."""
    db.add(Account(id=account_id, name=name, l1_categories=list(Category), created_at=at))
    db.flush()
    owner = add_user(
        db,
        account_id=account_id,
        email=owner_email,
        display_name=owner_name,
        role=Role.OWNER,
        at=at,
        subject=subject,
    )
    audit.record(
        db,
        account_id=account_id,
        user_id=owner.id,
        action="account.opened",
        resource_type="account",
        resource_id=account_id,
        at=at,
    )
    return owner


def open_own_account(db: Session, *, account_id: UUID, identity: Identity, name: str, at: datetime) -> Me:
    """Open an account for a signed-in person who has none; the transaction also shows the user of their subject.

    Raises AlreadyInAccount, and UnverifiedAddress for someone whose e-mail address nobody has checked.
    """
    queries.lock_subject(db, subject=identity.subject)
    if queries.find_caller(db, subject=identity.subject) is not None:
        raise AlreadyInAccount("You already belong to an account. Ask its owner to remove you before you open another.")
    if identity.email is None:
        raise UnverifiedAddress("Verify your e-mail address where you sign in, then open the account again.")
    owner = open_account(
        db,
        account_id=account_id,
        name=name,
        owner_email=identity.email,
        owner_name=identity.display_name,
        subject=identity.subject,
        at=at,
    )
    return describe_caller(db, caller=queries.as_caller(owner))


def add_user(
    db: Session,
    *,
    account_id: UUID,
    email: str,
    display_name: str,
    role: Role,
    at: datetime,
    subject: str | None = None,
    can_cover_l1: bool = False,
    team_id: UUID | None = None,
) -> User:
    """Add a person; raises SeatLimitExceeded, and AddressTaken when a user of the account has the address."""
    seats.take(db, account_id=account_id, role=role)
    user = User(
        account_id=account_id,
        email=email.strip().lower(),
        display_name=display_name,
        account_role=role,
        can_cover_l1=can_cover_l1,
        team_id=team_id,
        identity_sub=subject,
        created_at=at,
    )
    with or_conflict(db, AddressTaken(f"A user with the address {user.email} belongs to the account already.")):
        db.add(user)
    return user


def link_identity(db: Session, *, account_id: UUID, user_id: UUID, subject: str) -> None:
    """Let a user sign in as `subject`."""
    queries.get_user(db, account_id=account_id, user_id=user_id).identity_sub = subject


def update_account(db: Session, *, change: UpdateAccount, by: Caller, at: datetime) -> AccountDetails:
    account = queries.get_account(db, account_id=by.account_id, lock=True)
    wanted: dict[str, Any] = change.model_dump(exclude_unset=True)
    if wanted.get("escalation_recipients"):
        wanted["escalation_recipients"] = _known_users(db, account.id, wanted["escalation_recipients"])
    before = {name: getattr(account, name) for name in wanted}
    if before == wanted:
        return AccountDetails.model_validate(account)
    for name, value in wanted.items():
        setattr(account, name, value)
    audit.record(
        db,
        account_id=account.id,
        user_id=by.user_id,
        action="account.updated",
        resource_type="account",
        resource_id=account.id,
        details={"before": before, "after": wanted},
        at=at,
    )
    return AccountDetails.model_validate(account)


def _known_users(db: Session, account_id: UUID, user_ids: Sequence[UUID]) -> list[str]:
    """Drop ids that are no users of the account; nothing left of a list is a mistake, not "nobody"."""
    known = queries.list_known_user_ids(db, account_id=account_id, user_ids=user_ids)
    if not known:
        fault = {
            "location": ["body", "escalation_recipients"],
            "message": "no users of this account",
            "kind": "unknown",
        }
        raise Unprocessable(
            "None of the recipients is a user of your account. Send [] for nobody, or null for the defaults.",
            errors=[fault],
        )
    return [str(user_id) for user_id in user_ids if user_id in known]
