"""What walks inside published flows teach: statistics of each way, and the words callers come with."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from firstline.db.models import Proposal
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.models.walks import AnalysisStatus
from firstline.flows.statistics import WalkOutcome, record_walk
from firstline.flywheel.evidence import Outcome
from firstline.flywheel.sessions import EndedSession
from firstline.matching import service as matching

COUNTED = "Counted as evidence."
_OUTCOMES = {
    Outcome.RESOLVED: WalkOutcome.RESOLVED,
    Outcome.FAILED: WalkOutcome.FAILED,
    Outcome.ESCALATED: WalkOutcome.ESCALATED,
    Outcome.ABANDONED: WalkOutcome.ABANDONED,
}


def reinforce(db: Session, ended: EndedSession, *, at: datetime) -> tuple[AnalysisStatus, str]:
    """Strengthen the flow a walk went through from first to last, and keep a tracking row of it."""
    walk = ended.walk
    count_ways(db, ended)
    learn(db, ended, helpful=True, at=at)
    opening = ended.evidence.opening
    db.add(
        Proposal(
            account_id=walk.account_id,
            l1_session_id=walk.id,
            proposal_type=ProposalType.AUTO_REINFORCED,
            status=ProposalStatus.AUTO_REINFORCED,
            source=ProposalSource.AI_REALTIME_L1,
            target_flow_id=walk.flow_id,
            title=(opening.splitlines() or ["A published flow was walked to its end"])[0][:255],
            category=walk.category,
            problem_domain=ended.evidence.domain,
            proposed_flow_data={"root": None, "nodes": [], "edges": _ways(ended)},
            confidence_score=1.0,
            supporting_session_ids=[str(walk.id)],
            supporting_session_count=1,
            linked_ticket_id=walk.ticket_id,
            linked_ticket_kind=walk.ticket_kind,
            created_at=at,
            supported_at=at,
        )
    )
    return AnalysisStatus.COMPLETED, "Reinforced the flow it walked."


def count_against(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Count a failed, escalated or abandoned walk on the ways it took, and where it got stuck."""
    if ended.walk.flow_id is not None:
        count_ways(db, ended)
        if ended.evidence.outcome is Outcome.FAILED:
            learn(db, ended, helpful=False, at=at)


def take_back(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let the ticket that came back count against the flow that seemed to have resolved it."""
    if ended.walk.flow_id is not None:
        learn(db, ended, helpful=False, at=at)


def count_ways(db: Session, ended: EndedSession) -> None:
    walk = ended.walk
    if walk.flow_id is not None:
        record_walk(
            db,
            account_id=walk.account_id,
            flow_id=walk.flow_id,
            steps=list(_steps(ended)),
            outcome=_OUTCOMES[ended.evidence.outcome],
            at=ended.ended_at,
        )


def learn(db: Session, ended: EndedSession, *, helpful: bool, at: datetime) -> None:
    walk = ended.walk
    if walk.flow_id is not None and ended.evidence.opening.strip():
        matching.learn_opening(
            db,
            account_id=walk.account_id,
            flow_id=walk.flow_id,
            walk_id=walk.id,
            text=ended.evidence.opening,
            ticket_id=walk.ticket_id,
            helpful=helpful,
            at=at,
        )


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


def _ways(ended: EndedSession) -> list[dict[str, object]]:
    path = ended.walk.walked_path
    targets = [entry["node_id"] for entry in path[1:]]
    if ended.walk.pending_node is not None:
        targets.append(ended.walk.pending_node["id"])
    return [
        {"from": entry["node_id"], "to": target}
        | ({"condition": {"key": entry["answer"], "label": entry["answer_label"]}} if entry["answer"] else {})
        | {"sessions": [str(ended.walk.id)], "resolved": 1, "failed": 0}
        for entry, target in zip(path, targets, strict=False)
    ]
