"""The walks behind a proposal: taken in, kept, and drawn anew as one graph with its words and weights."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session, defer

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalStatus
from firstline.db.models.walks import AnalysisStatus
from firstline.flywheel import grafting, keeping, measures, placing, wording
from firstline.flywheel.folding.evidence import Outcome, Walk
from firstline.flywheel.folding.state import FoldState
from firstline.flywheel.grouping.signatures import Signature
from firstline.flywheel.sessions import EndedSession
from firstline.matching import service as matching

FIGURES = "figures"
Done = tuple[AnalysisStatus, str]


def fold_in(db: Session, evidence: ProposalEvidence, ended: EndedSession, *, at: datetime) -> Done:
    """Let a session stand behind a proposal, once, and draw the graph with it."""
    proposal = lock(db, evidence)
    support(proposal, [str(ended.row.id)], at=at)
    add_walk(db, proposal, evidence, ended.evidence, at=at)
    return AnalysisStatus.COMPLETED, f"Folded into proposal {proposal.id}."


def lock(db: Session, evidence: ProposalEvidence) -> Proposal:
    """Return the proposal of some evidence with its row locked; its graph, which is about to be drawn, is not read."""
    key = evidence.account_id, evidence.proposal_id
    return db.get_one(Proposal, key, with_for_update=True, options=[defer(Proposal.proposed_flow_data)])


def support(proposal: Proposal, session_ids: Sequence[str], *, at: datetime) -> None:
    """Add sessions to those that stand behind a proposal; each counts once."""
    fresh = [each for each in dict.fromkeys(session_ids) if each not in proposal.supporting_session_ids]
    if fresh:
        proposal.supporting_session_ids = [*proposal.supporting_session_ids, *fresh]
        proposal.supporting_session_count = len(proposal.supporting_session_ids)
        proposal.supported_at = at


def add_walk(db: Session, proposal: Proposal, evidence: ProposalEvidence, walk: Walk, *, at: datetime) -> None:
    """Fold one more walk in and draw the graph: most are stood in it by one alignment, the others not folded anew."""
    with db.no_autoflush:  # one write for each row, at the end
        placed = _placed(evidence, walk)
        state = keeping.load(db, evidence)
        known = placed.session_id in state.register.walks
        state = keeping.add_walk(db, evidence, state, placed)
        before = Signature.from_document(evidence.signature)
        after = Signature.of(state.walks.values()) if known else before.with_walk(placed)
        evidence.signature = after.to_document()
        if after.terms != before.terms:
            evidence.terms = after.terms
        draw(db, proposal, evidence, state, at=at)


def begin(db: Session, proposal: Proposal, evidence: ProposalEvidence, walk: Walk, *, at: datetime) -> None:
    """Fold and draw the first walk of a proposal."""
    draw(db, proposal, evidence, refold(db, evidence, [_placed(evidence, walk)]), at=at)


def refold(db: Session, evidence: ProposalEvidence, walks: Sequence[Walk]) -> FoldState:
    """Fold walks anew, and keep no other; of a branch, each is the part of a walk that came after its flow was left."""
    signature = Signature.of(walks)
    evidence.signature, evidence.terms = signature.to_document(), signature.terms
    return keeping.refold(db, evidence, walks)


def walks_of(db: Session, evidence: ProposalEvidence) -> list[Walk]:
    """Return the walks folded into a proposal, whole."""
    return list(keeping.load(db, evidence).walks.values())


def draw(db: Session, proposal: Proposal, evidence: ProposalEvidence, state: FoldState, *, at: datetime) -> None:
    """Draw the graph of all the walks behind a proposal and let everything that follows from them follow."""
    walks = state.outlines()
    told = [walk.opening for walk in walks if walk.outcome is Outcome.RESOLVED] or [walk.opening for walk in walks]
    typical = wording.most_typical(told)
    answered = {walk.session_id: walk.answered for walk in walks}  # `walked_path` has no entry for what was only served
    document = state.folding().to_document(answered, (evidence.place or {}).get("offsets", {}))
    if evidence.place is not None:
        grafting.draw(db, proposal, evidence.place, document, state)
        proposal.title = f"{evidence.place['flow_name']}: {wording.title_of(typical, None)}"[:255]
    else:
        proposal.proposed_flow_data = document
        proposal.title = wording.title_of(typical, proposal.category)
    proposal.description = wording.description_of(typical, len(told))
    proposal.match_keywords = wording.keywords_of(told)
    measures.weigh(db, proposal, walks, at=at)
    evidence.updated_at = at
    proposal.revision += 1
    is_draft = proposal.status == ProposalStatus.PENDING and proposal.target_flow_id is None
    if is_draft and proposal.validated_by_outcome:
        _let_be_found(db, proposal, told, at=at)


def is_told_by_figures(evidence: ProposalEvidence) -> bool:
    """Tell whether a proposal stands on a flow's statistics: its graph is not drawn from walks."""
    return evidence.place is not None and evidence.place.get("kind") == FIGURES


def point_at(db: Session, proposal: Proposal, session_id: str) -> None:
    """Name a walk or an AI session as the one source a proposal row refers to."""
    walk = placing.find_walk(db, account_id=proposal.account_id, session_id=UUID(session_id))
    proposal.l1_session_id = walk.id if walk is not None else None
    proposal.source_session_id = None if walk is not None else UUID(session_id)


def _placed(evidence: ProposalEvidence, walk: Walk) -> Walk:
    """Return the part of a walk that belongs to a proposal: of a branch, what came after the flow was left."""
    if evidence.place is None or "attachment" not in evidence.place:
        return walk
    offset = next((index for index, step in enumerate(walk.steps) if step.built), len(walk.steps))
    evidence.place = {**evidence.place, "offsets": {**evidence.place["offsets"], walk.session_id: offset}}
    return replace(walk, steps=walk.steps[offset:])


def _let_be_found(db: Session, proposal: Proposal, told: Sequence[str], *, at: datetime) -> None:
    matching.index_proposal(
        db,
        account_id=proposal.account_id,
        proposal_id=proposal.id,
        title=proposal.title,
        description=proposal.description or "",
        keywords=proposal.match_keywords,
        symptoms=sorted(told)[:20],
        at=at,
    )
