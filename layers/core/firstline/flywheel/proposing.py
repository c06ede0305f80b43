"""Turning resolved sessions into proposals: a new one, or the one that many walks are folded into."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.models.walks import AnalysisStatus
from firstline.flows.queries import LiveFlow
from firstline.flywheel import gathering, grafting, joining, limits, placing
from firstline.flywheel.gathering import Done
from firstline.flywheel.rules import Attachment
from firstline.flywheel.sessions import EndedSession
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened


def propose(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Fold a session into the pending proposal of its problem, or make it a new one."""
    evidence = placing.find_home(db, account_id=ended.row.account_id, walk=ended.evidence)
    if evidence is not None:
        return fold_in(db, evidence, ended, at=at)
    rejected = placing.find_rejected(db, account_id=ended.row.account_id, walk=ended.evidence, attachment=None)
    return _make(db, ended, ProposalType.NEW_FLOW, rejected=rejected, at=at)


def fold_in(db: Session, evidence: ProposalEvidence, ended: EndedSession, *, at: datetime) -> Done:
    """Fold a session into a proposal, which may show that it and another one are of the same problem."""
    done = gathering.fold_in(db, evidence, ended, at=at)
    joining.settle(db, account_id=evidence.account_id, proposal_id=evidence.proposal_id, at=at)
    return done


def propose_branch(db: Session, ended: EndedSession, *, live: LiveFlow, attachment: Attachment, at: datetime) -> Done:
    """Fold a session that left a flow at one point into the branch pending there, or propose the branch."""
    account_id = ended.row.account_id
    evidence = grafting.find_branch(db, account_id=account_id, flow_id=live.flow_id, attachment=attachment)
    if evidence is not None:
        return gathering.fold_in(db, evidence, ended, at=at)
    rejected = placing.find_rejected(db, account_id=account_id, walk=ended.evidence, attachment=attachment)
    place = {"attachment": attachment.to_document(), "flow_name": live.name, "offsets": {}}
    return _make(db, ended, ProposalType.BRANCH_ADDITION, live=live, place=place, rejected=rejected, at=at)


def propose_rework(db: Session, ended: EndedSession, *, live: LiveFlow, at: datetime) -> Done:
    """Fold a session that departed from a flow in several ways into the change pending for it, or propose that."""
    evidence = grafting.find_rework(db, account_id=ended.row.account_id, flow_id=live.flow_id)
    if evidence is not None:
        return gathering.fold_in(db, evidence, ended, at=at)
    rejected = grafting.find_rework(
        db, account_id=ended.row.account_id, flow_id=live.flow_id, status=ProposalStatus.REJECTED
    )
    place = {"kind": grafting.REWORK, "flow_name": live.name}
    return _make(db, ended, ProposalType.ENHANCEMENT, live=live, place=place, rejected=rejected, at=at)


def support_draft(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Count a helpful walk of a draft for the draft, and let the next call find it."""
    walk = ended.walk
    proposal = db.get(Proposal, (walk.account_id, walk.flow_proposal_id)) if walk.flow_proposal_id else None
    if proposal is None:
        return AnalysisStatus.SKIPPED, "The draft is gone."
    evidence = db.get(ProposalEvidence, (walk.account_id, proposal.id))
    if evidence is None and proposal.status == ProposalStatus.DISMISSED:  # joined with another one since
        evidence = placing.find_home(db, account_id=walk.account_id, walk=ended.evidence)
        if evidence is not None:
            proposal = db.get_one(Proposal, (walk.account_id, evidence.proposal_id))
    proposal.validated_by_outcome = True
    if evidence is None or proposal.status != ProposalStatus.PENDING:
        return AnalysisStatus.COMPLETED, "The draft it walked is decided already."
    return fold_in(db, evidence, ended, at=at)


def announce(db: Session, proposal: Proposal, *, at: datetime) -> None:
    """Tell that a proposal waits for review."""
    facts = {"title": proposal.title, "proposal_type": str(proposal.proposal_type)}
    event = EventHappened(account_id=proposal.account_id, event="proposal.pending", subject_id=proposal.id, facts=facts)
    outbox.put(db, event, at=at)


def _make(
    db: Session,
    ended: EndedSession,
    proposal_type: ProposalType,
    *,
    live: LiveFlow | None = None,
    place: dict[str, Any] | None = None,
    rejected: ProposalEvidence | None = None,
    at: datetime,
) -> Done:
    row = ended.row
    if rejected is not None and not limits.is_new_evidence(db, rejected, str(row.id)):
        return AnalysisStatus.SKIPPED, f"Proposal {rejected.proposal_id} for the same was rejected."
    if not limits.has_room(db, account_id=row.account_id, at=at):
        return AnalysisStatus.PENDING, "The day's limit of proposals is reached; it goes on tomorrow."
    proposal = Proposal(
        account_id=row.account_id,
        team_id=None,
        source_session_id=None if ended.is_walk else row.id,
        l1_session_id=row.id if ended.is_walk else None,
        proposal_type=proposal_type,
        target_flow_id=live.flow_id if live else None,
        target_version=live.version if live else None,
        title="",
        proposed_flow_data={},
        source=ProposalSource.AI_REALTIME_L1 if ended.is_walk else ProposalSource.AI_PROMOTED,
        category=row.category,
        problem_domain=ended.evidence.domain or (live.problem_domain if live else None),
        supporting_session_ids=[str(row.id)],
        supporting_session_count=1,
        linked_ticket_id=row.ticket_id,
        linked_ticket_kind=row.ticket_kind,
        created_at=at,
        supported_at=at,
    )
    db.add(proposal)
    db.flush()
    evidence = ProposalEvidence(account_id=row.account_id, proposal_id=proposal.id, place=place, updated_at=at)
    db.add(evidence)
    gathering.begin(db, proposal, evidence, ended.evidence, at=at)
    announce(db, proposal, at=at)
    return AnalysisStatus.COMPLETED, f"Proposed as {proposal.id}."
