"""The flywheel's schedules, account by account: stale proposals expire, waiting sessions go on."""

from datetime import datetime, timedelta

from firstline.accounts.rounds import everywhere
from firstline.db.transaction import transaction
from firstline.flywheel import limits, sessions
from firstline.outbox import service as outbox
from firstline.outbox.messages import SessionResolved
from firstline.outbox.sweeping import AnAccount
from firstline.proposals.service import expire_proposals
from firstline.settings import settings

WAITING = timedelta(minutes=30)  # well past three receives of the queue
_AT_A_TIME = 500


def expire_everywhere(*, at: datetime) -> dict[str, int]:
    lifetime = timedelta(days=settings().proposal_lifetime_days)

    def expire(account: AnAccount) -> int:
        with transaction(account) as db:
            return expire_proposals(db, account_id=account.account_id, lifetime=lifetime, at=at)

    return everywhere("proposals.expired", expire)


def resume_everywhere(*, at: datetime) -> dict[str, int]:
    """Put sessions back that waited for a new day's limit, or whose analysis was cut off."""
    return everywhere("flywheel.resumed", lambda account: resume(account, at=at))


def resume(account: AnAccount, *, at: datetime) -> int:
    """Put an account's waiting sessions back on the queue, no more than today's limit lets through."""
    with transaction(account) as db:
        if not limits.has_room(db, account_id=account.account_id, at=at):
            return 0
        waiting = sessions.list_waiting(db, account_id=account.account_id, ended_before=at - WAITING, limit=_AT_A_TIME)
        for session_id, kind in waiting:
            message = SessionResolved(account_id=account.account_id, session_id=session_id, session_type=kind)
            outbox.put(db, message, at=at)
        return len(waiting)
