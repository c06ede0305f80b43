"""How a flow fares, way by way: success, where walks stick, and which question should come earlier."""

from collections.abc import Sequence
from typing import Any

from firstline.analytics.schemas import EdgeQuality, FlowQuality, OrderAdvice, StuckNode
from firstline.analytics.sums import Sums, share
from firstline.flows.reordering import Advice, advise, expected_questions
from firstline.flows.rules import Graph, NodeType

UNSURE = "unsure"


def describe_flow(counts: Any, live: Any | None, edges: Sequence[Any], stuck: Sequence[Any]) -> FlowQuality:
    """Put a flow's counts together; `live` is its published version, None where it was archived."""
    graph = Graph.from_document(live.graph) if live is not None else None
    frequencies = {(edge.node_id, edge.answer): _taken(edge) for edge in edges}
    sums = Sums()
    sums.add(counts)
    return FlowQuality(
        **sums.outcomes(),
        flow_id=counts.flow_id,
        name=live.name if live is not None else None,
        version=live.version if live is not None else None,
        expected_questions=round(expected_questions(graph, frequencies), 4) if graph else None,
        edges=[_edge(edge, graph) for edge in edges],
        stuck_nodes=_stuck_nodes(graph, edges, stuck),
        advice=_advice(advise(graph, frequencies)) if graph else None,
    )


def _edge(edge: Any, graph: Graph | None) -> EdgeQuality:
    taken = _taken(edge)
    way = graph.way(edge.node_id, edge.answer or None) if graph else None
    return EdgeQuality(
        node_id=edge.node_id,
        text=_text(graph, edge.node_id),
        answer=edge.answer or None,
        label=way.condition.label if way and way.condition else None,
        taken=taken,
        resolved=edge.resolved,
        failed=edge.failed,
        escalated=edge.escalated,
        abandoned=edge.abandoned,
        success_rate=share(edge.resolved, taken),
        mean_seconds=share(edge.seconds, taken),
    )


def _stuck_nodes(graph: Graph | None, edges: Sequence[Any], stuck: Sequence[Any]) -> list[StuckNode]:
    """Return the nodes walks did not go on from, worst first; an authored escalation is no place to stick."""
    unsure = {edge.node_id: edge.unsure for edge in edges if edge.answer == UNSURE}
    there = {row.node_id: row for row in stuck if row.node_id is not None and not _hands_over(graph, row.node_id)}
    found = [
        StuckNode(
            node_id=node_id,
            text=_text(graph, node_id),
            escalated=there[node_id].escalated if node_id in there else 0,
            abandoned=there[node_id].abandoned if node_id in there else 0,
            unsure=unsure.get(node_id, 0),
        )
        for node_id in there.keys() | unsure.keys()
    ]
    return sorted(found, key=lambda node: (-(node.escalated + node.abandoned + node.unsure), node.node_id))


def _hands_over(graph: Graph | None, node_id: str) -> bool:
    node = graph.by_id.get(node_id) if graph else None
    return node is not None and node.type is NodeType.ESCALATE


def _advice(advice: Advice | None) -> OrderAdvice | None:
    if advice is None:
        return None
    return OrderAdvice(
        order=list(advice.order),
        better_order=list(advice.better_order),
        expected_questions_now=round(advice.expected_now, 4),
        expected_questions_then=round(advice.expected_then, 4),
        saving=round(advice.saving, 4),
        walks=advice.walks,
    )


def _text(graph: Graph | None, node_id: str) -> str | None:
    node = graph.by_id.get(node_id) if graph else None
    return node.text if node else None


def _taken(edge: Any) -> int:
    taken: int = edge.resolved + edge.failed + edge.escalated + edge.abandoned
    return taken
