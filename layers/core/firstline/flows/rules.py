"""What a flow's graph is, and when it is sound."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

MAX_NODES = 2000
MAX_ID = 64  # characters of a node's id and of an answer's key: the width of the columns that count them


class NodeType(StrEnum):
    """What stands at a node of a flow."""

    DECISION = "decision"  # a question with two answers or more
    ACTION = "action"  # something to do, then one way on
    SOLUTION = "solution"  # an end: this cures it
    ESCALATE = "escalate"  # an end: somebody else has to look

    @property
    def is_end(self) -> bool:
        return self in (NodeType.SOLUTION, NodeType.ESCALATE)


@dataclass(frozen=True, slots=True)
class Condition:
    """The answer under which an edge is taken; an action's only edge has none."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a flow. `reason_category` belongs to an escalation, `needs_review` to a proposal's stub."""

    id: str
    type: NodeType
    text: str
    help: str | None = None
    reason_category: str | None = None
    needs_review: bool = False

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"id": self.id, "type": self.type.value, "text": self.text}
        optional = {"help": self.help, "reason_category": self.reason_category}
        given = {name: value for name, value in optional.items() if value is not None}
        return document | given | ({"needs_review": True} if self.needs_review else {})

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Node":
        return cls(
            id=document["id"],
            type=NodeType(document["type"]),
            text=document["text"],
            help=document.get("help"),
            reason_category=document.get("reason_category"),
            needs_review=bool(document.get("needs_review", False)),
        )


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    condition: Condition | None = None

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"from": self.source, "to": self.target}
        if self.condition is not None:
            document["condition"] = {"key": self.condition.key, "label": self.condition.label}
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Edge":
        condition = document.get("condition")
        return cls(
            source=document["from"],
            target=document["to"],
            condition=Condition(condition["key"], condition["label"]) if condition else None,
        )


@dataclass(frozen=True, slots=True)
class GraphProblem:
    """One fault of a graph: a stable code, the sentence for a person, and where it is."""

    code: str
    message: str
    node_id: str | None = None

    def to_document(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "node_id": self.node_id}


@dataclass(frozen=True)
class Graph:
    """Nodes and edges as authored: not necessarily sound (`problems` tells)."""

    root: str
    nodes: Sequence[Node] = field(default_factory=tuple)
    edges: Sequence[Edge] = field(default_factory=tuple)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Edge]]:
        """Return the edges by the node they leave, in the order they were authored."""
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return found

    def ways_from(self, node_id: str) -> Sequence[Edge]:
        return self.outgoing.get(node_id, ())

    def way(self, node_id: str, answer: str | None) -> Edge | None:
        """Return the edge an answer takes; an action (answer None) has one way at most."""
        ways = self.ways_from(node_id)
        if answer is None:
            return ways[0] if len(ways) == 1 else None
        return next((edge for edge in ways if edge.condition and edge.condition.key == answer), None)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form: root, nodes, edges with `from`, `to`, `condition{key,label}`, without empty members."""
        return {
            "root": self.root,
            "nodes": [node.to_document() for node in self.nodes],
            "edges": [edge.to_document() for edge in self.edges],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Graph":
        """Read the JSON form, which a schema has checked before; members it does not know are ignored."""
        return cls(
            root=document["root"],
            nodes=tuple(Node.from_document(node) for node in document["nodes"]),
            edges=tuple(Edge.from_document(edge) for edge in document["edges"]),
        )


def problems(graph: Graph) -> list[GraphProblem]:
    """List every fault that keeps a graph from being published; an empty list means sound.

    Sound: ids unique, root exists, everything reachable, no cycle, each decision at least two options each with an
    edge of its own, each action one edge, ends without edges, every path ends in a solution or an escalation.
    """
    found = [*_naming_problems(graph), *_edge_problems(graph)]
    if graph.root in graph.by_id:
        found += _shape_problems(graph)
    return found


def _naming_problems(graph: Graph) -> Iterator[GraphProblem]:
    if not graph.nodes:
        yield GraphProblem("empty", "The flow has no nodes.")
    elif graph.root not in graph.by_id:
        yield GraphProblem("root_missing", f"The root '{graph.root}' is not one of the nodes.", graph.root)
    if len(graph.nodes) > MAX_NODES:
        yield GraphProblem("too_many_nodes", f"A flow has at most {MAX_NODES} nodes; this has {len(graph.nodes)}.")
    seen: set[str] = set()
    for node in graph.nodes:
        if len(node.id) > MAX_ID:
            yield GraphProblem("id_too_long", f"An id has at most {MAX_ID} characters.", node.id)
        if not node.id.strip():
            yield GraphProblem("id_empty", f"The node '{node.text[:40]}' has no id.")
        if node.id in seen:
            yield GraphProblem("id_repeated", f"More than one node has the id '{node.id}'.", node.id)
        seen.add(node.id)
        if not node.text.strip():
            yield GraphProblem("text_empty", "The node has no text.", node.id)
        if node.needs_review:
            yield GraphProblem("needs_review", "This stub was never walked: write it or remove it.", node.id)


def _edge_problems(graph: Graph) -> Iterator[GraphProblem]:
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            if end not in graph.by_id:
                yield GraphProblem("edge_to_nowhere", f"An edge names the node '{end}', which does not exist.", end)
    for node in graph.nodes:
        ways = graph.ways_from(node.id)
        if node.type.is_end and ways:
            yield GraphProblem("end_goes_on", "A solution or an escalation is an end: it has no way on.", node.id)
        elif node.type is NodeType.ACTION and len(ways) != 1:
            yield GraphProblem("action_ways", f"An action has exactly one way on; this has {len(ways)}.", node.id)
        elif node.type is NodeType.DECISION:
            yield from _decision_problems(node, ways)


def _decision_problems(node: Node, ways: Sequence[Edge]) -> Iterator[GraphProblem]:
    if len(ways) < 2:  # noqa: PLR2004  a question with fewer than two answers decides nothing
        yield GraphProblem("decision_ways", f"A decision needs at least two answers; this has {len(ways)}.", node.id)
    keys: set[str] = set()
    labels: set[str] = set()
    for way in ways:
        if way.condition is None or not way.condition.key.strip() or not way.condition.label.strip():
            yield GraphProblem("condition_missing", f"The way to '{way.target}' names no answer.", node.id)
            continue
        if len(way.condition.key) > MAX_ID:
            yield GraphProblem("key_too_long", f"An answer's key has at most {MAX_ID} characters.", node.id)
        if way.condition.key in keys:
            yield GraphProblem("answer_repeated", f"The answer '{way.condition.key}' has more than one way.", node.id)
        if way.condition.label.casefold() in labels:
            yield GraphProblem("label_repeated", f"Two answers read '{way.condition.label}'.", node.id)
        keys.add(way.condition.key)
        labels.add(way.condition.label.casefold())


def _shape_problems(graph: Graph) -> Iterator[GraphProblem]:
    reached, order = _walk_from_root(graph)
    for node in graph.nodes:
        if node.id not in reached:
            yield GraphProblem("unreachable", "No path from the root leads here.", node.id)
    position = {node_id: index for index, node_id in enumerate(order)}
    for edge in graph.edges:
        if position.get(edge.source, -1) >= 0 and position.get(edge.target, len(order)) <= position[edge.source]:
            yield GraphProblem("cycle", f"The way to '{edge.target}' leads back in a circle.", edge.source)


def _walk_from_root(graph: Graph) -> tuple[set[str], list[str]]:
    """Return what the root reaches, and a reverse post-order: an edge that goes back in it closes a circle."""
    reached = {graph.root}
    finished: list[str] = []
    stack = [(graph.root, iter(graph.ways_from(graph.root)))]
    while stack:
        node_id, ways = stack[-1]
        target = next((way.target for way in ways if way.target in graph.by_id and way.target not in reached), None)
        if target is None:
            finished.append(node_id)
            stack.pop()
        else:
            reached.add(target)
            stack.append((target, iter(graph.ways_from(target))))
    return reached, finished[::-1]
