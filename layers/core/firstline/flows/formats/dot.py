"""Writing DOT digraphs; attributes Graphviz passes over carry what a picture cannot show."""

import json
from collections.abc import Iterator

from firstline.flows.formats import dot_reading as names
from firstline.flows.formats.dot_reading import read
from firstline.flows.formats.drawing import aliases_of, with_keys
from firstline.flows.formats.portable import PortableFlow
from firstline.flows.rules import Edge, Node, NodeType

__all__ = ["read", "write"]

_OUTLINES = {
    NodeType.DECISION: "diamond",
    NodeType.ACTION: "box",
    NodeType.SOLUTION: "oval",
    NodeType.ESCALATE: "component",
}


def write(flow: PortableFlow) -> str:
    """Write a digraph that Graphviz draws and that `read` turns into the same flow again."""
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: PortableFlow) -> Iterator[str]:
    about = json.dumps({"root": flow.graph.root, "name": flow.name, **flow.about()}, ensure_ascii=False)
    title = " ".join(flow.name.replace("\\", "/").split())
    yield f"digraph {_quoted(title)} {{"
    yield f"  graph [rankdir=TB, {names.ABOUT}={_quoted(about)}];"
    aliases = aliases_of(flow.graph, lambda node_id: node_id.isprintable() and "\\" not in node_id)
    for node in flow.graph.nodes:
        yield f"  {_quoted(aliases[node.id])} [{_node_attributes(node, aliases[node.id])}];"
    for edge, key in with_keys(flow.graph):
        ends = [_quoted(aliases.get(end, end)) for end in (edge.source, edge.target)]
        yield f"  {' -> '.join(ends)}{_edge_attributes(edge, key)};"
    yield "}"


def _node_attributes(node: Node, alias: str) -> str:
    attributes = {"label": node.text, "shape": _OUTLINES[node.type], names.NODE_TYPE: node.type.value}
    if alias != node.id:
        attributes[names.EXACT_ID] = node.id
    if node.help is not None:
        attributes[names.HELP] = node.help
    if node.reason_category is not None:
        attributes[names.REASON] = node.reason_category
    if node.needs_review:
        attributes[names.NEEDS_REVIEW] = "true"
    if node.text != " ".join(node.text.split()):
        attributes[names.EXACT_TEXT] = node.text
    return ", ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())


def _edge_attributes(edge: Edge, key: str | None) -> str:
    if edge.condition is None:
        return ""
    told = f", {names.KEY}={_quoted(key)}" if key is not None else ""
    return f" [label={_quoted(edge.condition.label)}{told}]"


def _quoted(text: str) -> str:
    r"""Return text for a label: a backslash is doubled, a break is `\n`."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
