"""What speaks against a proposal, and what leaves it: walks that failed, tickets that came back, purged sessions."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalStatus
from firstline.db.models.walks import WalkKind
from firstline.flywheel import gathering, placing
from firstline.flywheel.folding.evidence import Outcome
from firstline.flywheel.sessions import EndedSession


def add_failure(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let a walk that ended without help count against the draft it walked, or what is proposed for its problem.

    It never shapes a graph and never makes a proposal.
    """
    evidence = _home_of_failure(db, ended)
    if evidence is None:
        return
    proposal = gathering.lock(db, evidence)
    if proposal.status == ProposalStatus.PENDING:
        gathering.add_walk(db, proposal, evidence, ended.evidence, at=at)


def _home_of_failure(db: Session, ended: EndedSession) -> ProposalEvidence | None:
    walk = ended.walk
    if walk.flow_proposal_id is not None:
        return db.get(ProposalEvidence, (walk.account_id, walk.flow_proposal_id))
    if walk.session_kind == WalkKind.AI_BUILD and walk.flow_id is None and ended.steps_walked:
        return placing.find_home(db, account_id=walk.account_id, walk=ended.evidence)
    return None


def withdraw_success(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let a ticket that came back count against every pending proposal its session stands behind."""
    session_id = str(ended.row.id)
    for proposal, evidence in placing.list_pending_with(db, account_id=ended.row.account_id, session_id=session_id):
        if gathering.is_told_by_figures(evidence):
            continue
        walks = gathering.walks_of(db, evidence)
        changed = [replace(walk, outcome=Outcome.FAILED) if walk.session_id == session_id else walk for walk in walks]
        state = gathering.refold(db, evidence, changed)
        gathering.draw(db, proposal, evidence, state, at=at)
        helped = any(walk.outcome is Outcome.RESOLVED for walk in changed)
        proposal.validated_by_outcome = proposal.validated_by_outcome and helped


def release_session(db: Session, *, proposal: Proposal, session_id: str, at: datetime) -> bool:
    """Take a session's wording and evidence out of a proposal; False when nothing is left to stand on."""
    evidence = db.get(ProposalEvidence, (proposal.account_id, proposal.id))
    left = [known for known in proposal.supporting_session_ids if known != session_id]
    if evidence is None or not left:
        return False
    proposal.supporting_session_ids, proposal.supporting_session_count = left, len(left)
    gathering.point_at(db, proposal, left[0])
    if not gathering.is_told_by_figures(evidence):
        walks = gathering.walks_of(db, evidence)
        state = gathering.refold(db, evidence, [walk for walk in walks if walk.session_id != session_id])
        gathering.draw(db, proposal, evidence, state, at=at)
    return True
