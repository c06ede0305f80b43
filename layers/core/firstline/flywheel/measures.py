"""How much a proposal is worth: confidence from outcomes, impact from frequency and time saved."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal
from firstline.db.models import Walk as WalkRow
from firstline.db.models.walks import WalkKind, WalkStatus
from firstline.flywheel.evidence import Outcome, Walk
from firstline.proposals import rules
from firstline.proposals.rules import Outcomes

WINDOW = timedelta(days=28)


def weigh(db: Session, proposal: Proposal, walks: Sequence[Walk], *, at: datetime) -> None:
    """Set a proposal's confidence and impact by the walks behind it."""
    resolved = sum(walk.outcome is Outcome.RESOLVED for walk in walks)
    proposal.confidence_score = rules.confidence(Outcomes(resolved=resolved, failed=len(walks) - resolved))
    since = max(proposal.created_at, at - WINDOW)
    weeks = max((at - since) / timedelta(weeks=1), 1.0)
    proposal.impact = rules.impact(
        calls_per_week=len(walks) / weeks,
        minutes_now=_mean_minutes(db, proposal, [walk.session_id for walk in walks]) or 0.0,
        minutes_with_flow=_minutes_with_flow(db, proposal, at=at),
    )


def _mean_minutes(db: Session, proposal: Proposal, session_ids: Sequence[str]) -> float | None:
    return _mean(
        db,
        WalkRow.account_id == proposal.account_id,
        WalkRow.id.in_(session_ids),
        WalkRow.resolved_at.is_not(None),
    )


def _minutes_with_flow(db: Session, proposal: Proposal, *, at: datetime) -> float | None:
    return _mean(
        db,
        WalkRow.account_id == proposal.account_id,
        WalkRow.status == WalkStatus.RESOLVED,
        WalkRow.session_kind == WalkKind.FLOW,
        WalkRow.resolved_at > at - WINDOW,
    )


def _mean(db: Session, *filters: object) -> float | None:
    minutes = func.extract("epoch", WalkRow.resolved_at - WalkRow.started_at) / 60
    found = db.scalar(select(func.avg(minutes)).where(*filters))  # type: ignore[arg-type]  # SQL expressions all
    return float(found) if found is not None else None
