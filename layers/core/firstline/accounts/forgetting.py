"""What has done its duty is forgotten: messages sent a week ago, replies kept for a day."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from firstline.accounts.rounds import everywhere
from firstline.db.models import IdempotencyKey
from firstline.db.transaction import transaction
from firstline.outbox import service as outbox
from firstline.outbox.sweeping import AnAccount

REPLIES_KEPT = timedelta(hours=24)


def forget_old_records(*, at: datetime) -> dict[str, int]:
    """Delete old outbox rows and replies in every account; return how many rows went."""
    return everywhere("records.forgotten", lambda account: forget(account, at=at))


def forget(account: AnAccount, *, at: datetime) -> int:
    messages = outbox.forget_sent(account, at=at)
    with transaction(account) as db:
        gone = db.scalars(
            delete(IdempotencyKey)
            .where(IdempotencyKey.account_id == account.account_id, IdempotencyKey.claimed_at < at - REPLIES_KEPT)
            .returning(IdempotencyKey.key)
        ).all()
    return messages + len(gone)
