"""Sound graphs of every shape: joins, many-way answers, actions in between, ends of both kinds."""

from typing import Any

from hypothesis import strategies as st

from firstline.flows.rules import Condition, Edge, Graph, Node, NodeType

# Everything a person may type, but what cannot be stored and what no drawing keeps apart from a space.
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), include_characters=" ")
_LINES = st.text(_LETTERS, min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
_TEXTS = st.one_of(_LINES, st.lists(_LINES, min_size=2, max_size=3).map("\n".join))
_IDS = st.one_of(st.text("abnoxyz_129", min_size=1, max_size=6), _LINES.map(lambda text: text[:20].strip() or "x"))


@st.composite
def sound_graphs(draw: Any, most: int = 12) -> Graph:
    ids = draw(st.lists(_IDS, min_size=1, max_size=most, unique_by=str.casefold))
    nodes: list[Node] = []
    edges: list[Edge] = []
    wanted = {ids[0]}
    for place, node_id in enumerate(ids):
        if node_id not in wanted:
            continue
        later = ids[place + 1 :]
        node_type = draw(st.sampled_from(list(NodeType))) if len(later) > 1 else draw(st.sampled_from(_ENDS))
        nodes.append(draw(_nodes(node_id, node_type)))
        ways = draw(_ways(node_id, node_type, later))
        edges += ways
        wanted |= {edge.target for edge in ways}
    return Graph(ids[0], tuple(nodes), tuple(edges))


_ENDS = [NodeType.SOLUTION, NodeType.ESCALATE]


@st.composite
def _nodes(draw: Any, node_id: str, node_type: NodeType) -> Node:
    reason = draw(st.sampled_from([None, "hardware", "needs_engineer"])) if node_type is NodeType.ESCALATE else None
    return Node(node_id, node_type, draw(_TEXTS), draw(st.one_of(st.none(), _TEXTS)), reason)


@st.composite
def _ways(draw: Any, node_id: str, node_type: NodeType, later: list[str]) -> list[Edge]:
    if node_type is NodeType.ACTION:
        return [Edge(node_id, draw(st.sampled_from(later)))]
    if node_type is NodeType.DECISION:
        labels = draw(st.lists(_LINES, min_size=2, max_size=4, unique_by=str.casefold))
        keys = draw(st.lists(_IDS, min_size=len(labels), max_size=len(labels), unique=True))
        return [
            Edge(node_id, draw(st.sampled_from(later)), Condition(key, label))
            for key, label in zip(keys, labels, strict=True)
        ]
    return []
