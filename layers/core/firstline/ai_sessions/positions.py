"""Between the rows of an AI session and the step engine: where it stands, and what is kept of a step."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.ai_sessions import queries
from firstline.ai_sessions.rules import confidence_of, tier_of
from firstline.ai_sessions.schemas import AiSessionDetail, AiSessionProgress, AiStep, columns_of
from firstline.building.provider import Usage
from firstline.db.models import AiSession, AiSessionStep, Walk
from firstline.walks.nodes import ServedNode, Step
from firstline.walks.rules import Position


def position_of(steps: Sequence[AiSessionStep]) -> Position:
    """Return where a session stands; the last step is the pending one, and no flow is followed."""
    return Position(
        graph=None,
        pending=ServedNode.from_document(steps[-1].node),
        path=tuple(_step(row) for row in steps[:-1]),
    )


def keep_answer(session: AiSession, row: AiSessionStep, step: Step, *, at: datetime) -> None:
    row.node = step.node.to_document()
    row.answer, row.answer_label, row.free_text = step.answer, step.answer_label, step.note
    row.answered_at = session.last_step_at = at


def keep_pending(db: Session, session: AiSession, path: Sequence[Step], node: ServedNode, *, at: datetime) -> None:
    """Serve a node as the next step, under its own id, and say how sure the session is now."""
    db.add(
        AiSessionStep(
            account_id=session.account_id,
            id=UUID(node.id),
            ai_session_id=session.id,
            position=len(path),
            node=node.to_document(),
            served_at=at,
        )
    )
    session.last_step_at = at
    session.confidence = confidence_of(match_score=session.match_score, path=path, pending=node.node_type)
    session.confidence_tier = tier_of(session.confidence)


def keep_usage(session: AiSession, usage: Usage) -> None:
    session.usage = asdict(Usage(**session.usage) + usage)


def taken_over_walk(db: Session, session: AiSession) -> Walk | None:
    """Return the walk this session goes on from; None when there is none, or it was purged."""
    return db.get(Walk, (session.account_id, session.taken_over_walk_id)) if session.taken_over_walk_id else None


def describe(db: Session, session: AiSession) -> AiSessionDetail:
    walk = taken_over_walk(db, session)
    before = walk.walked_path if walk is not None else []
    steps = [AiStep.of(row) for row in queries.list_steps(db, session)]
    columns = columns_of(session, AiSessionDetail)
    return AiSessionDetail.model_validate(columns | {"taken_over_path": before, "steps": steps})


def progress_of(db: Session, session: AiSession) -> AiSessionProgress:
    detail = describe(db, session)
    return AiSessionProgress(session=detail, step=detail.steps[-1] if detail.steps else None)


def _step(row: AiSessionStep) -> Step:
    return Step(
        node=ServedNode.from_document(row.node),
        answer=row.answer,
        answer_label=row.answer_label,
        answered_at=row.answered_at or row.served_at,
        note=row.free_text,
    )
