"""A drawn fold: nodes and ways with the sessions behind them, and beside them what they do not show."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from firstline.flows.rules import Condition, NodeType

_NONE: Mapping[str, int] = MappingProxyType({})
StepRef = tuple[str, int]  # session id, index in its walked path


@dataclass(frozen=True, slots=True)
class FoldedNode:
    id: str
    type: NodeType
    text: str
    help: str | None = None
    needs_review: bool = False
    steps: tuple[StepRef, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldedEdge:
    source: str
    target: str
    condition: Condition | None
    sessions: tuple[str, ...] = ()
    resolved: int = 0
    failed: int = 0
    inferred: bool = False  # no walk went straight this way: the order is a vote of walks that left something out


@dataclass(frozen=True, slots=True)
class Contradiction:
    """After the same answer at one node, walks went on to different things; the one most stood in is drawn."""

    node_id: str
    condition: Condition | None
    ways: tuple[tuple[str, tuple[str, ...]], ...]  # wording of what came next, its sessions; most walked first


@dataclass(frozen=True, slots=True)
class SetAside:
    """Walks the graph does not follow to their end: from which node on, under which answer, and what they did there."""

    node_id: str | None  # None: none of their steps is drawn
    condition: Condition | None
    asked: str  # what came next
    ended: str
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folding:
    """A proposal's graph, and beside it what walks did that it does not show."""

    root: str | None
    nodes: tuple[FoldedNode, ...] = ()
    edges: tuple[FoldedEdge, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    def to_document(self, answered: Mapping[str, int] = _NONE, offsets: Mapping[str, int] = _NONE) -> dict[str, Any]:
        """Return the form of `proposed_flow_data`: flow JSON with the evidence on nodes and edges.

        Contradictions and what is set aside are members of their own, where there are any. Of a session named in
        `answered` no more than that many steps are told; its `offsets` tells at which step of its walk it begins.
        """
        document: dict[str, Any] = {
            "root": self.root,
            "nodes": [_node_document(node, answered, offsets) for node in self.nodes],
            "edges": [_edge_document(edge) for edge in self.edges],
        }
        if self.contradictions:
            document["contradictions"] = [_contradiction_document(found) for found in self.contradictions]
        if self.set_aside:
            document["set_aside"] = [_set_aside_document(found) for found in self.set_aside]
        return document


def _node_document(node: FoldedNode, answered: Mapping[str, int], offsets: Mapping[str, int]) -> dict[str, Any]:
    document: dict[str, Any] = {"id": node.id, "type": node.type.value, "text": node.text}
    if node.help:
        document["help"] = node.help
    if node.needs_review:
        document["needs_review"] = True
    document["steps"] = [
        {"session_id": session, "index": index + offsets.get(session, 0)}
        for session, index in node.steps
        if index < answered.get(session, index + 1)
    ]
    return document


def _edge_document(edge: FoldedEdge) -> dict[str, Any]:
    document: dict[str, Any] = {"from": edge.source, "to": edge.target}
    if edge.condition:
        document["condition"] = {"key": edge.condition.key, "label": edge.condition.label}
    if edge.inferred:
        document["inferred"] = True
    return document | {"sessions": list(edge.sessions), "resolved": edge.resolved, "failed": edge.failed}


def _contradiction_document(found: Contradiction) -> dict[str, Any]:
    ways = [{"text": text, "sessions": list(sessions)} for text, sessions in found.ways]
    return {"node_id": found.node_id, "answer": found.condition.key if found.condition else None, "ways": ways}


def _set_aside_document(found: SetAside) -> dict[str, Any]:
    return {
        "node_id": found.node_id,
        "answer": found.condition.key if found.condition else None,
        "asked": found.asked,
        "ended": found.ended,
        "sessions": list(found.sessions),
    }
