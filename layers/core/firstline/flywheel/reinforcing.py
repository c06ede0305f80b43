"""What walks inside published flows teach: statistics of each way, and the words callers come with."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, Walk
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.models.walks import AnalysisStatus
from firstline.flows.statistics import WalkOutcome, record_walk, recount_as_failed
from firstline.flywheel.folding.evidence import Outcome
from firstline.flywheel.folding.following import Course
from firstline.flywheel.gathering import Done
from firstline.flywheel.sessions import EndedSession
from firstline.matching import service as matching

COUNTED = "Counted as evidence."
CAME_BACK = "Its ticket came back."
_OUTCOMES = {
    Outcome.RESOLVED: WalkOutcome.RESOLVED,
    Outcome.FAILED: WalkOutcome.FAILED,
    Outcome.ESCALATED: WalkOutcome.ESCALATED,
    Outcome.ABANDONED: WalkOutcome.ABANDONED,
}


def reinforce(
    db: Session, ended: EndedSession, *, flow_id: UUID | None = None, course: Course | None = None, at: datetime
) -> Done:
    """Strengthen the flow a session went through from first to last, and keep a tracking row of it.

    `flow_id` and `course` name a flow the session followed in other words; else it is the one it was served from.
    """
    row = ended.row
    flow_id = flow_id or row.flow_id
    count_ways(db, ended, flow_id=flow_id, course=course)
    learn(db, ended, flow_id=flow_id, helpful=True, at=at)
    db.add(
        Proposal(
            account_id=row.account_id,
            l1_session_id=row.id if ended.is_walk else None,
            source_session_id=None if ended.is_walk else row.id,
            proposal_type=ProposalType.AUTO_REINFORCED,
            status=ProposalStatus.AUTO_REINFORCED,
            source=ProposalSource.AI_REALTIME_L1 if ended.is_walk else ProposalSource.AI_PROMOTED,
            target_flow_id=flow_id,
            title=(ended.evidence.opening.splitlines() or ["A published flow was walked to its end"])[0][:255],
            category=row.category,
            problem_domain=ended.evidence.domain,
            proposed_flow_data={"root": None, "nodes": [], "edges": _ways(ended, course)},
            confidence_score=1.0,
            supporting_session_ids=[str(row.id)],
            supporting_session_count=1,
            linked_ticket_id=row.ticket_id,
            linked_ticket_kind=row.ticket_kind,
            created_at=at,
            supported_at=at,
        )
    )
    return AnalysisStatus.COMPLETED, f"Reinforced flow {flow_id}."


def count_against(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Count a failed, escalated or abandoned walk on the ways it took, and where it got stuck."""
    if ended.walk.flow_id is not None:
        count_ways(db, ended)
        if ended.evidence.outcome is Outcome.FAILED:
            learn(db, ended, flow_id=ended.walk.flow_id, helpful=False, at=at)


def take_back(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let the ticket that came back count against the flow that seemed to have resolved it, and the ways taken in it.

    Done twice, it would count twice.
    """
    followed = _followed(db, ended) if ended.row.flow_id is None else None
    flow_id = followed.target_flow_id if followed else ended.row.flow_id
    if flow_id is None:
        return
    learn(db, ended, flow_id=flow_id, helpful=False, at=at)
    ways = list(_noted(followed)) if followed else [(node, answer) for node, answer, _ in _steps(ended)]
    recount_as_failed(db, account_id=ended.row.account_id, flow_id=flow_id, ways=ways, at=ended.ended_at)


def count_ways(db: Session, ended: EndedSession, *, flow_id: UUID | None = None, course: Course | None = None) -> None:
    flow_id = flow_id or ended.row.flow_id
    if flow_id is not None:
        record_walk(
            db,
            account_id=ended.row.account_id,
            flow_id=flow_id,
            steps=list(_followed_steps(course) if course else _steps(ended)),
            outcome=_OUTCOMES[ended.evidence.outcome],
            at=ended.ended_at,
        )


def learn(db: Session, ended: EndedSession, *, flow_id: UUID | None, helpful: bool, at: datetime) -> None:
    if ended.is_walk and flow_id is not None and ended.evidence.opening.strip():
        matching.learn_opening(
            db,
            account_id=ended.row.account_id,
            flow_id=flow_id,
            walk_id=ended.row.id,
            text=ended.evidence.opening,
            ticket_id=ended.row.ticket_id,
            helpful=helpful,
            at=at,
        )


def _followed(db: Session, ended: EndedSession) -> Proposal | None:
    """Return the tracking row of a walk built anew, which names the flow it was found to follow."""
    return db.scalar(
        select(Proposal).where(
            Proposal.account_id == ended.row.account_id,
            Proposal.l1_session_id == ended.row.id,
            Proposal.proposal_type == ProposalType.AUTO_REINFORCED,
        )
    )


def _noted(tracking: Proposal) -> Iterator[tuple[str, str | None]]:
    for edge in tracking.proposed_flow_data["edges"]:
        yield edge["from"], edge.get("condition", {}).get("key")


def _followed_steps(course: Course) -> Iterator[tuple[str, str | None, float]]:
    """Yield the steps in which a walk asked what the flow asks; its seconds were spent on other words."""
    for step, node_id in zip(course.walk.steps, course.nodes, strict=True):
        if node_id is not None and not step.type.is_end:
            yield node_id, step.answer, 0.0


def _steps(ended: EndedSession) -> Iterator[tuple[str, str | None, float]]:
    """Yield the flow's own steps: node, answer, seconds; then the node the walk stood at when it was given up."""
    walk = ended.walk
    before = walk.started_at
    for entry in walk.walked_path:
        answered_at = datetime.fromisoformat(entry["answered_at"])
        if not entry.get("built"):
            yield entry["node_id"], entry["answer"], (answered_at - before).total_seconds()
        before = answered_at
    stuck = ended.evidence.outcome in (Outcome.ESCALATED, Outcome.ABANDONED)
    if stuck and walk.pending_node is not None and walk.left_flow is None:
        yield walk.pending_node["id"], None, (ended.ended_at - before).total_seconds()


def _ways(ended: EndedSession, course: Course | None) -> list[dict[str, object]]:
    session_id = str(ended.row.id)
    return [
        {"from": source, "to": target}
        | ({"condition": {"key": answer, "label": label}} if answer else {})
        | {"sessions": [session_id], "resolved": 1, "failed": 0}
        for source, answer, label, target in (_passed(course) if course else _served(ended.walk))
    ]


_Way = tuple[str | None, str | None, str | None, str | None]  # from, answer, label, to


def _served(walk: Walk) -> Iterator[_Way]:
    path = walk.walked_path
    targets = [entry["node_id"] for entry in path[1:]]
    if walk.pending_node is not None:
        targets.append(walk.pending_node["id"])
    for entry, target in zip(path, targets, strict=False):
        yield entry["node_id"], entry["answer"], entry["answer_label"], target


def _passed(course: Course) -> Iterator[_Way]:
    for index, (source, target) in enumerate(pairwise(course.nodes)):
        step = course.walk.steps[index]
        yield source, step.answer, step.label, target
