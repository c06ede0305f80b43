"""Abandonment: walks nobody came back to for a day end by themselves, account by account, in batches."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rounds import everywhere
from firstline.db.models.walks import TicketStatus, WalkStatus
from firstline.db.transaction import transaction
from firstline.outbox.sweeping import AnAccount
from firstline.tickets import service as tickets
from firstline.walks import queries
from firstline.walks.service import end_walk

IDLE = timedelta(hours=24)
BATCH = 100


def abandon_idle_walks(*, at: datetime) -> dict[str, int]:
    """End every walk idle for more than a day; returns how many, and in how many accounts it failed."""
    return everywhere("walks.abandoned", lambda account: _abandon_all(account, at=at))


def _abandon_all(account: AnAccount, *, at: datetime) -> int:
    abandoned = 0
    while count := _abandon_batch(account, at=at):
        abandoned += count
    return abandoned


def _abandon_batch(account: AnAccount, *, at: datetime) -> int:
    with transaction(account) as db:
        return abandon_batch(db, account_id=account.account_id, at=at)


def abandon_batch(db: Session, *, account_id: UUID, at: datetime) -> int:
    """End one batch of an account's idle walks and give their tickets back to the queue; returns how many."""
    walks = queries.lock_idle(db, account_id=account_id, idle_since=at - IDLE, limit=BATCH)
    for walk in walks:
        end_walk(db, walk, WalkStatus.ABANDONED, captured=False, at=at)
        tickets.move_ticket(db, account_id=account_id, ticket_id=walk.ticket_id, to=TicketStatus.OPEN, at=at)
    return len(walks)
