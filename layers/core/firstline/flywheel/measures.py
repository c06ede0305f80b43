"""How much a proposal is worth: confidence from outcomes, impact from frequency and time saved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ScalarSelect, Subquery, Uuid, any_, func, literal, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal
from firstline.db.models import Walk as WalkRow
from firstline.db.models.walks import WalkKind, WalkStatus
from firstline.flywheel.folding.evidence import Outcome
from firstline.flywheel.folding.register import Outline
from firstline.proposals import rules
from firstline.proposals.rules import Outcomes

WINDOW = timedelta(days=28)
_TYPICAL = 1_000  # newest walks of flows that tell how long one takes, however many an account has


def weigh(db: Session, proposal: Proposal, walks: Sequence[Outline], *, at: datetime) -> None:
    """Set a proposal's confidence and impact by the walks behind it."""
    resolved = sum(walk.outcome is Outcome.RESOLVED for walk in walks)
    recent = [walk for walk in walks if walk.ended_at >= (at - WINDOW).timestamp()]
    age = at - max(at - WINDOW, datetime.fromtimestamp(min((walk.ended_at for walk in recent), default=0.0), UTC))
    calls_per_week = len(recent) / max(age / timedelta(weeks=1), 1.0)
    minutes_now, minutes_with_flow = _minutes(db, proposal, [walk.session_id for walk in walks], at=at)
    _set(proposal, resolved, len(walks) - resolved, calls_per_week, minutes_now or 0.0, minutes_with_flow)


def weigh_change(db: Session, proposal: Proposal, *, saved_share: float, at: datetime) -> None:
    """Set confidence and impact of a change of a flow by how the flow's own walks ended, and what share it saves."""
    ended, helped, minutes = db.execute(
        select(
            func.count(),
            func.count().filter(WalkRow.status == WalkStatus.RESOLVED, WalkRow.helpful.is_(True)),
            func.avg(func.extract("epoch", WalkRow.resolved_at - WalkRow.started_at) / 60),
        ).where(
            WalkRow.account_id == proposal.account_id,
            WalkRow.flow_id == proposal.target_flow_id,
            WalkRow.started_at > at - WINDOW,
            WalkRow.status != WalkStatus.ACTIVE,
        )
    ).one()
    minutes_now = float(minutes or 0.0)
    calls_per_week = ended / (WINDOW / timedelta(weeks=1))
    _set(proposal, helped, ended - helped, calls_per_week, minutes_now, minutes_now * (1 - saved_share))


def _set(
    proposal: Proposal,
    resolved: int,
    failed: int,
    calls_per_week: float,
    minutes_now: float,
    minutes_with_flow: float | None,
) -> None:
    proposal.confidence_score = rules.confidence(Outcomes(resolved=resolved, failed=failed))
    proposal.impact = rules.impact(
        calls_per_week=calls_per_week, minutes_now=minutes_now, minutes_with_flow=minutes_with_flow
    )
    proposal.figures = {
        "resolved": resolved,
        "failed": failed,
        "calls_per_week": round(calls_per_week, 2),
        "minutes_now": round(minutes_now, 2),
        "minutes_with_flow": round(minutes_with_flow, 2) if minutes_with_flow is not None else None,
    }


def _minutes(
    db: Session, proposal: Proposal, session_ids: Sequence[str], *, at: datetime
) -> tuple[float | None, float | None]:
    """Return how many minutes the walks behind a proposal took, and what walks through flows take; None: no such."""
    ids = literal([UUID(session_id) for session_id in session_ids], ARRAY(Uuid))
    behind = (
        select(WalkRow.resolved_at, WalkRow.started_at)
        .where(WalkRow.account_id == proposal.account_id, WalkRow.id == any_(ids), WalkRow.resolved_at.is_not(None))
        .subquery()
    )
    newest = (
        select(WalkRow.resolved_at, WalkRow.started_at)
        .where(
            WalkRow.account_id == proposal.account_id,
            WalkRow.status == WalkStatus.RESOLVED,
            WalkRow.session_kind == WalkKind.FLOW,
            WalkRow.resolved_at > at - WINDOW,
        )
        .order_by(WalkRow.resolved_at.desc())
        .limit(_TYPICAL)
        .subquery()
    )
    now, with_flow = db.execute(select(_mean(behind), _mean(newest))).one()
    return float(now) if now is not None else None, float(with_flow) if with_flow is not None else None


def _mean(walks: Subquery) -> ScalarSelect[Any]:
    return select(func.avg(func.extract("epoch", walks.c.resolved_at - walks.c.started_at) / 60)).scalar_subquery()
