"""Changes of published flows that figures speak for: proposed once, renewed while they wait, not brought up again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models import Walk as WalkRow
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.models.walks import AnalysisStatus, WalkStatus
from firstline.flows import queries as flow_queries
from firstline.flows.merging import diff
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Graph
from firstline.flywheel import gathering, limits, measures, rules
from firstline.flywheel.gathering import Done
from firstline.flywheel.proposing import announce
from firstline.flywheel.sessions import lock_account

REORDER = "reorder"
_SHOWN = 30  # newest walks of the flow, named as those that stand behind the change
_DECIDED_AGAINST = (ProposalStatus.REJECTED, ProposalStatus.DISMISSED)


def propose_enhancement(
    db: Session,
    *,
    account_id: UUID,
    flow_id: UUID,
    edited: Graph,
    reason: str,
    evidence: Mapping[str, Any],
    at: datetime,
    kind: str = REORDER,
) -> Done | None:
    """Propose a published flow's edited graph, or renew the proposal of that kind which waits; None: nothing to do.

    `evidence` is plain JSON, shown to the reviewer; of it `walks` (how many the change stands on) and `saved_share`
    (of a call's questions, 0..1) weigh the proposal. Nothing is proposed without a helpful walk of the flow, past the
    day's limit, or where the same change was decided against; another change comes up again only on new walks.
    """
    lock_account(db, account_id)
    live = flow_queries.find_live(db, account_id, flow_id)
    if live is None:
        return None
    changes = [change.to_document() for change in diff(live.graph, edited)]
    walks = _newest_walks(db, account_id, flow_id)
    if not changes or not walks or _was_decided_against(db, live, kind, changes):
        return None
    told: dict[str, Any] = {
        "kind": kind,
        "reason": reason,
        "evidence": dict(evidence),
        "base_version": live.version,
        "changes": changes,
    }
    pending = find_enhancement(db, account_id=account_id, flow_id=flow_id, kind=kind)
    if pending is not None:
        return _renew(db, pending, live, edited, told, walks, at=at)
    if not limits.has_room(db, account_id=account_id, at=at):
        return None
    proposal = _begin(db, live, walks, at=at)
    _write(db, proposal, live, edited, told, at=at)
    announce(db, proposal, at=at)
    return AnalysisStatus.COMPLETED, f"Proposed as {proposal.id}."


def find_enhancement(db: Session, *, account_id: UUID, flow_id: UUID, kind: str) -> Proposal | None:
    """Return the enhancement of a kind that is pending for a flow, its row locked."""
    query = _enhancements(account_id, flow_id, kind, [ProposalStatus.PENDING]).with_for_update()
    return db.scalars(query).first()


def _renew(
    db: Session,
    proposal: Proposal,
    live: LiveFlow,
    edited: Graph,
    told: dict[str, Any],
    walks: Sequence[UUID],
    *,
    at: datetime,
) -> Done | None:
    known = proposal.proposed_diff or {}
    moved = any(known.get(name) != told[name] for name in ("changes", "base_version"))
    gathering.support(proposal, [str(walk) for walk in walks], at=at)
    _write(db, proposal, live, edited, told, at=at)
    return (AnalysisStatus.COMPLETED, f"Renewed {proposal.id}.") if moved else None


def _begin(db: Session, live: LiveFlow, walks: Sequence[UUID], *, at: datetime) -> Proposal:
    proposal = Proposal(
        account_id=live.account_id,
        team_id=live.team_id,
        l1_session_id=walks[0],
        proposal_type=ProposalType.ENHANCEMENT,
        target_flow_id=live.flow_id,
        title="",
        proposed_flow_data={},
        source=ProposalSource.KB_ACCELERATOR,
        category=live.category,
        problem_domain=live.problem_domain,
        supporting_session_ids=[str(walk) for walk in walks],
        supporting_session_count=len(walks),
        created_at=at,
        supported_at=at,
    )
    db.add(proposal)
    db.flush()
    place = {"kind": gathering.FIGURES}
    kept = ProposalEvidence(account_id=live.account_id, proposal_id=proposal.id, place=place, updated_at=at)
    db.add(kept)
    gathering.refold(db, kept, [])
    return proposal


def _write(
    db: Session, proposal: Proposal, live: LiveFlow, edited: Graph, told: dict[str, Any], *, at: datetime
) -> None:
    proposal.title = f"{live.name}: {told['reason']}"[:255]
    proposal.description = told["reason"]
    proposal.match_keywords = list(live.match_keywords)
    proposal.target_version = live.version
    proposal.proposed_flow_data = rules.with_evidence(edited.to_document(), [], {})
    proposal.proposed_diff = told
    proposal.revision += 1
    measures.weigh_change(db, proposal, saved_share=float(told["evidence"].get("saved_share", 0.0)), at=at)


def _was_decided_against(db: Session, live: LiveFlow, kind: str, changes: Sequence[Mapping[str, Any]]) -> bool:
    for proposal in db.scalars(_enhancements(live.account_id, live.flow_id, kind, _DECIDED_AGAINST)):
        known = proposal.proposed_diff or {}
        if known.get("changes") == list(changes):
            return True
        stood_on = known.get("evidence", {}).get("walks", proposal.supporting_session_count)
        if _count_walks(db, live, since=proposal.reviewed_at or proposal.created_at) <= stood_on:
            return True
    return False


def _enhancements(account_id: UUID, flow_id: UUID, kind: str, statuses: Sequence[ProposalStatus]) -> Select[Proposal]:
    return select(Proposal).where(
        Proposal.account_id == account_id,
        Proposal.target_flow_id == flow_id,
        Proposal.status.in_(statuses),
        Proposal.proposal_type == ProposalType.ENHANCEMENT,
        Proposal.proposed_diff["kind"].as_string() == kind,
    )


def _newest_walks(db: Session, account_id: UUID, flow_id: UUID) -> Sequence[UUID]:
    query = select(WalkRow.id).where(
        WalkRow.account_id == account_id,
        WalkRow.flow_id == flow_id,
        WalkRow.status == WalkStatus.RESOLVED,
        WalkRow.helpful.is_(True),
    )
    return db.scalars(query.order_by(WalkRow.started_at.desc(), WalkRow.id).limit(_SHOWN)).all()


def _count_walks(db: Session, live: LiveFlow, *, since: datetime) -> int:
    query = select(func.count()).where(
        WalkRow.account_id == live.account_id,
        WalkRow.flow_id == live.flow_id,
        WalkRow.started_at > since,
        WalkRow.status != WalkStatus.ACTIVE,
    )
    return db.scalar(query) or 0
