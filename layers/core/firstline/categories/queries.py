"""What is read about categories."""

from uuid import UUID

from sqlalchemy.orm import Session

from firstline.categories.rules import Category
from firstline.categories.schemas import KnownCategory, L1Categories
from firstline.db.models import Account
from firstline.errors import NotFound


def get_l1_categories(db: Session, *, account_id: UUID, lock: bool = False) -> L1Categories:
    """Return the enabled categories in the order of the one list."""
    account = db.get(Account, account_id, with_for_update=lock or None)
    if account is None:
        raise NotFound("There is no such account.")
    return L1Categories(
        enabled=[category for category in Category if category in account.l1_categories],
        available=[KnownCategory(key=category, name=category.display_name) for category in Category],
    )
