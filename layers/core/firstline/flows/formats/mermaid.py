"""Writing Mermaid flowcharts; what a picture cannot show goes into remarks, so that an import loses nothing."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from firstline.flows.formats.drawing import aliases_of, with_keys
from firstline.flows.formats.mermaid_reading import REMARK, read
from firstline.flows.formats.portable import PortableFlow
from firstline.flows.rules import Node, NodeType

__all__ = ["read", "write"]

_OUTLINES = {
    NodeType.DECISION: ('{"', '"}'),
    NodeType.ACTION: ('["', '"]'),
    NodeType.SOLUTION: ('(["', '"])'),
    NodeType.ESCALATE: ('[["', '"]]'),
}
_PLAIN_ID = re.compile(r"[A-Za-z0-9_]+")
# Words of the language itself, "end" above all, break Mermaid's own reader.
_TAKEN_IDS = frozenset(
    ("end", "graph", "flowchart", "subgraph", "style", "class", "classdef", "linkstyle", "click", "direction")
)
_SPECIAL = re.compile(r"""[^\w .,:!?()+*/='-]|^\s|\s$""")


def write(flow: PortableFlow) -> str:
    """Write a flowchart that any Mermaid renderer draws and that `read` turns into the same flow again."""
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: PortableFlow) -> Iterator[str]:
    graph = flow.graph
    aliases = aliases_of(graph, _readable)
    yield "---"
    yield f"title: {json.dumps(' '.join(flow.name.split()))}"
    yield "---"
    yield "flowchart TD"
    yield _remark({"root": graph.root, "name": flow.name, **flow.about()})
    for node in graph.nodes:
        before, after = _OUTLINES[node.type]
        yield f"    {aliases[node.id]}{before}{encoded(node.text)}{after}"
        about = _about_node(node, aliases[node.id])
        if about:
            yield "    " + _remark({"node": aliases[node.id], **about})
    for edge, key in with_keys(graph):
        label = f'|"{encoded(edge.condition.label)}"|' if edge.condition else ""
        source = aliases.get(edge.source, edge.source)
        yield f"    {source} -->{label} {aliases.get(edge.target, edge.target)}"
        if edge.condition and key is not None:
            yield "    " + _remark({"from": source, "label": edge.condition.label, "key": key})


def encoded(text: str) -> str:
    """Return text for a quoted label: a break as a break, everything special by its number."""
    return "<br/>".join(_SPECIAL.sub(lambda found: f"#{ord(found[0])};", line) for line in text.split("\n"))


def _readable(node_id: str) -> bool:
    return bool(_PLAIN_ID.fullmatch(node_id)) and node_id.casefold() not in _TAKEN_IDS


def _about_node(node: Node, alias: str) -> dict[str, Any]:
    document = node.to_document()
    members = ("help", "reason_category", "needs_review")
    remark: dict[str, Any] = {name: document[name] for name in members if name in document}
    if alias != node.id:
        remark["id"] = node.id
    if node.text != " ".join(node.text.split()):
        remark["text"] = node.text
    return remark


def _remark(members: Mapping[str, Any]) -> str:
    return REMARK + json.dumps(members, ensure_ascii=False)
