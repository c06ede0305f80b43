"""Everything that is read about walks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, not_, select, tuple_
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, Walk
from firstline.db.models.proposals import ProposalStatus
from firstline.db.models.walks import WalkStatus
from firstline.errors import NotFound

After = tuple[datetime, UUID]


def get_walk(db: Session, *, account_id: UUID, walk_id: UUID) -> Walk:
    walk = db.get(Walk, (account_id, walk_id))
    if walk is None:
        raise _no_walk()
    return walk


def lock_walk(db: Session, *, account_id: UUID, walk_id: UUID) -> Walk:
    """Return a walk as it is now, and make others wait until this transaction ends; raises NotFound."""
    walk = db.get(Walk, (account_id, walk_id), with_for_update=True, populate_existing=True)
    if walk is None:
        raise _no_walk()
    return walk


def list_own_active(db: Session, *, account_id: UUID, user_id: UUID, after: After | None, limit: int) -> Sequence[Walk]:
    """Return one more of a technician's active walks than `limit` where there are more, newest step first."""
    return _newest(db, _own_active(account_id, user_id), after, limit)


def list_walks(
    db: Session,
    *,
    account_id: UUID,
    user_id: UUID,
    status: WalkStatus | None,
    mine: bool,
    after: After | None,
    limit: int,
) -> Sequence[Walk]:
    """Return walks by newest step, without the user's own active ones, which `list_own_active` puts first."""
    own_active = and_(Walk.created_by_user_id == user_id, Walk.status == WalkStatus.ACTIVE)
    query = select(Walk).where(Walk.account_id == account_id, not_(own_active))
    if status is not None:
        query = query.where(Walk.status == status)
    if mine:
        query = query.where(Walk.created_by_user_id == user_id)
    return _newest(db, query, after, limit)


def find_draft(db: Session, *, account_id: UUID, proposal_id: UUID) -> Proposal | None:
    """Return a proposal that waits for review, and so may be walked."""
    proposal = db.get(Proposal, (account_id, proposal_id))
    return proposal if proposal is not None and proposal.status == ProposalStatus.PENDING else None


def find_last_resolved(db: Session, *, account_id: UUID, ticket_id: str) -> Walk | None:
    """Return the walk that resolved a ticket last."""
    query = (
        select(Walk)
        .where(Walk.account_id == account_id, Walk.ticket_id == ticket_id, Walk.status == WalkStatus.RESOLVED)
        .order_by(Walk.resolved_at.desc())
        .limit(1)
    )
    return db.scalars(query).first()


def lock_idle(db: Session, *, account_id: UUID, idle_since: datetime, limit: int) -> Sequence[Walk]:
    """Return active walks whose last step was before `idle_since`, passing over those somebody works on."""
    query = (
        select(Walk)
        .where(Walk.account_id == account_id, Walk.status == WalkStatus.ACTIVE, Walk.last_step_at < idle_since)
        .order_by(Walk.last_step_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.scalars(query).all()


def _own_active(account_id: UUID, user_id: UUID) -> Select[Walk]:
    return select(Walk).where(
        Walk.account_id == account_id, Walk.created_by_user_id == user_id, Walk.status == WalkStatus.ACTIVE
    )


def _newest(db: Session, query: Select[Walk], after: After | None, limit: int) -> Sequence[Walk]:
    if after is not None:
        query = query.where(tuple_(Walk.last_step_at, Walk.id) < after)
    return db.scalars(query.order_by(Walk.last_step_at.desc(), Walk.id.desc()).limit(limit + 1)).all()


def _no_walk() -> NotFound:
    return NotFound("There is no such session.")
