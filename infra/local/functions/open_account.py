"""Opens an account with its people; a function of this machine only, in no template."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from firstline.categories.rules import Category
from firstline.clock import now
from firstline.db.models import Account, User
from firstline.db.transaction import transaction


@dataclass(frozen=True)
class _InAccount:
    account_id: UUID


def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Store `{"account_id", "name", "people": [{"role", "email", "subject"}]}`; return the people's ids by role."""
    account_id, at = UUID(event["account_id"]), now()
    ids = {person["role"]: uuid4() for person in event["people"]}
    with transaction(_InAccount(account_id)) as db:
        db.add(Account(id=account_id, name=event["name"], l1_categories=list(Category), created_at=at))
        db.flush()
        db.add_all(
            User(
                account_id=account_id,
                id=ids[person["role"]],
                email=person["email"],
                display_name=person["role"].replace("_", " ").capitalize(),
                account_role=person["role"],
                identity_sub=person["subject"],
                created_at=at,
            )
            for person in event["people"]
        )
    return {role: str(user_id) for role, user_id in ids.items()}
