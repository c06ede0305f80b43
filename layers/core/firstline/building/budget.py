"""What models cost an account per day, and whether it may spend more."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from firstline.building.provider import Price, Usage
from firstline.db.models import ModelSpend

# US dollars per million tokens in and out, on demand, by the words a model's id contains (list prices of 2025).
PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "claude-haiku": Price(1.0, 5.0),
        "claude-sonnet": Price(3.0, 15.0),
        "claude-opus": Price(5.0, 25.0),
        "nova-micro": Price(0.035, 0.14),
        "nova-lite": Price(0.06, 0.24),
        "nova-pro": Price(0.8, 3.2),
        "gpt-4o-mini": Price(0.15, 0.6),
        "gpt-4.1-mini": Price(0.4, 1.6),
    }
)
# A model nobody told the price of is counted like a middling one, so that the budget bounds it as well.
UNKNOWN_PRICE = Price(0.5, 2.0)


def price_of(model: str) -> Price:
    return next((price for words, price in PRICES.items() if words in model.casefold()), UNKNOWN_PRICE)


def find_spent(db: Session, *, account_id: UUID, at: datetime) -> Decimal:
    """Return the US dollars an account has spent on the UTC day of `at`."""
    row = db.get(ModelSpend, (account_id, at.astimezone(UTC).date()))
    return row.cost if row is not None else Decimal(0)


def record(db: Session, *, account_id: UUID, usage: Usage, at: datetime) -> None:
    """Add what a call cost to the day's sum; calls that cost nothing leave no row."""
    if not usage.model_calls:
        return
    spend = insert(ModelSpend).values(
        account_id=account_id, day=at.astimezone(UTC).date(), cost=usage.cost, model_calls=usage.model_calls
    )
    added = {
        "cost": ModelSpend.cost + spend.excluded.cost,
        "model_calls": ModelSpend.model_calls + spend.excluded.model_calls,
    }
    db.execute(spend.on_conflict_do_update(index_elements=[ModelSpend.account_id, ModelSpend.day], set_=added))
