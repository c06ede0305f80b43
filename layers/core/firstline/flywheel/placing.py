"""Which pending proposal a session belongs to: found by telling words, decided by how the problems compare."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, defer

from firstline.db.models import Proposal, ProposalEvidence, ProposalTerm, ProposalWalk
from firstline.db.models import Walk as WalkRow
from firstline.db.models.proposals import ProposalStatus
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.grouping.groups import CANDIDATES, POSTINGS, nearest
from firstline.flywheel.grouping.signatures import Signature
from firstline.flywheel.rules import Attachment


def find_home(db: Session, *, account_id: UUID, walk: Walk) -> ProposalEvidence | None:
    """Return the pending proposal for the same problem with its row locked, or None."""
    return find_kin(db, account_id=account_id, signature=Signature.of([walk]))


def find_kin(
    db: Session, *, account_id: UUID, signature: Signature, besides: UUID | None = None
) -> ProposalEvidence | None:
    """Return the evidence of the pending proposal that is most surely of the same problem, its proposal locked.

    One that a reviewer holds at this moment is passed over.
    """
    found = _candidates(db, account_id, signature, ProposalStatus.PENDING, ProposalEvidence.place.is_(None), besides)
    while (key := nearest(signature, found)) is not None:
        if _lock_pending(db, account_id, UUID(key)):
            return _evidence_of(db, account_id, UUID(key))
        del found[key]
    return None


def find_rejected(
    db: Session, *, account_id: UUID, walk: Walk, attachment: Attachment | None
) -> ProposalEvidence | None:
    """Return a rejected proposal for the same problem, at the same place of a flow where it was a branch."""
    there: ColumnElement[bool] = ProposalEvidence.place.is_(None)
    if attachment is not None:
        there = ProposalEvidence.place["attachment"] == attachment.to_document()
        first = next((at for at, step in enumerate(walk.steps) if step.built), len(walk.steps))
        walk = replace(walk, steps=walk.steps[first:])
    signature = Signature.of([walk])
    key = nearest(signature, _candidates(db, account_id, signature, ProposalStatus.REJECTED, there))
    return _evidence_of(db, account_id, UUID(key)) if key is not None else None


def list_pending_with(db: Session, *, account_id: UUID, session_id: str) -> Sequence[tuple[Proposal, ProposalEvidence]]:
    """Return the pending proposals into which a session is folded, with their evidence."""
    query = (
        select(Proposal, ProposalEvidence)
        .join(ProposalEvidence, _belongs())
        .join(
            ProposalWalk,
            and_(ProposalWalk.account_id == Proposal.account_id, ProposalWalk.proposal_id == Proposal.id),
        )
        .where(
            ProposalWalk.account_id == account_id,
            ProposalWalk.session_id == session_id,
            Proposal.status == ProposalStatus.PENDING,
        )
        .with_for_update(of=(Proposal, ProposalEvidence))
    )
    return [(proposal, evidence) for proposal, evidence in db.execute(query)]


def find_walk(db: Session, *, account_id: UUID, session_id: UUID) -> WalkRow | None:
    return db.get(WalkRow, (account_id, session_id))


def _candidates(
    db: Session,
    account_id: UUID,
    signature: Signature,
    status: ProposalStatus,
    there: ColumnElement[bool],
    besides: UUID | None = None,
) -> dict[str, Signature]:
    """Return the proposals that share the most telling words; a word counts the less, the more proposals have it.

    No more than POSTINGS proposals are read for a word, so that the cost does not grow with the account.
    """
    asked = select(func.unnest(literal(signature.terms, ARRAY(Text))).label("term")).subquery("asked")
    one_term = (
        select(ProposalTerm.proposal_id)
        .where(
            ProposalTerm.account_id == account_id,
            ProposalTerm.status == status,
            ProposalTerm.term == asked.c.term,
        )
        .limit(POSTINGS)
        .correlate(asked)
        .subquery("one_term")
    )
    counted = select(one_term.c.proposal_id, func.count().over().label("having")).lateral("counted")
    shared = (
        select(counted.c.proposal_id, func.sum(1.0 / counted.c.having).label("weight"))
        .select_from(asked)
        .join(counted, true())
        .group_by(counted.c.proposal_id)
        .order_by(column("weight").desc(), counted.c.proposal_id)
        .limit(CANDIDATES)
        .subquery("shared")
    )
    query = (
        select(ProposalEvidence.proposal_id, ProposalEvidence.signature)
        .join(shared, ProposalEvidence.proposal_id == shared.c.proposal_id)
        .where(ProposalEvidence.account_id == account_id, there)
    )
    if besides is not None:
        query = query.where(ProposalEvidence.proposal_id != besides)
    return {str(key): Signature.from_document(known) for key, known in db.execute(query)}


def _evidence_of(db: Session, account_id: UUID, proposal_id: UUID) -> ProposalEvidence:
    return db.get_one(ProposalEvidence, (account_id, proposal_id), options=[defer(ProposalEvidence.terms)])


def _lock_pending(db: Session, account_id: UUID, proposal_id: UUID) -> bool:
    """Lock a proposal unless somebody else has it or it is pending no longer."""
    query = select(Proposal.id).where(
        Proposal.account_id == account_id,
        Proposal.id == proposal_id,
        Proposal.status == ProposalStatus.PENDING,
    )
    return db.scalar(query.with_for_update(skip_locked=True)) is not None


def _belongs() -> ColumnElement[bool]:
    return and_(ProposalEvidence.account_id == Proposal.account_id, ProposalEvidence.proposal_id == Proposal.id)
