"""Changes of published flows as proposals: where sessions left a flow, and the flow with what they did there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal, ProposalEvidence
from firstline.db.models.proposals import ProposalStatus, ProposalType
from firstline.flows import queries as flow_queries
from firstline.flows.merging import diff
from firstline.flows.rules import Graph
from firstline.flywheel import rules
from firstline.flywheel.folding.evidence import Outcome, Walk
from firstline.flywheel.folding.following import follow
from firstline.flywheel.folding.register import Outline
from firstline.flywheel.folding.state import FoldState
from firstline.flywheel.reworking import rework
from firstline.flywheel.rules import Attachment
from firstline.flywheel.sessions import EndedSession
from firstline.proposals.sticking import find_failing

REWORK = "rework"


def attachment_of(ended: EndedSession, live: Graph) -> Attachment | None:
    """Return where the session left the flow: the flow's last own step, and how it was answered."""
    if not ended.is_walk:
        stuck = getattr(ended.row, "stuck_node_id", None)
        return rules.attachment_of(live, stuck, rules.UNSURE, None) if stuck else None
    left = ended.walk.left_flow or {}
    if not left or ended.left_at is None:
        return None
    return rules.attachment_of(live, left["node_id"], left["answer"], left.get("note"))


def find_branch(db: Session, *, account_id: UUID, flow_id: UUID, attachment: Attachment) -> ProposalEvidence | None:
    """Return the branch that is pending at the same place of the same flow."""
    query = _of_flow(account_id, flow_id, ProposalType.BRANCH_ADDITION, ProposalStatus.PENDING)
    for evidence in db.scalars(query.with_for_update(of=ProposalEvidence)):
        pending = Attachment.from_document((evidence.place or {})["attachment"])
        if (pending.node_id, pending.condition.key) == (attachment.node_id, attachment.condition.key):
            return evidence
    return None


def find_rework(
    db: Session, *, account_id: UUID, flow_id: UUID, status: ProposalStatus = ProposalStatus.PENDING
) -> ProposalEvidence | None:
    """Return what walks departing in several ways have made of a flow, the newest."""
    query = _of_flow(account_id, flow_id, ProposalType.ENHANCEMENT, status)
    query = query.where(ProposalEvidence.place["kind"].as_string() == REWORK).order_by(Proposal.created_at.desc())
    return db.scalars(query.limit(1).with_for_update(of=ProposalEvidence)).first()


def draw(db: Session, proposal: Proposal, place: Mapping[str, Any], document: dict[str, Any], state: FoldState) -> None:
    """Draw the changed flow on the version it was made against; `document` is the fold of the walks' own parts."""
    if proposal.target_flow_id is None or proposal.target_version is None:
        return
    base = flow_queries.get_numbered(db, proposal.account_id, proposal.target_flow_id, proposal.target_version)
    live = Graph.from_document(base.graph)
    if place.get("kind") == REWORK:
        _draw_rework(db, proposal, live, list(state.walks.values()))
    else:
        _draw_branch(proposal, live, Attachment.from_document(place["attachment"]), document, state.outlines())


def _of_flow(account_id: UUID, flow_id: UUID, kind: ProposalType, status: ProposalStatus) -> Select[ProposalEvidence]:
    belongs = (ProposalEvidence.account_id == Proposal.account_id) & (ProposalEvidence.proposal_id == Proposal.id)
    return (
        select(ProposalEvidence)
        .join(Proposal, belongs)
        .where(
            Proposal.account_id == account_id,
            Proposal.target_flow_id == flow_id,
            Proposal.status == status,
            Proposal.proposal_type == kind,
        )
    )


def _draw_branch(
    proposal: Proposal, live: Graph, attachment: Attachment, document: dict[str, Any], walks: Sequence[Outline]
) -> None:
    if document["root"] is None:
        proposal.proposed_flow_data = live.to_document()
        return
    branch = Graph.from_document(document)
    grown = rules.graft(live, attachment, branch)
    aside = {
        session for found in document.get("set_aside", ()) if not found["node_id"] for session in found["sessions"]
    }
    resolved = {walk.session_id for walk in walks if walk.outcome is Outcome.RESOLVED}
    sessions = sorted(resolved - aside)
    entrance = {"from": attachment.node_id, "to": branch.root, "sessions": sessions, "resolved": len(sessions)}
    steps = {node["id"]: node["steps"] for node in document["nodes"]}
    drawn = rules.with_evidence(grown.to_document(), [*document["edges"], entrance], steps)
    proposal.proposed_flow_data = drawn | rules.beside(document, attachment, sessions)
    proposal.proposed_diff = {
        "attachment": attachment.to_document(),
        "base_version": proposal.target_version,
        "changes": [change.to_document() for change in diff(live, grown)],
    }


def _draw_rework(db: Session, proposal: Proposal, live: Graph, walks: Sequence[Walk]) -> None:
    assert proposal.target_flow_id is not None  # noqa: S101  `draw` has looked
    failing = find_failing(db, account_id=proposal.account_id, flow_id=proposal.target_flow_id, graph=live)
    courses = [follow(live, walk) for walk in walks if walk.outcome is Outcome.RESOLVED]
    reworked = rework(live, courses, failing)
    document = rules.with_evidence(reworked.graph.to_document(), reworked.evidence, reworked.steps)
    document |= {name: found for name, found in reworked.beside.items() if found}
    published = {(edge.source, edge.target, edge.condition) for edge in live.edges}
    for edge, written in zip(reworked.graph.edges, document["edges"], strict=True):
        written["published"] = (edge.source, edge.target, edge.condition) in published
    proposal.proposed_flow_data = document
    proposal.proposed_diff = {
        "kind": REWORK,
        "base_version": proposal.target_version,
        "changes": [change.to_document() for change in diff(live, reworked.graph)],
        "departures": list(reworked.departures),
        "rewordings": [
            {"node_id": one.node_id, "before": one.before, "after": one.after, "sessions": list(one.sessions)}
            for one in reworked.rewordings
        ],
    }
