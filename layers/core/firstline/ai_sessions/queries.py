"""Everything that is read about AI sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import AiSession, AiSessionStep
from firstline.db.models.ai_sessions import AiSessionStatus
from firstline.errors import Forbidden, NotFound

After = tuple[datetime, UUID]


def get_readable(db: Session, *, caller: Caller, session_id: UUID) -> AiSession:
    """Return a session its owner or whoever manages the account may read; raises NotFound or Forbidden."""
    session = db.get(AiSession, (caller.account_id, session_id))
    if session is None:
        raise _no_session()
    if session.user_id != caller.user_id and not caller.can_manage_account:
        raise Forbidden("This AI session is a colleague's. Only they and admins may read it.")
    return session


def lock_own(db: Session, *, caller: Caller, session_id: UUID) -> AiSession:
    """Return a session as it is now, and make others wait; raises NotFound, or Forbidden for all but its owner."""
    session = db.get(AiSession, (caller.account_id, session_id), with_for_update=True, populate_existing=True)
    if session is None:
        raise _no_session()
    if session.user_id != caller.user_id:
        raise Forbidden("This AI session is a colleague's. Only its owner changes it.")
    return session


def find_taken_over(db: Session, *, account_id: UUID, walk_id: UUID) -> AiSession | None:
    """Return the session that went on from an escalated walk and was not abandoned."""
    query = select(AiSession).where(
        AiSession.account_id == account_id,
        AiSession.taken_over_walk_id == walk_id,
        AiSession.status != AiSessionStatus.ABANDONED,
    )
    return db.scalars(query).one_or_none()


def lock_idle(db: Session, *, account_id: UUID, idle_since: datetime, limit: int) -> Sequence[AiSession]:
    """Return active sessions whose last step was before `idle_since`, passing over those somebody works on."""
    query = (
        select(AiSession)
        .where(
            AiSession.account_id == account_id,
            AiSession.status == AiSessionStatus.ACTIVE,
            AiSession.last_step_at < idle_since,
        )
        .order_by(AiSession.last_step_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.scalars(query).all()


def list_steps(db: Session, session: AiSession) -> Sequence[AiSessionStep]:
    """Return the steps in the order they were served."""
    query = (
        select(AiSessionStep)
        .where(AiSessionStep.account_id == session.account_id, AiSessionStep.ai_session_id == session.id)
        .order_by(AiSessionStep.position)
        .execution_options(populate_existing=True)
    )
    return db.scalars(query).all()


def list_own(
    db: Session, *, caller: Caller, status: AiSessionStatus | None, after: After | None, limit: int
) -> Sequence[AiSession]:
    """Return one more of the caller's sessions than `limit` where there are more, newest step first."""
    query = select(AiSession).where(AiSession.account_id == caller.account_id, AiSession.user_id == caller.user_id)
    if status is not None:
        query = query.where(AiSession.status == status)
    if after is not None:
        query = query.where(tuple_(AiSession.last_step_at, AiSession.id) < after)
    return db.scalars(query.order_by(AiSession.last_step_at.desc(), AiSession.id.desc()).limit(limit + 1)).all()


def _no_session() -> NotFound:
    return NotFound("There is no such AI session.")
