"""Everything that is read about proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import AiSession, AiSessionStep, Proposal, Ticket, User, Walk
from firstline.db.models.proposals import ProposalStatus
from firstline.errors import NotFound
from firstline.flows.rules import Graph, problems
from firstline.paging import Page, decode_cursor, encode_cursor, page_of
from firstline.proposals.repairs import suggest
from firstline.proposals.rules import as_errors
from firstline.proposals.schemas import (
    Contradiction,
    EvidenceSession,
    EvidenceStep,
    ProposalDetail,
    ProposalStats,
    ProposalSummary,
)

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


def describe_proposal(db: Session, *, account_id: UUID, proposal_id: UUID) -> ProposalDetail:
    """Return all a reviewer needs: the graph, what is wrong with it, and the sessions behind each edge."""
    row = get_proposal(db, account_id=account_id, proposal_id=proposal_id)
    document = row.proposed_flow_data
    graph = Graph.from_document(document) if document.get("nodes") else Graph(root="")
    return ProposalDetail(
        **ProposalSummary.of(row).model_dump(),
        source_session_id=row.source_session_id,
        l1_session_id=row.l1_session_id,
        target_version=row.target_version,
        match_keywords=row.match_keywords,
        proposed_flow_data=document,
        proposed_diff=row.proposed_diff,
        supporting_session_ids=[UUID(session_id) for session_id in row.supporting_session_ids],
        reviewed_by=row.reviewed_by,
        reviewer_notes=row.reviewer_notes,
        linked_ticket_id=row.linked_ticket_id,
        linked_ticket_kind=row.linked_ticket_kind,
        problems=as_errors(problems(graph)) if document.get("nodes") else [],
        suggested_edit=suggest(document),
        contradictions=list(_contradictions(document)),
        evidence=_evidence(db, account_id, [UUID(session_id) for session_id in row.supporting_session_ids]),
    )


def _contradictions(document: dict[str, Any]) -> list[Contradiction]:
    texts = {node["id"]: node["text"] for node in document.get("nodes", ())}
    ways: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for edge in document.get("edges", ()):
        key = edge.get("condition", {}).get("key")
        found = {"to": edge["to"], "text": texts.get(edge["to"], ""), "sessions": edge.get("sessions", [])}
        ways.setdefault((edge["from"], key), []).append(found)
    return [
        Contradiction(node_id=node_id, text=texts.get(node_id, ""), answer=answer, ways=found)
        for (node_id, answer), found in ways.items()
        if len(found) > 1
    ]


def _evidence(db: Session, account_id: UUID, session_ids: Sequence[UUID]) -> list[EvidenceSession]:
    walks = db.execute(
        select(Walk, User.display_name, Ticket.reopened_at)
        .join(User, and_(User.account_id == Walk.account_id, User.id == Walk.created_by_user_id))
        .outerjoin(
            Ticket,
            and_(Ticket.account_id == Walk.account_id, func.cast(Ticket.id, Walk.ticket_id.type) == Walk.ticket_id),
        )
        .where(Walk.account_id == account_id, Walk.id.in_(session_ids))
        .order_by(Walk.resolved_at, Walk.id)
    ).all()
    found = [_of_walk(walk, technician, reopened_at) for walk, technician, reopened_at in walks]
    return found + _of_ai_sessions(db, account_id, session_ids)


def _of_walk(walk: Walk, technician: str, reopened_at: datetime | None) -> EvidenceSession:
    return EvidenceSession(
        session_id=walk.id,
        session_type="walk",
        problem=walk.problem_text,
        status=walk.status,
        helpful=walk.helpful,
        reopened=reopened_at is not None,
        technician=technician,
        ticket_id=walk.ticket_id,
        minutes=_minutes(walk.started_at, walk.resolved_at),
        ended_at=walk.resolved_at,
        resolution_notes=walk.resolution_notes,
        path=[
            EvidenceStep(
                node_id=entry["node_id"],
                text=entry["text"],
                answer_label=entry.get("answer_label"),
                built=bool(entry.get("built")),
            )
            for entry in walk.walked_path
        ],
    )


def _of_ai_sessions(db: Session, account_id: UUID, session_ids: Sequence[UUID]) -> list[EvidenceSession]:
    sessions = db.execute(
        select(AiSession, User.display_name)
        .join(User, and_(User.account_id == AiSession.account_id, User.id == AiSession.user_id))
        .where(AiSession.account_id == account_id, AiSession.id.in_(session_ids))
        .order_by(AiSession.resolved_at, AiSession.id)
    ).all()
    if not sessions:
        return []
    steps: dict[UUID, list[EvidenceStep]] = {}
    for step in db.scalars(_steps_of(account_id, [session.id for session, _ in sessions])):
        steps.setdefault(step.ai_session_id, []).append(
            EvidenceStep(node_id=str(step.id), text=step.node["text"], answer_label=step.answer_label, built=True)
        )
    return [
        EvidenceSession(
            session_id=session.id,
            session_type="ai_session",
            problem=session.problem_text,
            status=session.status,
            helpful=session.helpful,
            reopened=False,
            technician=technician,
            ticket_id=session.ticket_id,
            minutes=_minutes(session.started_at, session.resolved_at),
            ended_at=session.resolved_at,
            resolution_notes=session.resolution_notes,
            path=steps.get(session.id, []),
        )
        for session, technician in sessions
    ]


def _steps_of(account_id: UUID, session_ids: Sequence[UUID]) -> Select[AiSessionStep]:
    return (
        select(AiSessionStep)
        .where(
            AiSessionStep.account_id == account_id,
            AiSessionStep.ai_session_id.in_(session_ids),
            AiSessionStep.answered_at.is_not(None),
        )
        .order_by(AiSessionStep.position)
    )


def _minutes(started_at: datetime, ended_at: datetime | None) -> float:
    return round((ended_at - started_at).total_seconds() / 60, 1) if ended_at else 0.0


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
    """Return proposals a session stands behind, whether as their source or one of many."""
    return db.scalars(
        select(Proposal).where(
            Proposal.account_id == account_id,
            or_(
                Proposal.l1_session_id == session_id,
                Proposal.source_session_id == session_id,
                Proposal.supporting_session_ids.contains([str(session_id)]),
            ),
        )
    ).all()
