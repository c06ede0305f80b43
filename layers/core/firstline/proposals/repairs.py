"""The nearest publishable form of a proposed graph, offered to the reviewer as a starting point for an edit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from firstline.flows.rules import MAX_ID, Condition, Edge, Graph, Node, NodeType

NOT_WALKED = "Escalate: no call has gone this way yet."
SOMETHING_ELSE = Condition("something_else", "Something else")
WHICH_FITS = "Which of these fits what the caller sees?"
_FEWEST_WAYS = 2
_LONGEST_LABEL = 60


def suggest(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the graph with every stub an escalation, every question answerable and one way per answer.

    Of ways that contradict each other the one most sessions took is kept; but where one of them is published, all are,
    behind a question that tells them apart. None when there is no graph to repair.
    """
    if not document.get("nodes"):
        return None
    graph = _one_way_per_answer(_told_apart(Graph.from_document(document), document["edges"]), document["edges"])
    nodes = [_written(node) for node in graph.nodes]
    completed = [_completed(node, graph.ways_from(node.id)) for node in nodes]
    whole = Graph(
        graph.root,
        tuple(node for each, more, _ in completed for node in (each, *more)),
        (*graph.edges, *(edge for _, _, edges in completed for edge in edges)),
    )
    return _reachable(whole).to_document()


def _told_apart(graph: Graph, written: Iterable[Mapping[str, Any]]) -> Graph:
    """Return the graph with a question before ways that contradict a published one: nothing live is lost unasked."""
    published = {(edge["from"], edge["to"]) for edge in written if edge.get("published")}
    ways: dict[tuple[str, str | None], list[Edge]] = {}
    for edge in graph.edges:
        ways.setdefault((edge.source, edge.condition.key if edge.condition else None), []).append(edge)
    nodes, edges = list(graph.nodes), []
    for (source, key), found in ways.items():
        if len(found) < _FEWEST_WAYS or not any((edge.source, edge.target) in published for edge in found):
            edges += found
            continue
        asked = Node(f"{source}-{key or 'then'}-which"[:MAX_ID], NodeType.DECISION, WHICH_FITS)
        nodes.append(asked)
        edges.append(Edge(source, asked.id, found[0].condition))
        for number, edge in enumerate(found, 1):
            label = f"{number}. {graph.by_id[edge.target].text}"
            short = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
            edges.append(Edge(asked.id, edge.target, Condition(f"way_{number}", short)))
    return Graph(graph.root, tuple(nodes), tuple(edges))


def _one_way_per_answer(graph: Graph, evidence: Iterable[Mapping[str, Any]]) -> Graph:
    taken = {(edge["from"], edge["to"]): len(edge.get("sessions", ())) for edge in evidence}
    kept: dict[tuple[str, str | None], Edge] = {}
    for edge in graph.edges:
        key = edge.source, edge.condition.key if edge.condition else None
        rival = kept.get(key)
        if rival is None or taken.get((edge.source, edge.target), 0) > taken.get((rival.source, rival.target), 0):
            kept[key] = edge
    return Graph(graph.root, graph.nodes, tuple(kept.values()))


def _written(node: Node) -> Node:
    if not node.needs_review:
        return node
    return replace(node, type=NodeType.ESCALATE, text=NOT_WALKED, reason_category="not_walked", needs_review=False)


def _completed(node: Node, ways: Sequence[Edge]) -> tuple[Node, list[Node], list[Edge]]:
    """Return the node, and the escalation that its missing way leads to."""
    missing = (node.type is NodeType.DECISION and len(ways) < _FEWEST_WAYS) or (
        node.type is NodeType.ACTION and not ways
    )
    if not missing:
        return node, [], []
    if node.type is NodeType.DECISION and not ways:
        return replace(node, type=NodeType.ESCALATE, reason_category="not_walked"), [], []
    end = Node(f"{node.id}-else"[:MAX_ID], NodeType.ESCALATE, NOT_WALKED, reason_category="not_walked")
    condition = SOMETHING_ELSE if node.type is NodeType.DECISION else None
    return node, [end], [Edge(node.id, end.id, condition)]


def _reachable(graph: Graph) -> Graph:
    reached, waiting = {graph.root}, [graph.root]
    while waiting:
        for edge in graph.ways_from(waiting.pop()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return Graph(
        graph.root,
        tuple(node for node in graph.nodes if node.id in reached),
        tuple(edge for edge in graph.edges if edge.source in reached),
    )
