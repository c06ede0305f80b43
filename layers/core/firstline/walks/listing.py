"""The list of walks: a technician's own active ones first, then all others, each by the newest step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Walk
from firstline.db.models.walks import WalkStatus
from firstline.paging import Page, decode_cursor, encode_cursor, page_of
from firstline.walks import queries
from firstline.walks.schemas import WalkSummary

OWN_ACTIVE, OTHERS = 0, 1


def list_sessions(
    db: Session, *, caller: Caller, status: WalkStatus | None, mine: bool, limit: int, cursor: str | None
) -> Page[WalkSummary]:
    """Return one page; its cursor remembers in which of the two parts of the list it stands."""
    part, *after = decode_cursor(cursor, int, datetime, UUID) or (OWN_ACTIVE,)
    rows: list[Walk] = []
    if part == OWN_ACTIVE and status in (None, WalkStatus.ACTIVE):
        rows += queries.list_own_active(
            db, account_id=caller.account_id, user_id=caller.user_id, after=_after(after), limit=limit
        )
        after = []
    if len(rows) <= limit:
        rows += queries.list_walks(
            db,
            account_id=caller.account_id,
            user_id=caller.user_id,
            status=status,
            mine=mine,
            after=_after(after),
            limit=limit - len(rows),
        )
    walks, more = page_of(rows, limit)
    return Page(
        items=[WalkSummary.of(walk) for walk in walks], next_cursor=_cursor(walks[-1], caller) if more else None
    )


def _after(after: list[datetime | UUID]) -> queries.After | None:
    return (after[0], after[1]) if after else None  # type: ignore[return-value]  # decode_cursor has checked the types


def _cursor(last: Walk, caller: Caller) -> str:
    is_own_active = last.created_by_user_id == caller.user_id and last.status == WalkStatus.ACTIVE
    return encode_cursor(OWN_ACTIVE if is_own_active else OTHERS, last.last_step_at, last.id)
