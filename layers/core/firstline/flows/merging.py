"""What differs between two graphs, and how two changes of the same graph are brought together.

The order of nodes, and of the ways that leave one, says nothing here: two graphs are the same when they hold the same
nodes and ways.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from firstline.flows.rules import Edge, Graph, Node

Key = TypeVar("Key", bound=Hashable)
Part = TypeVar("Part")


class ChangeKind(StrEnum):
    """What happened to a part of a graph."""

    ROOT_CHANGED = "root_changed"
    NODE_ADDED = "node_added"
    NODE_REMOVED = "node_removed"
    NODE_CHANGED = "node_changed"
    EDGE_ADDED = "edge_added"
    EDGE_REMOVED = "edge_removed"
    EDGE_CHANGED = "edge_changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a change list; `before` and `after` are documents as in a graph's JSON form.

    An edge belongs to the node it leaves. The root's documents are `{"root": id}`.
    """

    kind: ChangeKind
    node_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    def to_document(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "node_id": self.node_id, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A node at which both sides changed the same thing in different ways."""

    node_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both changes in one graph; where they conflict, it holds mine."""

    graph: Graph
    conflicts: Sequence[MergeConflict] = ()


# A part is known by what it is about, and by its number among equals, for a draft may repeat an id or an answer.
_NodeKey = tuple[str, int]
_EdgeKey = tuple[str, str | None, int]

_Kinds = tuple[ChangeKind, ChangeKind, ChangeKind]
_OF_NODES: _Kinds = (ChangeKind.NODE_ADDED, ChangeKind.NODE_REMOVED, ChangeKind.NODE_CHANGED)
_OF_EDGES: _Kinds = (ChangeKind.EDGE_ADDED, ChangeKind.EDGE_REMOVED, ChangeKind.EDGE_CHANGED)


def diff(before: Graph, after: Graph) -> list[Change]:
    """List what turns one graph into the other: the root, then nodes, then ways."""
    changes = []
    if before.root != after.root:
        roots = {"root": before.root}, {"root": after.root}
        changes.append(Change(ChangeKind.ROOT_CHANGED, after.root, *roots))
    for (node_id, _), old, new in _differing(_nodes(before), _nodes(after)):
        changes.append(_change(_OF_NODES, node_id, old, new))
    for (source, _, _), gone, come in _differing(_edges(before), _edges(after)):
        changes.append(_change(_OF_EDGES, source, gone, come))
    return changes


def apply(graph: Graph, changes: Sequence[Change]) -> Graph:
    """Carry out a change list; raises ValueError where the graph does not hold what the list says was there."""
    root = graph.root
    nodes, edges = list(graph.nodes), list(graph.edges)
    for change in changes:
        if change.kind is ChangeKind.ROOT_CHANGED:
            root = change.after["root"] if change.after else ""
        elif change.kind in _OF_NODES:
            _exchange(nodes, change, Node.from_document)
        else:
            _exchange(edges, change, Edge.from_document)
    return Graph(root, tuple(nodes), tuple(edges))


def same(one: Graph, other: Graph) -> bool:
    return one.root == other.root and _nodes(one) == _nodes(other) and _edges(one) == _edges(other)


def three_way_merge(base: Graph, mine: Graph, theirs: Graph) -> Merged:
    """Bring together two changes of `base`.

    What one side left alone is taken from the other. A conflict is a node or way both changed differently, the root
    likewise, and a way that leads to a node which the other side took out.
    """
    nodes, disputed_nodes = _merge_parts(_nodes(base), _nodes(mine), _nodes(theirs))
    edges, disputed_edges = _merge_parts(_edges(base), _edges(mine), _edges(theirs))
    roots, disputed_roots = _merge_parts({"": base.root}, {"": mine.root}, {"": theirs.root})
    conflicts = [(node_id, "the step itself") for node_id, _ in disputed_nodes]
    conflicts += [(source, f"the way on '{key}'" if key else "the way on") for source, key, _ in disputed_edges]
    conflicts += [(mine.root, "where the flow begins") for _ in disputed_roots]
    merged = Graph(roots[""], tuple(nodes.values()), tuple(edges.values()))
    lost = _led_to_nothing(merged, mine, theirs)
    conflicts += [(node_id, "taken out on one side, led to on the other") for node_id in lost]
    return Merged(merged, [MergeConflict(*conflict) for conflict in dict.fromkeys(conflicts)])


def _change(kinds: _Kinds, node_id: str, before: Node | Edge | None, after: Node | Edge | None) -> Change:
    added, removed, changed = kinds
    kind = added if before is None else removed if after is None else changed
    return Change(
        kind,
        node_id,
        before=before.to_document() if before is not None else None,
        after=after.to_document() if after is not None else None,
    )


def _nodes(graph: Graph) -> dict[_NodeKey, Node]:
    seen: Counter[str] = Counter()
    parts: dict[_NodeKey, Node] = {}
    for node in graph.nodes:
        parts[node.id, seen[node.id]] = node
        seen[node.id] += 1
    return parts


def _edges(graph: Graph) -> dict[_EdgeKey, Edge]:
    seen: Counter[tuple[str, str | None]] = Counter()
    parts: dict[_EdgeKey, Edge] = {}
    for edge in graph.edges:
        about = edge.source, edge.condition.key if edge.condition else None
        parts[*about, seen[about]] = edge
        seen[about] += 1
    return parts


def _differing(old: Mapping[Key, Part], new: Mapping[Key, Part]) -> Iterator[tuple[Key, Part | None, Part | None]]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _exchange(parts: list[Part], change: Change, read: Callable[[Mapping[str, Any]], Part]) -> None:
    before = [read(change.before)] if change.before else []
    after = [read(change.after)] if change.after else []
    at = parts.index(before[0]) if before else len(parts)
    parts[at : at + len(before)] = after


def _merge_parts(
    base: Mapping[Key, Part], mine: Mapping[Key, Part], theirs: Mapping[Key, Part]
) -> tuple[dict[Key, Part], list[Key]]:
    """Return what both sides together hold, in my order and then theirs, and the keys they dispute."""
    kept: dict[Key, Part] = {}
    disputed: list[Key] = []
    for key in dict.fromkeys([*mine, *theirs]):
        original, left, right = base.get(key), mine.get(key), theirs.get(key)
        chosen = right if left == original else left
        if original != left != right != original:
            disputed.append(key)
        if chosen is not None:
            kept[key] = chosen
    return kept, disputed


def _led_to_nothing(merged: Graph, mine: Graph, theirs: Graph) -> Iterator[str]:
    """Yield nodes the merged ways name and the merged nodes lack, although each side for itself was whole there."""
    named = [merged.root, *(end for edge in merged.edges for end in (edge.source, edge.target))]
    for node_id in dict.fromkeys(named):
        if node_id not in merged.by_id and (node_id in mine.by_id or node_id in theirs.by_id):
            yield node_id
