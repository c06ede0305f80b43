"""Abandonment: walks nobody came back to for a day end by themselves, account by account, in batches."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.db.models.walks import TicketStatus, WalkStatus
from firstline.db.transaction import transaction
from firstline.observability import log
from firstline.outbox.sweeping import AnAccount
from firstline.tickets import service as tickets
from firstline.walks import queries
from firstline.walks.service import end_walk

IDLE = timedelta(hours=24)
BATCH = 100


def abandon_idle_walks(*, at: datetime) -> dict[str, int]:
    """End every walk idle for more than a day; one account's failure does not hold up the others."""
    with transaction(None, **{"app.sweep": "accounts"}) as db:
        accounts = queries.list_account_ids(db)
    abandoned = failed = 0
    for account_id in accounts:
        try:
            while count := _abandon_batch(account_id, at=at):
                abandoned += count
        except Exception:  # noqa: BLE001  the edge of one account's work
            log().exception("walks.abandoning_failed", account_id=str(account_id))
            failed += 1
    if abandoned or failed:
        log().info("walks.abandoned", walks=abandoned, failed_accounts=failed)
    return {"abandoned": abandoned, "failed_accounts": failed}


def _abandon_batch(account_id: UUID, *, at: datetime) -> int:
    with transaction(AnAccount(account_id)) as db:
        return abandon_batch(db, account_id=account_id, at=at)


def abandon_batch(db: Session, *, account_id: UUID, at: datetime) -> int:
    """End one batch of an account's idle walks and give their tickets back to the queue; returns how many."""
    walks = queries.lock_idle(db, account_id=account_id, idle_since=at - IDLE, limit=BATCH)
    for walk in walks:
        end_walk(db, walk, WalkStatus.ABANDONED, captured=False, at=at)
        tickets.move_ticket(db, account_id=account_id, ticket_id=walk.ticket_id, to=TicketStatus.OPEN, at=at)
    return len(walks)
