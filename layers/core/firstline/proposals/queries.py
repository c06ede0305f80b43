"""Everything that is read about proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_, union
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Proposal, ProposalWalk, Walk
from firstline.db.models.proposals import ProposalStatus, ProposalType
from firstline.errors import NotFound
from firstline.paging import Page, decode_cursor, encode_cursor, page_of
from firstline.proposals.schemas import ProposalStats, ProposalSummary

_CURSOR = (bool, float, datetime, UUID)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which proposals a list shows; None means all. Tracking rows are shown only when asked for by status."""

    status: str | None = None
    proposal_type: str | None = None
    source: str | None = None
    problem_domain: str | None = None
    team_id: UUID | None = None


def get_proposal(db: Session, *, account_id: UUID, proposal_id: UUID, lock: bool = False) -> Proposal:
    """Return a proposal, with its row locked when it is to be changed; raises NotFound."""
    proposal = db.get(Proposal, (account_id, proposal_id), with_for_update=True if lock else None)
    if proposal is None:
        raise NotFound("There is no such proposal in your account.")
    return proposal


def list_proposals(
    db: Session, *, caller: Caller, wanted: Wanted, limit: int, cursor: str | None
) -> Page[ProposalSummary]:
    """Return a page: outcome-validated ones first, then by impact, then newest first."""
    key = (Proposal.validated_by_outcome, Proposal.impact, Proposal.created_at, Proposal.id)
    query = select(Proposal).where(Proposal.account_id == caller.account_id, *_filters(wanted))
    after = decode_cursor(cursor, *_CURSOR)
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(*after))
    rows = db.scalars(query.order_by(*(column.desc() for column in key)).limit(limit + 1)).all()
    shown, more = page_of(rows, limit)
    last = shown[-1] if more else None
    return Page[ProposalSummary](
        items=[ProposalSummary.of(row) for row in shown],
        next_cursor=encode_cursor(last.validated_by_outcome, float(last.impact), last.created_at, last.id)
        if last
        else None,
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters = [
        column == value
        for column, value in (
            (Proposal.proposal_type, wanted.proposal_type),
            (Proposal.source, wanted.source),
            (Proposal.problem_domain, wanted.problem_domain),
            (Proposal.team_id, wanted.team_id),
        )
        if value is not None
    ]
    status = wanted.status
    tracking = Proposal.status == ProposalStatus.AUTO_REINFORCED
    return [*filters, Proposal.status == status if status else ~tracking]


def count_by_status(db: Session, *, account_id: UUID) -> ProposalStats:
    mine = Proposal.account_id == account_id
    pending = and_(mine, Proposal.status == ProposalStatus.PENDING)
    by_status = db.execute(select(Proposal.status, func.count()).where(mine).group_by(Proposal.status)).all()
    by_type = db.execute(select(Proposal.proposal_type, func.count()).where(pending).group_by(Proposal.proposal_type))
    validated, oldest = db.execute(
        select(func.count().filter(Proposal.validated_by_outcome), func.min(Proposal.created_at)).where(pending)
    ).one()
    hours = func.extract("epoch", Proposal.reviewed_at - Proposal.created_at) / 3600
    median = db.scalar(
        select(func.percentile_cont(0.5).within_group(hours)).where(mine, Proposal.reviewed_at.is_not(None))
    )
    return ProposalStats(
        by_status={str(status): count for status, count in by_status},
        pending_by_type={str(kind): count for kind, count in by_type},
        pending_validated=validated,
        oldest_pending_at=oldest,
        median_hours_to_review=round(float(median), 2) if median is not None else None,
    )


def list_stale(db: Session, *, account_id: UUID, supported_before: datetime, limit: int) -> Sequence[Proposal]:
    """Return pending proposals without new support since a time, their rows locked."""
    return db.scalars(
        select(Proposal)
        .where(
            Proposal.account_id == account_id,
            Proposal.status == ProposalStatus.PENDING,
            Proposal.supported_at < supported_before,
        )
        .order_by(Proposal.supported_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def find_supported_by(db: Session, *, account_id: UUID, session_id: UUID) -> Sequence[Proposal]:
    """Return the proposals that know a session: as their source, by its folded walk, or by its flow's figures."""
    mine = Proposal.account_id == account_id
    folded = select(ProposalWalk.proposal_id).where(
        ProposalWalk.account_id == account_id, ProposalWalk.session_id == str(session_id)
    )
    # Of a flow's changes there are few: no index serves a look into their lists, and none is needed.
    counted = (
        select(Proposal.id)
        .join(Walk, and_(Walk.account_id == Proposal.account_id, Walk.flow_id == Proposal.target_flow_id))
        .where(
            mine,
            Walk.id == session_id,
            Proposal.proposal_type == ProposalType.ENHANCEMENT,
            Proposal.supporting_session_ids.contains([str(session_id)]),
        )
    )
    known = union(
        select(Proposal.id).where(mine, Proposal.l1_session_id == session_id),
        select(Proposal.id).where(mine, Proposal.source_session_id == session_id),
        folded,
        counted,
    )
    return db.scalars(select(Proposal).where(mine, Proposal.id.in_(known))).all()
