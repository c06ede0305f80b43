"""Which pending proposal a session belongs to: found by telling words, decided by how the problems compare."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models import Walk as WalkRow
from firstline.db.models.proposals import ProposalStatus
from firstline.flywheel.evidence import Walk
from firstline.flywheel.likeness import SAME_PROBLEM, Signature, likeness
from firstline.flywheel.rules import Attachment

_CANDIDATES = 24
_TERMS_ASKED = 200


def find_home(db: Session, *, account_id: UUID, walk: Walk) -> ProposalEvidence | None:
    """Return the pending proposal for the same problem, or None."""
    found = _candidates(db, account_id, walk, ProposalStatus.PENDING)
    return _home(walk, [evidence for evidence in found if evidence.place is None])


def find_rejected(
    db: Session, *, account_id: UUID, walk: Walk, attachment: Attachment | None
) -> ProposalEvidence | None:
    """Return a rejected proposal for the same problem, at the same place of a flow where it was a branch."""
    found = _candidates(db, account_id, walk, ProposalStatus.REJECTED)
    place = attachment.to_document() if attachment else None
    return _home(walk, [evidence for evidence in found if (evidence.place or {}).get("attachment") == place])


def find_branch(db: Session, *, account_id: UUID, flow_id: UUID, attachment: Attachment) -> ProposalEvidence | None:
    """Return the branch that is pending at the same place of the same flow."""
    query = _of_proposals(account_id, ProposalStatus.PENDING).where(Proposal.target_flow_id == flow_id)
    for evidence in db.scalars(query.with_for_update(of=ProposalEvidence)):
        if evidence.place is None:
            continue
        pending = Attachment.from_document(evidence.place["attachment"])
        if (pending.node_id, pending.condition.key) == (attachment.node_id, attachment.condition.key):
            return evidence
    return None


def list_pending_with(db: Session, *, account_id: UUID, session_id: str) -> Sequence[tuple[Proposal, ProposalEvidence]]:
    """Return the pending proposals a session stands behind, with their evidence."""
    query = (
        select(Proposal, ProposalEvidence)
        .join(ProposalEvidence, _belongs())
        .where(
            Proposal.account_id == account_id,
            Proposal.status == ProposalStatus.PENDING,
            Proposal.supporting_session_ids.contains([session_id]),
        )
        .with_for_update()
    )
    return [(proposal, evidence) for proposal, evidence in db.execute(query)]


def find_walk(db: Session, *, account_id: UUID, session_id: UUID) -> WalkRow | None:
    return db.get(WalkRow, (account_id, session_id))


def _candidates(db: Session, account_id: UUID, walk: Walk, status: ProposalStatus) -> Sequence[ProposalEvidence]:
    """Return the proposals of the walk's category that share the most words with it, their evidence locked."""
    asked = literal(Signature.of([walk]).terms[:_TERMS_ASKED], ARRAY(Text))
    known = func.unnest(ProposalEvidence.terms).table_valued("term").render_derived()
    shared = select(func.count()).select_from(known).where(known.c.term == any_(asked)).scalar_subquery()
    query = _of_proposals(account_id, status).where(
        ProposalEvidence.terms.overlap(asked), Proposal.category.is_not_distinct_from(walk.category)
    )
    nearest = query.order_by(shared.desc(), Proposal.id).limit(_CANDIDATES)
    return db.scalars(nearest.with_for_update(of=ProposalEvidence)).all()


def _home(walk: Walk, found: Sequence[ProposalEvidence]) -> ProposalEvidence | None:
    scored = [(likeness(walk, Signature.from_document(one.signature)), str(one.proposal_id), one) for one in found]
    score, _, evidence = max(scored, key=lambda one: one[:2], default=(0.0, "", None))
    return evidence if score >= SAME_PROBLEM else None


def _of_proposals(account_id: UUID, status: ProposalStatus) -> Select[ProposalEvidence]:
    return (
        select(ProposalEvidence)
        .join(Proposal, _belongs())
        .where(ProposalEvidence.account_id == account_id, Proposal.status == status)
    )


def _belongs() -> ColumnElement[bool]:
    return and_(ProposalEvidence.account_id == Proposal.account_id, ProposalEvidence.proposal_id == Proposal.id)
