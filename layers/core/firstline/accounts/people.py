"""Every change of people: role, flags, team and state, soft deletion, and handing over the account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts import queries, seats
from firstline.accounts.rules import Caller, OwnerStays, check_user_change
from firstline.accounts.schemas import UpdateUser, UserDetails
from firstline.audit import service as audit
from firstline.db.models import User
from firstline.db.models.accounts import Role
from firstline.errors import Conflict, Forbidden, Unprocessable


class CannotOwn(Conflict):
    type = "cannot-own"
    title = "This user cannot own the account"


def update_user(db: Session, *, user_id: UUID, change: UpdateUser, by: Caller, at: datetime) -> UserDetails:
    """Change what is sent; raises OwnerStays, Forbidden, SeatLimitExceeded or Unprocessable for an unknown team."""
    user = queries.get_user(db, account_id=by.account_id, user_id=user_id, lock=True)
    wanted = {
        name: value for name, value in change.model_dump(exclude_unset=True).items() if _differs(user, name, value)
    }
    if not wanted:
        return UserDetails.model_validate(user)
    _check(db, user, wanted, by)
    before = {name: getattr(user, name) for name in wanted}
    for name, value in wanted.items():
        setattr(user, name, value)
    action = "user.role_changed" if "account_role" in wanted else "user.updated"
    _record(db, user, action, by, at, details={"before": _plain(before), "after": _plain(wanted)})
    return UserDetails.model_validate(user)


def _differs(user: User, name: str, value: Any) -> bool:
    return bool(getattr(user, name) != value)


def remove_user(db: Session, *, user_id: UUID, by: Caller, at: datetime) -> None:
    """Delete softly: the person cannot sign in nor is notified again, and what they did keeps their name."""
    user = queries.get_user(db, account_id=by.account_id, user_id=user_id, lock=True)
    role = Role(user.account_role)
    check_user_change(
        by, user_id=user.id, role=role, is_super_admin=user.is_super_admin, new_role=role, new_is_active=False
    )
    user.deleted_at = at
    user.identity_sub = None
    _record(db, user, "user.removed", by, at)


def transfer_ownership(db: Session, *, user_id: UUID, by: Caller, at: datetime) -> UserDetails:
    """Make an active user the owner and the owner an admin; raises CannotOwn."""
    owners = queries.list_owners(db, account_id=by.account_id)
    if not by.is_super_admin and by.user_id not in {owner.id for owner in owners}:
        raise Forbidden("The account has been handed over already; you are not its owner any more.")
    heir = queries.get_user(db, account_id=by.account_id, user_id=user_id, lock=True)
    if not heir.is_active or heir.account_role == Role.OWNER:
        raise CannotOwn("Choose an active user of the account who is not its owner.")
    before = heir.account_role
    for owner in owners:
        owner.account_role = Role.ADMIN
    heir.account_role = Role.OWNER
    details = {"before": before, "after": Role.OWNER.value, "former_owners": [str(owner.id) for owner in owners]}
    _record(db, heir, "account.ownership_transferred", by, at, details=details)
    return UserDetails.model_validate(heir)


def _check(db: Session, user: User, wanted: dict[str, Any], by: Caller) -> None:
    role, new_role = Role(user.account_role), Role(wanted.get("account_role", user.account_role))
    is_active: bool = wanted.get("is_active", user.is_active)
    check_user_change(
        by, user_id=user.id, role=role, is_super_admin=user.is_super_admin, new_role=new_role, new_is_active=is_active
    )
    if role is Role.OWNER and user.id != by.user_id and not by.is_super_admin:
        raise OwnerStays("Only the owner changes the owner.")
    if is_active and (new_role is not role or "is_active" in wanted):
        seats.take(db, account_id=user.account_id, role=new_role)
    check_team(db, account_id=user.account_id, team_id=wanted.get("team_id"))
    if wanted.get("is_team_admin", user.is_team_admin) and not wanted.get("team_id", user.team_id):
        fault = {"location": ["body", "team_id"], "message": "a team admin has a team", "kind": "missing"}
        raise Unprocessable("A team admin needs a team: send its team_id, or is_team_admin false.", errors=[fault])


def check_team(db: Session, *, account_id: UUID, team_id: UUID | None) -> None:
    """Raise Unprocessable for a team the account does not have."""
    if team_id is not None and not queries.has_team(db, account_id=account_id, team_id=team_id):
        fault = {"location": ["body", "team_id"], "message": "no team of this account", "kind": "unknown"}
        raise Unprocessable("Your account has no such team. GET /v1/teams lists them.", errors=[fault])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the audit log may keep for good: a name would outlive the person's purge."""
    return {
        name: "…" if name == "display_name" else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }


def _record(
    db: Session, user: User, action: str, by: Caller, at: datetime, *, details: dict[str, Any] | None = None
) -> None:
    audit.record(
        db,
        account_id=user.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="user",
        resource_id=user.id,
        details=details,
        at=at,
    )
