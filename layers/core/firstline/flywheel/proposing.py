"""Turning resolved sessions into proposals: a new one, or the one that many walks are folded into."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalSource, ProposalStatus, ProposalType
from firstline.db.models.walks import AnalysisStatus
from firstline.flows import queries as flow_queries
from firstline.flows.merging import diff
from firstline.flows.queries import LiveFlow
from firstline.flows.rules import Graph
from firstline.flywheel import measures, placing, reinforcing, rules, storing, wording
from firstline.flywheel.evidence import Outcome, Walk
from firstline.flywheel.folding import FoldState
from firstline.flywheel.likeness import Signature
from firstline.flywheel.rules import Attachment
from firstline.flywheel.sessions import EndedSession
from firstline.matching import service as matching
from firstline.outbox import service as outbox
from firstline.outbox.messages import EventHappened
from firstline.settings import settings

Done = tuple[AnalysisStatus, str]
_TRACKED = ProposalType.AUTO_REINFORCED


def propose(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Fold a session into the pending proposal of its problem, or make it a new one."""
    account_id = ended.row.account_id
    evidence = placing.find_home(db, account_id=account_id, walk=ended.evidence)
    if evidence is not None:
        return _fold_in(db, evidence, ended, at=at)
    return _make(db, ended, ProposalType.NEW_FLOW, at=at)


def propose_branch(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Fold a session that left its flow into the branch pending at that place, or propose the branch."""
    row = ended.row
    live = flow_queries.find_live(db, row.account_id, row.flow_id) if row.flow_id else None
    attachment = _attachment(ended, live.graph) if live else None
    if live is None or attachment is None:
        return propose(db, _without_flow(ended), at=at)
    if ended.is_walk:
        reinforcing.count_ways(db, ended)
    evidence = placing.find_branch(db, account_id=row.account_id, flow_id=live.flow_id, attachment=attachment)
    if evidence is not None:
        return _fold_in(db, evidence, ended, at=at)
    return _make(db, ended, ProposalType.BRANCH_ADDITION, live=live, attachment=attachment, at=at)


def support_draft(db: Session, ended: EndedSession, *, at: datetime) -> Done:
    """Count a helpful walk of a draft for the draft, and let the next call find it."""
    walk = ended.walk
    proposal = db.get(Proposal, (walk.account_id, walk.flow_proposal_id)) if walk.flow_proposal_id else None
    if proposal is None:
        return AnalysisStatus.SKIPPED, "The draft is gone."
    proposal.validated_by_outcome = True
    evidence = db.get(ProposalEvidence, (walk.account_id, proposal.id))
    if evidence is None or proposal.status != ProposalStatus.PENDING:
        return AnalysisStatus.COMPLETED, "The draft it walked is decided already."
    return _fold_in(db, evidence, ended, at=at)


def add_failure(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let a walk that ended without help count against the draft it walked; it never shapes the graph."""
    walk = ended.walk
    if walk.flow_proposal_id is None:
        return
    evidence = db.get(ProposalEvidence, (walk.account_id, walk.flow_proposal_id))
    proposal = db.get(Proposal, (walk.account_id, walk.flow_proposal_id))
    if evidence is not None and proposal is not None and proposal.status == ProposalStatus.PENDING:
        _add_walk(evidence, ended.evidence)
        _redraw(db, proposal, evidence, at=at)


def withdraw_success(db: Session, ended: EndedSession, *, at: datetime) -> None:
    """Let a ticket that came back count against every pending proposal its session stands behind."""
    session_id = str(ended.row.id)
    for proposal, evidence in placing.list_pending_with(db, account_id=ended.row.account_id, session_id=session_id):
        walks = storing.from_json(evidence.fold).walks.values()
        changed = [replace(walk, outcome=Outcome.FAILED) if walk.session_id == session_id else walk for walk in walks]
        _refold(evidence, changed)
        _redraw(db, proposal, evidence, at=at)
        helped = any(walk.outcome is Outcome.RESOLVED for walk in changed)
        proposal.validated_by_outcome = proposal.validated_by_outcome and helped


def release_session(db: Session, *, proposal: Proposal, session_id: str, at: datetime) -> bool:
    """Take a session's wording and evidence out of a proposal; False when nothing is left to stand on."""
    evidence = db.get(ProposalEvidence, (proposal.account_id, proposal.id))
    left = [known for known in proposal.supporting_session_ids if known != session_id]
    if evidence is None or not left:
        return False
    walks = storing.from_json(evidence.fold).walks.values()
    _refold(evidence, [walk for walk in walks if walk.session_id != session_id])
    proposal.supporting_session_ids, proposal.supporting_session_count = left, len(left)
    _point_at(db, proposal, left[0])
    _redraw(db, proposal, evidence, at=at)
    return True


def count_made_today(db: Session, *, account_id: UUID, at: datetime) -> int:
    """Count the proposals generated for an account on this UTC day; tracking rows do not count."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).where(
        Proposal.account_id == account_id,
        Proposal.created_at >= midnight,
        Proposal.proposal_type != _TRACKED,
        Proposal.source != ProposalSource.MANUAL_DRAFT,
    )
    return db.scalar(query) or 0


def _make(
    db: Session,
    ended: EndedSession,
    proposal_type: ProposalType,
    *,
    live: LiveFlow | None = None,
    attachment: Attachment | None = None,
    at: datetime,
) -> Done:
    row = ended.row
    rejected = placing.find_rejected(db, account_id=row.account_id, walk=ended.evidence, attachment=attachment)
    if rejected is not None and not _is_new_evidence(rejected, ended):
        return AnalysisStatus.SKIPPED, f"Proposal {rejected.proposal_id} for the same problem was rejected."
    if count_made_today(db, account_id=row.account_id, at=at) >= settings().proposals_per_day:
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
    place: dict[str, Any] | None = None
    if attachment is not None and live is not None:
        place = {"attachment": attachment.to_document(), "flow_name": live.name, "offsets": {}}
    evidence = ProposalEvidence(account_id=row.account_id, proposal_id=proposal.id, place=place, updated_at=at)
    db.add(evidence)
    _refold(evidence, [_placed(evidence, ended.evidence)])
    _redraw(db, proposal, evidence, at=at)
    _announce(db, proposal, at=at)
    return AnalysisStatus.COMPLETED, f"Proposed as {proposal.id}."


def _fold_in(db: Session, evidence: ProposalEvidence, ended: EndedSession, *, at: datetime) -> Done:
    proposal = db.get_one(Proposal, (evidence.account_id, evidence.proposal_id), with_for_update=True)
    session_id = str(ended.row.id)
    if session_id not in proposal.supporting_session_ids:
        proposal.supporting_session_ids = [*proposal.supporting_session_ids, session_id]
        proposal.supporting_session_count = len(proposal.supporting_session_ids)
        proposal.supported_at = at
    _add_walk(evidence, ended.evidence)
    _redraw(db, proposal, evidence, at=at)
    return AnalysisStatus.COMPLETED, f"Folded into proposal {proposal.id}."


def _add_walk(evidence: ProposalEvidence, walk: Walk) -> None:
    """Fold one more walk in: most are stood in the graph by one alignment, without folding the others anew."""
    placed = _placed(evidence, walk)
    state = storing.from_json(evidence.fold)
    if walk.session_id in state.walks:
        return _refold(evidence, [*(one for one in state.walks.values() if one.session_id != walk.session_id), placed])
    signature = Signature.from_document(evidence.signature).with_walk(placed)
    return _keep(evidence, state.add(placed), signature)


def _refold(evidence: ProposalEvidence, walks: Sequence[Walk]) -> None:
    _keep(evidence, FoldState.of(walks), Signature.of(walks))


def _keep(evidence: ProposalEvidence, state: FoldState, signature: Signature) -> None:
    evidence.fold = storing.to_json(state)
    evidence.signature = signature.to_document()
    evidence.terms = signature.terms


def _placed(evidence: ProposalEvidence, walk: Walk) -> Walk:
    """Return the part of a walk that belongs to a proposal: of a branch, what came after the flow was left."""
    if evidence.place is None:
        return walk
    offset = next((index for index, step in enumerate(walk.steps) if step.built), len(walk.steps))
    evidence.place = {**evidence.place, "offsets": {**evidence.place["offsets"], walk.session_id: offset}}
    return replace(walk, steps=walk.steps[offset:])


def _redraw(db: Session, proposal: Proposal, evidence: ProposalEvidence, *, at: datetime) -> None:
    """Draw the graph of all the walks behind a proposal and let everything that follows from them follow."""
    state = storing.from_json(evidence.fold)
    walks = sorted(state.walks.values(), key=lambda walk: walk.content_hash)
    told = [walk.opening for walk in walks if walk.outcome is Outcome.RESOLVED] or [walk.opening for walk in walks]
    if evidence.place is not None:
        _draw_branch(db, proposal, evidence.place, state)
        proposal.title = f"{evidence.place['flow_name']}: {wording.title_of(told, None)}"[:255]
    else:
        proposal.proposed_flow_data = _walked_only(state.folding().to_document(), walks, {})
        proposal.title = wording.title_of(told, proposal.category)
    proposal.description = wording.description_of(told)
    proposal.match_keywords = wording.keywords_of(told)
    measures.weigh(db, proposal, walks, at=at)
    evidence.updated_at = at
    proposal.revision += 1
    if proposal.validated_by_outcome and proposal.target_flow_id is None:
        _let_be_found(db, proposal, told, at=at)


def _draw_branch(db: Session, proposal: Proposal, place: dict[str, Any], state: FoldState) -> None:
    if proposal.target_flow_id is None or proposal.target_version is None:
        return
    attachment = Attachment.from_document(place["attachment"])
    base = flow_queries.get_numbered(db, proposal.account_id, proposal.target_flow_id, proposal.target_version)
    live = Graph.from_document(base.graph)
    walks = list(state.walks.values())
    document = _walked_only(state.folding().to_document(), walks, place["offsets"])
    if document["root"] is None:
        proposal.proposed_flow_data = live.to_document()
        return
    branch = Graph.from_document(document)
    grown = rules.graft(live, attachment, branch)
    sessions = sorted(walk.session_id for walk in walks if walk.outcome is Outcome.RESOLVED)
    entrance = {"from": attachment.node_id, "to": branch.root, "sessions": sessions, "resolved": len(sessions)}
    steps = {node["id"]: node["steps"] for node in document["nodes"]}
    proposal.proposed_flow_data = rules.with_evidence(grown.to_document(), [*document["edges"], entrance], steps)
    proposal.proposed_diff = {
        "attachment": attachment.to_document(),
        "base_version": proposal.target_version,
        "changes": [change.to_document() for change in diff(live, grown)],
    }


def _walked_only(document: dict[str, Any], walks: Sequence[Walk], offsets: dict[str, int]) -> dict[str, Any]:
    """Leave the ends out of the steps: they were served, not answered, and `walked_path` has no entry for them.

    `offsets` say at which entry of its `walked_path` a session's part begins.
    """
    answered = {
        (walk.session_id, index)
        for walk in walks
        for index, step in enumerate(walk.steps)
        if not (step.type.is_end and step.answer is None)
    }
    for node in document["nodes"]:
        node["steps"] = [
            {**step, "index": step["index"] + offsets.get(step["session_id"], 0)}
            for step in node["steps"]
            if (step["session_id"], step["index"]) in answered
        ]
    return document


def _attachment(ended: EndedSession, live: Graph) -> Attachment | None:
    """Return where the session left the flow: the flow's last own step, and how it was answered."""
    first = ended.left_at
    if not ended.is_walk:
        stuck = getattr(ended.row, "stuck_node_id", None)
        return rules.attachment_of(live, stuck, rules.UNSURE, None) if stuck else None
    left = ended.walk.left_flow or {}
    if not left or first is None:
        return None
    return rules.attachment_of(live, left["node_id"], left["answer"], left.get("note"))


def _without_flow(ended: EndedSession) -> EndedSession:
    steps = tuple(replace(step, built=True) for step in ended.evidence.steps)
    return replace(ended, evidence=replace(ended.evidence, steps=steps))


def _is_new_evidence(rejected: ProposalEvidence, ended: EndedSession) -> bool:
    """Tell whether more new sessions have come since a rejection than the rejected proposal stood on."""
    session_id = str(ended.row.id)
    stood_on = rejected.signature["sessions"]
    if session_id in stood_on:
        return False
    if session_id not in rejected.later_sessions:
        rejected.later_sessions = [*rejected.later_sessions, session_id]
    return len(rejected.later_sessions) > len(stood_on)


def _point_at(db: Session, proposal: Proposal, session_id: str) -> None:
    walk = placing.find_walk(db, account_id=proposal.account_id, session_id=UUID(session_id))
    proposal.l1_session_id = walk.id if walk is not None else None
    proposal.source_session_id = None if walk is not None else UUID(session_id)


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


def _announce(db: Session, proposal: Proposal, *, at: datetime) -> None:
    facts = {"title": proposal.title, "proposal_type": str(proposal.proposal_type)}
    event = EventHappened(account_id=proposal.account_id, event="proposal.pending", subject_id=proposal.id, facts=facts)
    outbox.put(db, event, at=at)
