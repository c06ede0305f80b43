"""Trying a proposal on history: every stored walk that meets its problem or flow, run through the draft."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from firstline.db.models import Proposal
from firstline.db.models import Walk as WalkRow
from firstline.db.models.walks import WalkKind, WalkStatus
from firstline.flows.rules import Graph
from firstline.flywheel.folding.replaying import ReplayEnd, Replayer, ReplayResult
from firstline.flywheel.sessions import read_walk
from firstline.proposals.queries import get_proposal

MOST_WALKS = 10_000
MOST_EXAMPLES = 50
_AT_A_TIME = 500


class ReplayedWalk(BaseModel):
    """A walk that would not have ended as it did: what was said, and which nodes it would have met."""

    session_id: UUID
    result: ReplayEnd
    problem: str
    path: list[str] = Field(description="Texts of the nodes met, in order")


class Trial(BaseModel):
    """How history fares in the draft: every walk counted once, those that differ shown."""

    walks: int
    truncated: bool
    results: dict[ReplayEnd, int]
    differing: list[ReplayedWalk]


def try_proposal(db: Session, *, account_id: UUID, proposal_id: UUID) -> Trial:
    """Replay history through a proposal's graph, newest walks first; raises NotFound."""
    proposal = get_proposal(db, account_id=account_id, proposal_id=proposal_id)
    document = proposal.proposed_flow_data
    graph = Graph.from_document(document) if document.get("nodes") else Graph(root="")
    standing = {
        (step["session_id"], step["index"]): node["id"]
        for node in document.get("nodes", ())
        for step in node.get("steps", ())
    }
    replayer = Replayer(graph, standing)
    counts: Counter[ReplayEnd] = Counter()
    differing: list[ReplayedWalk] = []
    for row in _history(db, proposal):
        walk = read_walk(row).evidence
        result = replayer.replay(walk)
        counts[result.end] += 1
        if result.end is not ReplayEnd.SAME_END and len(differing) < MOST_EXAMPLES:
            differing.append(_shown(row.id, walk.opening, result, graph))
    return Trial(
        walks=counts.total(),
        truncated=counts.total() >= MOST_WALKS,
        results={end: counts[end] for end in ReplayEnd},
        differing=differing,
    )


def _history(db: Session, proposal: Proposal) -> Iterator[WalkRow]:
    found = db.scalars(_walks_of(proposal).execution_options(yield_per=_AT_A_TIME))
    yield from found


def _walks_of(proposal: Proposal) -> Select[WalkRow]:
    supporting = WalkRow.id.in_([UUID(session_id) for session_id in proposal.supporting_session_ids])
    meets = (
        WalkRow.flow_id == proposal.target_flow_id
        if proposal.target_flow_id is not None
        else (WalkRow.flow_proposal_id == proposal.id)
    )
    return (
        select(WalkRow)
        .where(
            WalkRow.account_id == proposal.account_id,
            WalkRow.status == WalkStatus.RESOLVED,
            WalkRow.session_kind != WalkKind.ADHOC,
            WalkRow.helpful.is_(True),
            or_(supporting, meets),
        )
        .order_by(WalkRow.started_at.desc(), WalkRow.id)
        .limit(MOST_WALKS)
    )


def _shown(session_id: UUID, opening: str, result: ReplayResult, graph: Graph) -> ReplayedWalk:
    texts = [graph.by_id[node_id].text for node_id in result.path if node_id in graph.by_id]
    return ReplayedWalk(session_id=session_id, result=result.end, problem=opening, path=texts)
