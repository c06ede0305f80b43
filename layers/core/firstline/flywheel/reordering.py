"""Which question should come earlier, as proposals: what a live flow's own walks show, offered for review."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.accounts.rounds import everywhere
from firstline.db.models import EdgeStatistic
from firstline.db.transaction import transaction
from firstline.flows import queries as flow_queries
from firstline.flows.queries import LiveFlow
from firstline.flows.reordering import MIN_WALKS, Advice, Frequencies, advise, reordered
from firstline.flywheel.enhancing import propose_enhancement
from firstline.outbox.sweeping import AnAccount

LOOKED_BACK = timedelta(days=90)

_TAKEN = EdgeStatistic.resolved + EdgeStatistic.failed + EdgeStatistic.escalated + EdgeStatistic.abandoned


def propose_everywhere(*, at: datetime) -> dict[str, int]:
    """Propose better orders in every account; return how many, and in how many accounts that failed."""
    return everywhere("reorderings.proposed", lambda account: propose_in(account, at=at))


def propose_in(account: AnAccount, *, at: datetime) -> int:
    with transaction(account) as db:
        flow_ids = _list_walked(db, account.account_id, since=at - LOOKED_BACK)
    proposed = 0
    for flow_id in flow_ids:
        with transaction(account) as db:
            proposed += propose_reordering(db, account_id=account.account_id, flow_id=flow_id, at=at)
    return proposed


def propose_reordering(db: Session, *, account_id: UUID, flow_id: UUID, at: datetime) -> bool:
    """Propose a flow's better order, if there is one, and tell whether that was news."""
    live = flow_queries.find_live(db, account_id, flow_id)
    if live is None:
        return False
    advice = advise(live.graph, _count_ways(db, live, since=at - LOOKED_BACK))
    if advice is None:
        return False
    done = propose_enhancement(
        db,
        account_id=account_id,
        flow_id=flow_id,
        edited=reordered(live.graph, advice.order, advice.better_order),
        reason=_reason(live, advice),
        evidence={
            "walks": advice.walks,
            "saved_share": round(advice.saving, 4),
            "expected_questions_now": round(advice.expected_now, 4),
            "expected_questions_then": round(advice.expected_then, 4),
            "order": list(advice.order),
            "better_order": list(advice.better_order),
        },
        at=at,
    )
    return done is not None


def _reason(live: LiveFlow, advice: Advice) -> str:
    moved = next(new for old, new in zip(advice.order, advice.better_order, strict=True) if old != new)
    first = live.graph.by_id[moved].text
    now, then = round(advice.expected_now, 1), round(advice.expected_then, 1)
    return f"Ask “{first}” earlier: {then} questions a call instead of {now}, by {advice.walks} walks."


def _list_walked(db: Session, account_id: UUID, *, since: datetime) -> Sequence[UUID]:
    row = EdgeStatistic
    query = select(row.flow_id).where(row.account_id == account_id, row.day >= since)
    return db.scalars(query.group_by(row.flow_id).having(func.sum(_TAKEN) >= MIN_WALKS).order_by(row.flow_id)).all()


def _count_ways(db: Session, live: LiveFlow, *, since: datetime) -> Frequencies:
    """Count the ways walks took, on whole days of the live version alone: another order had other answers."""
    row = EdgeStatistic
    mine = (row.account_id == live.account_id) & (row.flow_id == live.flow_id)
    query = select(row.node_id, row.answer, func.sum(_TAKEN)).where(mine, row.day >= since, row.day > live.published_at)
    found = db.execute(query.group_by(row.node_id, row.answer))
    return {(node_id, answer): int(taken) for node_id, answer, taken in found}
