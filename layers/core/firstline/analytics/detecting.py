"""Knowledge gaps as news: a gap that was not there before, or has become worse, is told of once."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import literal
from sqlalchemy.types import String

from firstline.accounts.rounds import everywhere
from firstline.analytics.gaps import Gap
from firstline.analytics.rules import Period
from firstline.analytics.service import find_gaps
from firstline.db.models import KnownGap
from firstline.db.models.analytics import Severity
from firstline.db.transaction import transaction
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened
from firstline.outbox.sweeping import AnAccount

EVENT = "knowledge_gap.detected"
MOST_A_DAY = 20  # of an account, worst first: what is left is told on the days after, if it is still there
_NAMESPACE = UUID("3c0b7a52-7d0e-4d9b-8f0a-0a86c1f6c2ce")
_PLACE = ("flow_id", "node_id", "answer", "category", "proposal_id")  # what of a subject says where; names may change
_RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}


def detect_everywhere(*, at: datetime) -> dict[str, int]:
    """Tell every account of its new gaps; return of how many, and in how many accounts that failed."""
    return everywhere("knowledge_gaps.detected", lambda account: detect(account, at=at))


def detect(account: AnAccount, *, at: datetime) -> int:
    with transaction(account) as db:
        return tell_of_new_gaps(db, account_id=account.account_id, at=at)


def tell_of_new_gaps(db: Session, *, account_id: UUID, at: datetime) -> int:
    """Put the gaps of the last 30 days that were not told of, or not as bad, in the outbox; return how many."""
    known = {row.id: row.severity for row in db.scalars(select(KnownGap).where(KnownGap.account_id == account_id))}
    gaps = [(identify(gap), gap) for gap in find_gaps(db, account_id=account_id, period=Period.MONTH, at=at)]
    news = [(gap_id, gap) for gap_id, gap in gaps if _is_news(gap, known.get(gap_id))]
    told = 0
    for gap_id, gap in news[:MOST_A_DAY]:
        if _remember(db, account_id, gap_id, gap, at=at):
            outbox.put(db, _event(account_id, gap_id, gap), at=at)
            told += 1
    return told


def identify(gap: Gap) -> UUID:
    """Return the id that a gap of this kind at this place has, today and tomorrow."""
    place = {name: gap.subject[name] for name in _PLACE if gap.subject.get(name) is not None}
    return uuid5(_NAMESPACE, json.dumps([gap.kind, place], sort_keys=True))


def _is_news(gap: Gap, known: str | None) -> bool:
    return known is None or _RANKS[gap.severity] < _RANKS[known]


def _remember(db: Session, account_id: UUID, gap_id: UUID, gap: Gap, *, at: datetime) -> bool:
    """Write down that a gap is told of; False where another round, at the same time, was first."""
    new = insert(KnownGap).values(
        account_id=account_id, id=gap_id, kind=gap.kind, severity=gap.severity, detected_at=at, told_at=at
    )
    order = literal([severity.value for severity in Severity], ARRAY(String))
    worse = func.array_position(order, new.excluded.severity) < func.array_position(order, KnownGap.severity)
    written = new.on_conflict_do_update(
        index_elements=[KnownGap.account_id, KnownGap.id],
        set_={"severity": new.excluded.severity, "told_at": at},
        where=worse,
    )
    return db.scalar(written.returning(KnownGap.id)) is not None


def _event(account_id: UUID, gap_id: UUID, gap: Gap) -> EventHappened:
    facts = {"kind": gap.kind.value, "severity": gap.severity.value, "suggested_action": gap.suggested_action}
    facts |= {"title": gap.subject.get("name") or "", **_where(gap.subject)}
    facts |= {name: str(figure) for name, figure in gap.evidence.items()}
    return EventHappened(account_id=account_id, event=EVENT, subject_id=gap_id, facts=facts)


def _where(subject: Mapping[str, str | None]) -> dict[str, str]:
    return {name: subject[name] or "" for name in _PLACE if subject.get(name) is not None}
