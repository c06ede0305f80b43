"""Seats: how many engineers and L1 technicians an account may have, counted under a lock on its subscription."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts import queries
from firstline.accounts.rules import Caller, SeatLimitExceeded, has_free_seat
from firstline.accounts.schemas import Seats, SeatUse, UpdateSeats
from firstline.audit import service as audit
from firstline.db.models import Subscription
from firstline.db.models.accounts import Role

_LIMITS = {Role.ENGINEER: "seat_limit", Role.L1_TECH: "l1_seat_limit"}
UNPAID_PLAN = "custom"


def take(db: Session, *, account_id: UUID, role: Role) -> None:
    """Make sure that one more person of `role` has a seat; raises SeatLimitExceeded.

    The subscription stays locked until the transaction ends, so whoever asks next counts the person just added.
    """
    if role not in _LIMITS:
        return
    subscription = queries.find_subscription(db, account_id=account_id, lock=True)
    limit: int | None = getattr(subscription, _LIMITS[role], None)
    if limit is None:
        return
    current = queries.count_seated(db, account_id=account_id, role=role)
    if not has_free_seat(current=current, limit=limit):
        raise SeatLimitExceeded(
            f"All {limit} seats for the role '{role}' are taken. Free a seat or raise the limit, then try again.",
            role=role.value,
            current=current,
            limit=limit,
        )


def describe(db: Session, *, account_id: UUID) -> Seats:
    subscription = queries.find_subscription(db, account_id=account_id)
    used = {
        role: SeatUse(
            used=queries.count_seated(db, account_id=account_id, role=role),
            limit=getattr(subscription, name, None),
        )
        for role, name in _LIMITS.items()
    }
    plan = subscription.plan if subscription else None
    return Seats(plan=plan, engineer=used[Role.ENGINEER], l1_tech=used[Role.L1_TECH])


def update(db: Session, *, change: UpdateSeats, by: Caller, at: datetime) -> Seats:
    """Change the limits; a limit below what is used takes nobody's seat."""
    wanted = change.model_dump(exclude_unset=True)
    subscription = queries.find_subscription(db, account_id=by.account_id, lock=True)
    if subscription is None:
        subscription = Subscription(account_id=by.account_id, plan=UNPAID_PLAN, created_at=at, updated_at=at)
        db.add(subscription)
    before = {name: getattr(subscription, name) for name in wanted}
    for name, value in wanted.items():
        setattr(subscription, name, value)
    subscription.updated_at = at
    db.flush()
    audit.record(
        db,
        account_id=by.account_id,
        user_id=by.user_id,
        action="subscription.updated",
        resource_type="subscription",
        resource_id=by.account_id,
        details={"before": before, "after": wanted},
        at=at,
    )
    return describe(db, account_id=by.account_id)
