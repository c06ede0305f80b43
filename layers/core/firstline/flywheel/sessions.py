"""Reading ended sessions from the tables as the evidence that folding works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, cast, or_, select, text
from sqlalchemy.orm import Session

from firstline.building.redaction import redact
from firstline.categories.domains import DOMAINS
from firstline.db.models import AiSession, AiSessionStep, Ticket
from firstline.db.models import Walk as WalkRow
from firstline.db.models.walks import AnalysisStatus, WalkStatus
from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk

_NODE_TYPES = {
    "question": NodeType.DECISION,
    "instruction": NodeType.ACTION,
    "resolved": NodeType.SOLUTION,
    "escalate": NodeType.ESCALATE,
}


@dataclass(frozen=True)
class EndedSession:
    """A session as the flywheel sees it; `steps_walked` counts answered steps, without the served end."""

    row: WalkRow | AiSession
    evidence: Walk
    steps_walked: int
    minutes: float
    ended_at: datetime

    @property
    def is_walk(self) -> bool:
        return isinstance(self.row, WalkRow)

    @property
    def walk(self) -> WalkRow:
        assert isinstance(self.row, WalkRow)  # noqa: S101  asked only where `is_walk` has been
        return self.row

    @property
    def ticket_id(self) -> str | None:
        return self.row.ticket_id

    @property
    def left_at(self) -> int | None:
        """Return the index of the first step that was built after leaving a published flow; None while inside it."""
        if self.is_walk and self.walk.left_flow is None:
            return None
        return next((index for index, step in enumerate(self.evidence.steps) if step.built), None)


def lock_account(db: Session, account_id: UUID) -> None:
    """Let one flywheel at a time work in an account, until the transaction ends: two would propose the same twice."""
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"flywheel:{account_id}"})


def lock_walk(db: Session, *, account_id: UUID, session_id: UUID) -> WalkRow | None:
    return db.get(WalkRow, (account_id, session_id), with_for_update=True)


def lock_ai_session(db: Session, *, account_id: UUID, session_id: UUID) -> AiSession | None:
    return db.get(AiSession, (account_id, session_id), with_for_update=True)


def read_walk(row: WalkRow, *, reopened: bool = False) -> EndedSession:
    """Read a walk; what its caller said and what a model wrote of it is redacted before it becomes shared knowledge."""
    steps = [_step(entry) for entry in row.walked_path]
    return EndedSession(
        row=row,
        evidence=Walk(
            session_id=str(row.id),
            opening=redact(row.problem_text or ""),
            steps=(*steps, *_cure(row.pending_node, row.resolution_notes, row.status)),
            outcome=_outcome(row.status, helpful=row.helpful, reopened=reopened),
            category=row.category,
            domain=DOMAINS.get(row.category or ""),
            ended_at=(row.resolved_at or row.last_step_at).timestamp(),
        ),
        steps_walked=len(steps),
        minutes=_minutes(row.started_at, row.resolved_at),
        ended_at=row.resolved_at or row.last_step_at,
    )


def read_ai_session(row: AiSession, steps: Sequence[AiSessionStep], taken_over: WalkRow | None) -> EndedSession:
    """Read an engineer's session; what the taken-over walk had asked comes first, inside its flow."""
    before = [_step(entry) for entry in taken_over.walked_path] if taken_over else []
    answered = [step for step in steps if step.answered_at is not None]
    after = [
        _step(step.node | {"answer": step.answer, "answer_label": step.answer_label, "built": True})
        for step in answered
    ]
    served = next((step.node for step in steps if step.answered_at is None), None)
    return EndedSession(
        row=row,
        evidence=Walk(
            session_id=str(row.id),
            opening=redact(row.problem_text),
            steps=(*before, *after, *_cure(served, row.resolution_notes, row.status)),
            outcome=_outcome(row.status, helpful=row.helpful, reopened=False),
            category=row.category,
            domain=row.problem_domain or DOMAINS.get(row.category or ""),
            ended_at=(row.resolved_at or row.last_step_at).timestamp(),
        ),
        steps_walked=len(answered),
        minutes=_minutes(row.started_at, row.resolved_at),
        ended_at=row.resolved_at or row.last_step_at,
    )


def load(db: Session, *, account_id: UUID, session_ids: Sequence[str]) -> list[EndedSession]:
    """Load sessions by id, in the order of the ids; purged ones are left out."""
    ids = [UUID(session_id) for session_id in session_ids]
    rows = db.execute(
        select(WalkRow, Ticket.reopened_at)
        .outerjoin(
            Ticket,
            and_(Ticket.account_id == WalkRow.account_id, cast(Ticket.id, WalkRow.ticket_id.type) == WalkRow.ticket_id),
        )
        .where(WalkRow.account_id == account_id, WalkRow.id.in_(ids))
    ).all()
    found = {row.id: read_walk(row, reopened=reopened_at is not None) for row, reopened_at in rows}
    missing = [session_id for session_id in ids if session_id not in found]
    found.update({one.row.id: one for one in load_ai_sessions(db, account_id=account_id, session_ids=missing)})
    return [found[session_id] for session_id in ids if session_id in found]


def load_ai_sessions(db: Session, *, account_id: UUID, session_ids: Sequence[UUID]) -> list[EndedSession]:
    if not session_ids:
        return []
    mine = and_(AiSession.account_id == account_id, AiSession.id.in_(session_ids))
    rows = db.scalars(select(AiSession).where(mine)).all()
    steps: dict[UUID, list[AiSessionStep]] = {}
    query = (
        select(AiSessionStep)
        .where(AiSessionStep.account_id == account_id, AiSessionStep.ai_session_id.in_(session_ids))
        .order_by(AiSessionStep.position)
    )
    for step in db.scalars(query):
        steps.setdefault(step.ai_session_id, []).append(step)
    return [read_ai_session(row, steps.get(row.id, []), _taken_over(db, row)) for row in rows]


def list_waiting(db: Session, *, account_id: UUID, ended_before: datetime, limit: int) -> list[tuple[UUID, str]]:
    """Return captured sessions the flywheel has not finished, oldest first: id and `walk` or `ai_session`."""
    unfinished = (AnalysisStatus.PENDING, AnalysisStatus.PROCESSING)
    found: list[tuple[UUID, str]] = []
    for table, kind in ((WalkRow, "walk"), (AiSession, "ai_session")):
        query = (
            select(table.id)
            .where(
                table.account_id == account_id,
                table.status == WalkStatus.RESOLVED,
                or_(*(table.analysis_status == status for status in unfinished)),
                table.resolved_at < ended_before,
            )
            .order_by(table.resolved_at)
            .limit(limit)
        )
        found += [(session_id, kind) for session_id in db.scalars(query)]
    return found


def _taken_over(db: Session, row: AiSession) -> WalkRow | None:
    return db.get(WalkRow, (row.account_id, row.taken_over_walk_id)) if row.taken_over_walk_id else None


def _step(entry: Mapping[str, Any]) -> Step:
    built = bool(entry.get("built"))
    return Step(
        text=redact(entry["text"]),
        type=_NODE_TYPES[entry["node_type"]],
        answer=entry.get("answer"),
        label=entry.get("answer_label"),
        options=tuple(Condition(option["key"], option["label"]) for option in entry.get("options") or ()),
        help=entry.get("help"),
        built=built,
        node_id=None if built else entry.get("node_id"),
    )


def _cure(served: Mapping[str, Any] | None, notes: str | None, status: str) -> tuple[Step, ...]:
    """Return the end of a resolved session: the solution it was served, else what the technician wrote down."""
    if status != WalkStatus.RESOLVED:
        return ()
    if served is not None and served["node_type"] == "resolved":
        return (_step({**served, "built": served.get("built", False)}),)
    return (Step(text=redact(notes), type=NodeType.SOLUTION, built=True),) if notes and notes.strip() else ()


def _outcome(status: str, *, helpful: bool | None, reopened: bool) -> Outcome:
    if status == WalkStatus.ESCALATED:
        return Outcome.ESCALATED
    if status == WalkStatus.ABANDONED:
        return Outcome.ABANDONED
    return Outcome.RESOLVED if helpful and not reopened else Outcome.FAILED


def _minutes(started_at: datetime, ended_at: datetime | None) -> float:
    return (ended_at - started_at).total_seconds() / 60 if ended_at else 0.0
