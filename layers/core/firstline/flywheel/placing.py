"""Which pending proposal a session belongs to: found by telling words, decided by how the problems compare."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models import Walk as WalkRow
from firstline.db.models.proposals import ProposalStatus
from firstline.flywheel import signatures
from firstline.flywheel.evidence import Walk
from firstline.flywheel.grouping import CANDIDATES, JOIN, Library, assign, telling
from firstline.flywheel.rules import Attachment
from firstline.flywheel.signatures import Group

_TERMS_KEPT = 600
_TERMS_ASKED = 200


def find_home(db: Session, *, account_id: UUID, walk: Walk) -> ProposalEvidence | None:
    """Return the pending proposal for the same problem, or None."""
    found = _candidates(db, account_id, Group.of(walk), ProposalStatus.PENDING)
    return _home(walk, [evidence for evidence in found if evidence.place is None])


def find_rejected(
    db: Session, *, account_id: UUID, walk: Walk, attachment: Attachment | None
) -> ProposalEvidence | None:
    """Return a rejected proposal for the same problem, at the same place of a flow where it was a branch."""
    found = _candidates(db, account_id, Group.of(walk), ProposalStatus.REJECTED)
    place = attachment.to_document() if attachment else None
    return _home(walk, [evidence for evidence in found if (evidence.place or {}).get("attachment") == place])


def find_kin(db: Session, *, evidence: ProposalEvidence) -> ProposalEvidence | None:
    """Return another pending proposal that has turned out to be about the same problem, or None."""
    group = signatures.from_document(evidence.signature)
    found = _candidates(db, evidence.account_id, group, ProposalStatus.PENDING)
    others = [one for one in found if one.place is None and one.proposal_id != evidence.proposal_id]
    library = _library([*others, evidence])
    mine = library.members[str(evidence.proposal_id)]
    scored = [(mine.kinship(library.members[str(one.proposal_id)]).score, str(one.proposal_id), one) for one in others]
    score, _, kin = max(scored, key=lambda one: one[:2], default=(0.0, "", None))
    return kin if score > JOIN else None


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


def signature_of(walks: Iterable[Walk]) -> Group | None:
    """Sum up walks that are known to be about one problem."""
    total: Group | None = None
    for walk in sorted(walks, key=lambda walk: walk.content_hash):
        total = Group.of(walk) if total is None else joined(total, Group.of(walk))
    return total


def joined(one: Group, two: Group) -> Group:
    """Return two groups of one problem as one, their same questions paired."""
    library = Library.of([("one", one), ("two", two)])
    same = library.members["one"].kinship(library.members["two"]).same
    return one.joined(two, same)


def terms_of(group: Group) -> list[str]:
    """Return the words that find a problem's proposal again."""
    return sorted(telling(group))[:_TERMS_KEPT]


def _candidates(db: Session, account_id: UUID, group: Group, status: ProposalStatus) -> Sequence[ProposalEvidence]:
    """Return the proposals that share the most telling words with a group, their evidence locked."""
    asked = literal(terms_of(group)[:_TERMS_ASKED], ARRAY(Text))
    known = func.unnest(ProposalEvidence.terms).table_valued("term").render_derived()
    shared = select(func.count()).select_from(known).where(known.c.term == any_(asked)).scalar_subquery()
    query = _of_proposals(account_id, status).where(ProposalEvidence.terms.overlap(asked))
    nearest = query.order_by(shared.desc(), Proposal.id).limit(CANDIDATES)
    return db.scalars(nearest.with_for_update(of=ProposalEvidence)).all() if telling(group) else []


def _home(walk: Walk, found: Sequence[ProposalEvidence]) -> ProposalEvidence | None:
    key = assign(walk, _library(found))
    return next((evidence for evidence in found if str(evidence.proposal_id) == key), None)


def _library(found: Iterable[ProposalEvidence]) -> Library:
    return Library.of((str(one.proposal_id), signatures.from_document(one.signature)) for one in found)


def _of_proposals(account_id: UUID, status: ProposalStatus) -> Select[ProposalEvidence]:
    return (
        select(ProposalEvidence)
        .join(Proposal, _belongs())
        .where(ProposalEvidence.account_id == account_id, Proposal.status == status)
    )


def _belongs() -> ColumnElement[bool]:
    return and_(ProposalEvidence.account_id == Proposal.account_id, ProposalEvidence.proposal_id == Proposal.id)
