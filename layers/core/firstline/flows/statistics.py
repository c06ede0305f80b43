"""How the ways of a flow fare: one row per way and day, counted up as walks end."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from firstline.db.models import EdgeStatistic

UNSURE = "unsure"
_COUNTERS = ("resolved", "failed", "escalated", "abandoned", "unsure", "seconds")


class WalkOutcome(StrEnum):
    """How a walk ended, as its ways are counted."""

    RESOLVED = "resolved"
    FAILED = "failed"  # resolved, but it did not help, or the ticket came back
    ESCALATED = "escalated"
    ABANDONED = "abandoned"


def record_walk(
    db: Session,
    *,
    account_id: UUID,
    flow_id: UUID,
    steps: Iterable[tuple[str, str | None, float]],
    outcome: WalkOutcome,
    at: datetime,
) -> None:
    """Count one ended walk on every way it took, in one statement.

    `steps` are node id, answer (None for an action) and seconds spent. A way counts once per walk, its seconds add up.
    """
    taken: dict[tuple[str, str], float] = {}
    for node_id, answer, seconds in steps:
        way = node_id, answer or ""
        taken[way] = taken.get(way, 0.0) + seconds
    if not taken:
        return
    shared = {"account_id": account_id, "flow_id": flow_id, "day": _midnight(at)}
    # In the order of the key: two walks that end at once then lock the rows they share in the same order.
    rows = [shared | _counted(*way, taken[way], outcome) for way in sorted(taken)]
    db.execute(_adding(rows))


def recount_as_failed(
    db: Session, *, account_id: UUID, flow_id: UUID, ways: Iterable[tuple[str, str | None]], at: datetime
) -> None:
    """Count a walk as failed that was counted as resolved on these ways; `at` is when it ended."""
    row = EdgeStatistic
    taken = {(node_id, answer or "") for node_id, answer in ways}
    db.execute(
        update(row)
        .where(
            row.account_id == account_id,
            row.flow_id == flow_id,
            row.day == _midnight(at),
            tuple_(row.node_id, row.answer).in_(sorted(taken)),
            row.resolved > 0,
        )
        .values(resolved=row.resolved - 1, failed=row.failed + 1)
    )


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _counted(node_id: str, answer: str, seconds: float, outcome: WalkOutcome) -> dict[str, Any]:
    counts = dict.fromkeys(_COUNTERS, 0) | {outcome.value: 1, "unsure": int(answer == UNSURE)}
    return {"node_id": node_id, "answer": answer} | counts | {"seconds": seconds}


def _adding(rows: Sequence[dict[str, Any]]) -> Any:
    row = EdgeStatistic
    statement = insert(row).values(rows)
    sums = {name: getattr(row, name) + statement.excluded[name] for name in _COUNTERS}
    key = [row.account_id, row.flow_id, row.node_id, row.answer, row.day]
    return statement.on_conflict_do_update(index_elements=key, set_=sums)
