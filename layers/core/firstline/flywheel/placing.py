"""Which pending proposal a session belongs to: found by its rarest words, decided by how the problems compare."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, and_, bindparam, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models import Walk as WalkRow
from firstline.db.models.proposals import ProposalStatus
from firstline.flywheel import stored
from firstline.flywheel.evidence import Walk
from firstline.flywheel.rules import Attachment
from firstline.flywheel.similarity import content_words

CANDIDATES = 40
_TERMS_KEPT = 400
_TERMS_ASKED = 60
SAME_PROBLEM = 0.45


def find_home(db: Session, *, account_id: UUID, walk: Walk, target_flow_id: UUID | None) -> ProposalEvidence | None:
    """Return the pending proposal for the same problem, or None."""
    found = _candidates(db, account_id, walk, ProposalStatus.PENDING, target_flow_id)
    return _best(walk, found)


def find_rejected(
    db: Session, *, account_id: UUID, walk: Walk, attachment: Attachment | None
) -> ProposalEvidence | None:
    """Return a rejected proposal for the same problem, at the same place of a flow where it was a branch."""
    found = _candidates(db, account_id, walk, ProposalStatus.REJECTED, None, any_target=True)
    place = attachment.to_document() if attachment else None
    return _best(walk, [evidence for evidence in found if evidence.state.get("attachment") == place])


def find_branch(db: Session, *, account_id: UUID, flow_id: UUID, attachment: Attachment) -> ProposalEvidence | None:
    """Return the branch that is pending at the same place of the same flow."""
    query = _of_proposals(account_id, ProposalStatus.PENDING).where(Proposal.target_flow_id == flow_id)
    for evidence in db.scalars(query.with_for_update(of=ProposalEvidence)):
        if "attachment" not in evidence.state:
            continue
        pending = Attachment.from_document(evidence.state["attachment"])
        if (pending.node_id, pending.condition.key) == (attachment.node_id, attachment.condition.key):
            return evidence
    return None


def list_pending_with(db: Session, *, account_id: UUID, session_id: str) -> Sequence[tuple[Proposal, ProposalEvidence]]:
    """Return the pending proposals a session stands behind, with their evidence."""
    query = (
        select(Proposal, ProposalEvidence)
        .join(
            ProposalEvidence,
            and_(ProposalEvidence.account_id == Proposal.account_id, ProposalEvidence.proposal_id == Proposal.id),
        )
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


def terms_of(walks: Iterable[Walk]) -> list[str]:
    """Return the words that find a problem's proposal again."""
    words = {word for walk in walks for text in _texts(walk) for word in content_words(text)}
    return sorted(words)[:_TERMS_KEPT]


def _candidates(
    db: Session,
    account_id: UUID,
    walk: Walk,
    status: ProposalStatus,
    target_flow_id: UUID | None,
    *,
    any_target: bool = False,
) -> Sequence[ProposalEvidence]:
    asked = bindparam("asked", terms_of([walk])[:_TERMS_ASKED], type_=ARRAY(Text))
    query = _of_proposals(account_id, status).where(ProposalEvidence.terms.op("?|")(asked))
    if not any_target:
        query = query.where(Proposal.target_flow_id.is_not_distinct_from(target_flow_id))
    query = query.where(Proposal.category.is_not_distinct_from(walk.category))
    recent = query.order_by(Proposal.supported_at.desc(), Proposal.id).limit(CANDIDATES)
    return db.scalars(recent.with_for_update(of=ProposalEvidence)).all()


def _best(walk: Walk, found: Iterable[ProposalEvidence]) -> ProposalEvidence | None:
    scored = [(_likeness(walk, evidence), str(evidence.proposal_id), evidence) for evidence in found]
    score, _, evidence = max(scored, key=lambda one: one[:2], default=(0.0, "", None))
    return evidence if score >= SAME_PROBLEM else None


def _likeness(walk: Walk, evidence: ProposalEvidence) -> float:
    known = [stored.from_document(document) for document in evidence.state["walks"]]
    asked = {frozenset(content_words(step.text)) for other in known for step in other.steps}
    mine = [frozenset(content_words(step.text)) for step in walk.steps]
    shared = sum(max((_overlap(words, other) for other in asked), default=0.0) for words in mine) / max(len(mine), 1)
    told = frozenset(word for other in known for word in content_words(other.opening))
    opening = frozenset(content_words(walk.opening))
    return 0.7 * shared + 0.3 * (len(opening & told) / max(len(opening), 1))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _texts(walk: Walk) -> list[str]:
    return [walk.opening, *(step.text for step in walk.steps)]


def _of_proposals(account_id: UUID, status: ProposalStatus) -> Select[ProposalEvidence]:
    return (
        select(ProposalEvidence)
        .join(
            Proposal,
            and_(ProposalEvidence.account_id == Proposal.account_id, ProposalEvidence.proposal_id == Proposal.id),
        )
        .where(ProposalEvidence.account_id == account_id, Proposal.status == status)
    )
