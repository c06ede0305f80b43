"""Choosing the categories in which building is on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from firstline.audit import service as audit
from firstline.categories import queries
from firstline.categories.rules import Category
from firstline.categories.schemas import L1Categories
from firstline.db.models import Account


def enable_categories(
    db: Session, *, account_id: UUID, enabled: Collection[Category], user_id: UUID, at: datetime
) -> L1Categories:
    """Replace the enabled categories; an empty list turns building off."""
    before = queries.get_l1_categories(db, account_id=account_id, lock=True)
    wanted = [category for category in Category if category in enabled]
    if wanted == before.enabled:
        return before
    db.execute(update(Account).where(Account.id == account_id).values(l1_categories=wanted))
    audit.record(
        db,
        account_id=account_id,
        user_id=user_id,
        action="account.categories_changed",
        resource_type="account",
        resource_id=account_id,
        details={"before": before.enabled, "after": wanted},
        at=at,
    )
    return before.model_copy(update={"enabled": wanted})
