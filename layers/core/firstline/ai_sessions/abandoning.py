"""Abandonment: AI sessions nobody came back to for a day end by themselves, account by account, in batches."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from firstline.accounts.rounds import everywhere
from firstline.ai_sessions import queries
from firstline.ai_sessions.service import end_ai_session
from firstline.db.models import AiSession
from firstline.db.models.ai_sessions import AiSessionStatus
from firstline.db.models.walks import TicketStatus
from firstline.db.transaction import transaction
from firstline.outbox.sweeping import AnAccount
from firstline.walks.queries import lock_walk

IDLE = timedelta(hours=24)
BATCH = 100


def abandon_idle_ai_sessions(*, at: datetime) -> dict[str, int]:
    """End every AI session idle for more than a day; return how many, and in how many accounts that failed."""
    return everywhere("ai_sessions.abandoned", lambda account: _abandon_all(account, at=at))


def _abandon_all(account: AnAccount, *, at: datetime) -> int:
    abandoned, batch = 0, BATCH
    while batch == BATCH:
        with transaction(account) as db:
            batch = abandon_batch(db, account=account, at=at)
        abandoned += batch
    return abandoned


def abandon_batch(db: Session, *, account: AnAccount, at: datetime) -> int:
    """End one batch of an account's idle sessions; what they worked on waits for somebody again. Returns how many."""
    sessions = queries.lock_idle(db, account_id=account.account_id, idle_since=at - IDLE, limit=BATCH)
    for session in sessions:
        end_ai_session(db, session, AiSessionStatus.ABANDONED, TicketStatus.OPEN, captured=False, at=at)
        _give_back(db, session)
    return len(sessions)


def _give_back(db: Session, session: AiSession) -> None:
    """Let an escalation that was taken over be claimed by the next engineer."""
    if session.taken_over_walk_id is not None:
        walk = lock_walk(db, account_id=session.account_id, walk_id=session.taken_over_walk_id)
        if walk.claimed_by == session.user_id:
            walk.claimed_by = walk.claimed_at = None
