"""Proposals that prove to be one problem become one, as soon as the walks behind them say so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from firstline.audit import service as audit
from firstline.db.models import Proposal, ProposalEvidence, ProposalWalk
from firstline.db.models.proposals import ProposalStatus
from firstline.flywheel import gathering, placing
from firstline.flywheel.grouping.signatures import Signature
from firstline.matching import service as matching
from firstline.observability import log


def settle(db: Session, *, account_id: UUID, proposal_id: UUID, at: datetime) -> UUID:
    """Join a proposal that has just changed with those of its problem; return the id of the one that stays.

    The caller holds the account's flywheel lock. Only pending proposals of new flows are joined; one that a reviewer
    holds at this moment is left for the next walk.
    """
    evidence = db.get(ProposalEvidence, (account_id, proposal_id))
    proposal = db.get(Proposal, (account_id, proposal_id))
    if evidence is None or proposal is None or evidence.place is not None or proposal.status != ProposalStatus.PENDING:
        return proposal_id
    db.flush()
    signature = Signature.from_document(evidence.signature)
    twin = placing.find_kin(db, account_id=account_id, signature=signature, besides=proposal_id)
    if twin is None:
        return proposal_id
    other = db.get_one(Proposal, (account_id, twin.proposal_id))
    pair = [(proposal, evidence), (other, twin)]
    (kept, kept_evidence), (gone, gone_evidence) = sorted(pair, key=lambda one: (one[0].created_at, one[0].id))
    _join(db, kept, kept_evidence, gone, gone_evidence, at=at)
    return settle(db, account_id=account_id, proposal_id=kept.id, at=at)


def _join(
    db: Session,
    kept: Proposal,
    kept_evidence: ProposalEvidence,
    gone: Proposal,
    gone_evidence: ProposalEvidence,
    *,
    at: datetime,
) -> None:
    """Let the older proposal stand on the sessions of both; the other stays as a note of where they went."""
    supported_at = max(kept.supported_at, gone.supported_at)
    gathering.support(kept, gone.supporting_session_ids, at=at)
    kept.supported_at = supported_at
    kept.validated_by_outcome = kept.validated_by_outcome or gone.validated_by_outcome
    walks = [*gathering.walks_of(db, kept_evidence), *gathering.walks_of(db, gone_evidence)]
    gathering.draw(db, kept, kept_evidence, gathering.refold(db, kept_evidence, walks), at=at)
    _retire(db, gone, gone_evidence, kept, at=at)
    log().info("proposals.joined", proposal_id=str(kept.id), dismissed_id=str(gone.id))


def _retire(db: Session, gone: Proposal, evidence: ProposalEvidence, kept: Proposal, *, at: datetime) -> None:
    """Dismiss a proposal without its words: a purge of one of its sessions looks for them in the other from now on."""
    mine = (ProposalWalk.account_id == gone.account_id, ProposalWalk.proposal_id == gone.id)
    db.execute(delete(ProposalWalk).where(*mine))
    db.delete(evidence)
    matching.unindex_flow(db, account_id=gone.account_id, subject_id=gone.id)
    gone.status = ProposalStatus.DISMISSED
    gone.reviewed_at = at
    gone.reviewer_notes = f"Dismissed by itself: the same problem as proposal {kept.id}, which has its sessions now."
    gone.title, gone.description, gone.match_keywords = "Joined with another proposal", None, []
    gone.proposed_flow_data = {"root": None, "nodes": [], "edges": []}
    gone.supporting_session_ids, gone.supporting_session_count = [], 0
    gone.validated_by_outcome = False
    gone.revision += 1
    db.flush()
    audit.record(
        db,
        account_id=gone.account_id,
        user_id=None,
        action="proposal.joined",
        resource_type="flow_proposal",
        resource_id=gone.id,
        details={"joined_with": str(kept.id)},
        at=at,
    )
