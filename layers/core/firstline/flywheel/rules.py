"""What an ended session becomes: the flywheel's decision table, and how a branch is grafted onto a live flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType

NOT_FIXED = "not_fixed"
OTHER = "other"
UNSURE = "unsure"
BESIDE = ("contradictions", "set_aside")  # members of a graph document that tell what it does not show
_LONGEST_LABEL = 60


class Verdict(StrEnum):
    """What is done with a resolved session."""

    REINFORCE = "reinforce"  # inside a published flow from first to last
    BRANCH = "branch"  # left a published flow at one point
    PROPOSE = "propose"  # nothing published fits
    VALIDATE = "validate"  # walked a draft and it helped
    SKIP = "skip"  # nothing answered, nothing to learn


@dataclass(frozen=True, slots=True)
class Attachment:
    """Where a branch grows: at a node of the live flow, under the answer by which walks left it there."""

    node_id: str
    condition: Condition

    def to_document(self) -> dict[str, Any]:
        return {"node_id": self.node_id, "condition": {"key": self.condition.key, "label": self.condition.label}}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Attachment":
        condition = document["condition"]
        return cls(document["node_id"], Condition(condition["key"], condition["label"]))


def decide(*, steps_walked: int, session_kind: str, left_flow: bool) -> Verdict:
    """Return the verdict on a resolved, helpful session by what it walked."""
    if steps_walked == 0 or session_kind == "adhoc":
        return Verdict.SKIP
    if session_kind == "proposal":
        return Verdict.VALIDATE
    if session_kind == "flow":
        return Verdict.BRANCH if left_flow else Verdict.REINFORCE
    return Verdict.BRANCH if left_flow else Verdict.PROPOSE


def attachment_of(graph: Graph, node_id: str, answer: str, note: str | None) -> Attachment | None:
    """Return where a walk that left `graph` at `node_id` attaches; None when the live flow no longer has that node.

    `not_fixed` is the answer at a solution, `other` at a question (labelled with what the technician saw), `unsure`
    where a walk got stuck.
    """
    node = graph.by_id.get(node_id)
    if node is None:
        return None
    if node.type is NodeType.SOLUTION:
        return Attachment(node_id, Condition(NOT_FIXED, "No, still not fixed"))
    if node.type is NodeType.DECISION and answer == UNSURE:
        return Attachment(node_id, Condition(UNSURE, "Cannot tell"))
    if node.type is NodeType.DECISION:
        label = " ".join((note or "").split())[:_LONGEST_LABEL]
        return Attachment(node_id, Condition(OTHER, label or "Something else"))
    return Attachment(node_id, Condition(UNSURE, "Stuck here"))


def graft(live: Graph, attachment: Attachment, branch: Graph) -> Graph:
    """Return the live graph with a branch grown at its attachment.

    At a question the branch becomes one more answer. At a solution the cure is tried first and then asked about. Where
    the flow gave up (an escalation), the way that led there goes on into the branch instead.
    """
    node = live.by_id[attachment.node_id]
    grown = Graph(live.root, (*live.nodes, *branch.nodes), (*live.edges, *branch.edges))
    if node.type is NodeType.SOLUTION:
        return _after_solution(grown, node, attachment, branch.root)
    if node.type is NodeType.DECISION:
        kept = [edge for edge in grown.edges if not _is_answer(edge, node.id, attachment.condition.key)]
        return Graph(grown.root, grown.nodes, (*kept, Edge(node.id, branch.root, attachment.condition)))
    led = tuple(replace(edge, target=branch.root) if edge.target == node.id else edge for edge in grown.edges)
    reached = Graph(grown.root if live.root != node.id else branch.root, grown.nodes, led)
    return Graph(reached.root, tuple(each for each in reached.nodes if each.id != node.id), _between(reached, node.id))


def _after_solution(grown: Graph, node: Node, attachment: Attachment, branch_root: str) -> Graph:
    asked, solved = f"{node.id}-fixed"[:64], f"{node.id}-done"[:64]
    nodes = [replace(each, type=NodeType.ACTION) if each.id == node.id else each for each in grown.nodes]
    nodes += [
        Node(asked, NodeType.DECISION, "Is the problem fixed now?"),
        Node(solved, NodeType.SOLUTION, f"Fixed. {node.text}"),
    ]
    edges = [
        *grown.edges,
        Edge(node.id, asked),
        Edge(asked, solved, Condition("yes", "Yes, fixed")),
        Edge(asked, branch_root, attachment.condition),
    ]
    return Graph(grown.root, tuple(nodes), tuple(edges))


def _is_answer(edge: Edge, node_id: str, key: str) -> bool:
    return edge.source == node_id and edge.condition is not None and edge.condition.key == key


def _between(graph: Graph, gone: str) -> tuple[Edge, ...]:
    return tuple(edge for edge in graph.edges if gone not in (edge.source, edge.target))


def with_evidence(document: dict[str, Any], evidence: Sequence[Mapping[str, Any]], nodes: Mapping[str, Any]) -> Any:
    """Return a graph document whose edges and nodes carry the evidence that folding found for them."""
    known = {_way(edge): edge for edge in evidence}
    for edge in document["edges"]:
        source, target, _ = way = _way(edge)
        found = known.get(way) or known.get((source, target, None), {})
        edge |= {name: found.get(name, empty) for name, empty in (("sessions", []), ("resolved", 0), ("failed", 0))}
        if found.get("inferred"):
            edge["inferred"] = True
    for node in document["nodes"]:
        node["steps"] = nodes.get(node["id"], [])
    return document


def beside(document: Mapping[str, Any], attachment: Attachment, sessions: Sequence[str]) -> dict[str, Any]:
    """Return what a branch's graph tells beside it, as told of the flow it grows on; `sessions` went into its root.

    Of a session none of whose steps is drawn, the attachment is the place from which it went its own way.
    """
    place = {"node_id": attachment.node_id, "answer": attachment.condition.key}
    told = {name: list(document[name]) for name in BESIDE if name in document}
    away = [found for found in told.get("set_aside", ()) if found["node_id"] is None]
    root = next(node for node in document["nodes"] if node["id"] == document["root"])
    cures = [found for found in away if NodeType(root["type"]).is_end and found["asked"] == found["ended"]]
    if cures:
        ways = [{"text": root["text"], "sessions": list(sessions)}]
        ways += [{"text": found["ended"], "sessions": found["sessions"]} for found in cures]
        told["contradictions"] = [*told.get("contradictions", ()), place | {"ways": ways}]
    if away:
        told["set_aside"] = [found if found["node_id"] else found | place for found in told["set_aside"]]
    return told


def _way(edge: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return edge["from"], edge["to"], (edge.get("condition") or {}).get("key")
