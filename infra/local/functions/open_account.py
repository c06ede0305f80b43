"""Opens an account with its people; a function of this machine only, in no template."""

from typing import Any
from uuid import UUID

from firstline.accounts.rules import NewAccount
from firstline.accounts.service import add_user, open_account
from firstline.clock import now
from firstline.db.models.accounts import Role
from firstline.db.transaction import transaction


def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Store `{"account_id", "name", "people": {role: {"email", "subject"}}}`; return the people's ids by role."""
    account = NewAccount(account_id=UUID(event["account_id"]))
    at, people = now(), dict(event["people"])
    first = people.pop(Role.OWNER)
    with transaction(account) as db:
        owner = open_account(
            db,
            account_id=account.account_id,
            name=event["name"],
            owner_email=first["email"],
            owner_name=_name(Role.OWNER),
            subject=first["subject"],
            at=at,
        )
        ids = {Role.OWNER: owner.id}
        for role, person in people.items():
            user = add_user(
                db,
                account_id=account.account_id,
                email=person["email"],
                display_name=_name(role),
                role=Role(role),
                subject=person["subject"],
                at=at,
            )
            ids[role] = user.id
    return {role: str(user_id) for role, user_id in ids.items()}


def _name(role: str) -> str:
    return role.replace("_", " ").capitalize()
