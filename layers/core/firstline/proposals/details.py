"""A proposal with all that a reviewer needs to understand it: nothing has to be looked up elsewhere."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.db.models import Proposal
from firstline.flows import queries as flow_queries
from firstline.flows.rules import Graph, NodeType, problems
from firstline.flows.statistics import UNSURE
from firstline.proposals.queries import get_proposal
from firstline.proposals.repairs import suggest
from firstline.proposals.rules import as_errors
from firstline.proposals.schemas import (
    Contradiction,
    EdgeEvidence,
    EdgeWalk,
    EvidenceSession,
    ProposalDetail,
    ProposalSummary,
    SetAside,
    StuckNode,
)
from firstline.proposals.sticking import Sticking, count_sticking
from firstline.proposals.supporting import list_sessions

_SHOWN = 20  # walks named at an edge, newest first; `sessions` of the edge in the graph names all
Document = Mapping[str, Any]


def describe_proposal(db: Session, *, account_id: UUID, proposal_id: UUID) -> ProposalDetail:
    """Return a proposal's graph, what is wrong with it, and the evidence at each node and edge; raises NotFound."""
    row = get_proposal(db, account_id=account_id, proposal_id=proposal_id)
    document = row.proposed_flow_data
    graph = Graph.from_document(document) if document.get("nodes") else Graph(root="")
    sessions = list_sessions(db, account_id=account_id, session_ids=_all_sessions(row))
    return ProposalDetail(
        **ProposalSummary.of(row).model_dump(),
        source_session_id=row.source_session_id,
        l1_session_id=row.l1_session_id,
        target_version=row.target_version,
        match_keywords=row.match_keywords,
        proposed_flow_data=document,
        proposed_diff=row.proposed_diff,
        supporting_session_ids=[UUID(session_id) for session_id in row.supporting_session_ids],
        reviewed_by=row.reviewed_by,
        reviewer_notes=row.reviewer_notes,
        linked_ticket_id=row.linked_ticket_id,
        linked_ticket_kind=row.linked_ticket_kind,
        figures=row.figures,
        problems=as_errors(problems(graph)) if document.get("nodes") else [],
        suggested_edit=suggest(document),
        edges=list(_edges(document, sessions)),
        stuck=_stuck(db, row, graph, sessions),
        contradictions=list(_contradictions(document)),
        set_aside=[SetAside.model_validate(found) for found in document.get("set_aside", ())],
        evidence=sessions,
    )


def _all_sessions(row: Proposal) -> list[UUID]:
    """Return the sessions that support a proposal, and those that are named in its graph without supporting it."""
    named = [session for edge in row.proposed_flow_data.get("edges", ()) for session in edge.get("sessions", ())]
    stood = [step["session_id"] for node in row.proposed_flow_data.get("nodes", ()) for step in node.get("steps", ())]
    aside = [session for found in row.proposed_flow_data.get("set_aside", ()) for session in found["sessions"]]
    return [UUID(session_id) for session_id in dict.fromkeys([*row.supporting_session_ids, *named, *stood, *aside])]


def _edges(document: Document, sessions: Sequence[EvidenceSession]) -> Iterator[EdgeEvidence]:
    texts = {node["id"]: node["text"] for node in document.get("nodes", ())}
    by_id = {str(session.session_id): session for session in sessions}
    for edge in document.get("edges", ()):
        took = [by_id[session_id] for session_id in edge.get("sessions", ()) if session_id in by_id]
        took.sort(key=lambda session: (session.ended_at is not None, session.ended_at), reverse=True)
        condition = edge.get("condition") or {}
        yield EdgeEvidence(
            from_id=edge["from"],
            from_text=texts.get(edge["from"], ""),
            answer=condition.get("key"),
            answer_label=condition.get("label"),
            to_id=edge["to"],
            to_text=texts.get(edge["to"], ""),
            resolved=edge.get("resolved", 0),
            failed=edge.get("failed", 0),
            inferred=edge.get("inferred", False),
            walks=[EdgeWalk.model_validate(session, from_attributes=True) for session in took[:_SHOWN]],
        )


def _stuck(db: Session, row: Proposal, graph: Graph, sessions: Sequence[EvidenceSession]) -> list[StuckNode]:
    """Return the nodes at which callers got stuck: of a published flow by its statistics, else by the walks folded."""
    found = dict(_stuck_in_walks(row.proposed_flow_data, sessions))
    live = flow_queries.find_live(db, row.account_id, row.target_flow_id) if row.target_flow_id else None
    if live is not None:
        found |= count_sticking(db, account_id=row.account_id, flow_id=live.flow_id, graph=live.graph)
    nodes = {**(dict(live.graph.by_id) if live else {}), **graph.by_id}
    return [
        StuckNode(
            node_id=node_id, text=nodes[node_id].text, is_failing=one.is_failing(nodes[node_id].type), **asdict(one)
        )
        for node_id, one in found.items()
        if node_id in nodes and one.walks > 0 and _is_stuck(one, nodes[node_id].type)
    ]


def _is_stuck(one: Sticking, node_type: NodeType) -> bool:
    return bool(one.unsure or one.given_up) or (
        node_type is not NodeType.DECISION and bool(one.failed or one.escalated or one.abandoned)
    )


def _stuck_in_walks(document: Document, sessions: Sequence[EvidenceSession]) -> Iterator[tuple[str, Sticking]]:
    by_id = {str(session.session_id): session for session in sessions}
    given_up = _given_up(document, by_id)
    for node in document.get("nodes", ()):
        steps = [step for step in node.get("steps", ()) if step["session_id"] in by_id]
        ends = Counter(by_id[step["session_id"]].outcome for step in steps)
        yield (
            node["id"],
            Sticking(
                walks=len(steps) + given_up[node["id"]],
                unsure=sum(_answered(by_id[step["session_id"]], step["index"]) == UNSURE for step in steps),
                given_up=given_up[node["id"]],
                failed=ends["failed"] + ends["reopened"],
                escalated=ends["escalated"],
                abandoned=ends["abandoned"],
            ),
        )


def _given_up(document: Document, sessions: Mapping[str, EvidenceSession]) -> Counter[str]:
    """Count the walks given up at each node: where the last answer led that was given."""
    led = {(edge["from"], (edge.get("condition") or {}).get("key")): edge["to"] for edge in document.get("edges", ())}
    found: Counter[str] = Counter()
    for node in document.get("nodes", ()):
        for step in node.get("steps", ()):
            session = sessions.get(step["session_id"])
            if session is None or session.outcome not in ("escalated", "abandoned"):
                continue
            if step["index"] == len(session.path) - 1:
                found[led.get((node["id"], session.path[-1].answer), node["id"])] += 1
    return found


def _answered(session: EvidenceSession, index: int) -> str | None:
    return session.path[index].answer if index < len(session.path) else None


def _contradictions(document: Document) -> list[Contradiction]:
    """Return the places where equal answers led on to different things, drawn in the graph or only told beside it."""
    texts = {node["id"]: node["text"] for node in document.get("nodes", ())}
    ways: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for edge in document.get("edges", ()):
        key = (edge.get("condition") or {}).get("key")
        found = {"to": edge["to"], "text": texts.get(edge["to"], ""), "sessions": edge.get("sessions", [])}
        ways.setdefault((edge["from"], key), []).append(found)
    drawn = {place: found for place, found in ways.items() if len(found) > 1}
    for told in document.get("contradictions", ()):
        place = told["node_id"], told["answer"]
        known = drawn.setdefault(place, list(ways.get(place, ())))
        shown = {way["text"] for way in known}
        known += [{"to": None, **way} for way in told["ways"] if way["text"] not in shown]
    return [
        Contradiction(node_id=node_id, text=texts.get(node_id, ""), answer=answer, ways=found)
        for (node_id, answer), found in drawn.items()
        if len(found) > 1
    ]
