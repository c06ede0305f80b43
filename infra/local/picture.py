"""A flow, or a proposal with its evidence, drawn as a tree in text."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 110  # columns
_MARKS = {"decision": "", "action": "▸ ", "solution": "✔ ", "escalate": "▲ "}
_STUB = "? "
LEGEND = "▸ do this   ✔ cured   ▲ escalate   ? nobody went this way yet: needs review   (n) sessions behind the way"

Document = Mapping[str, Any]


def draw(graph: Document) -> str:
    """Return the tree of a graph document; a node that several ways lead to is drawn once and then named."""
    return "\n".join(_Picture(graph).lines())


class _Picture:
    def __init__(self, graph: Document) -> None:
        self._root = graph["root"]
        self._nodes: Mapping[str, Document] = {node["id"]: node for node in graph["nodes"]}
        self._ways: dict[str, list[Document]] = {}
        for edge in graph["edges"]:
            self._ways.setdefault(edge["from"], []).append(edge)
        self._drawn: set[str] = set()

    def lines(self) -> Iterator[str]:
        yield from _wrapped(_text(self._nodes[self._root]), "", "")
        yield from self._below(self._root, "")

    def _below(self, node_id: str, margin: str) -> Iterator[str]:
        self._drawn.add(node_id)
        ways = sorted(self._ways.get(node_id, ()), key=_most_walked)
        for place, way in enumerate(ways, 1):
            last = place == len(ways)
            yield from self._way(way, margin + ("└─ " if last else "├─ "), margin + ("   " if last else "│  "))

    def _way(self, way: Document, first: str, margin: str) -> Iterator[str]:
        node = self._nodes[way["to"]]
        again = way["to"] in self._drawn
        told = _label(way) + (f"↑ {node['text']}" if again else _text(node))
        yield from _wrapped(told, first, margin + ("│  " if self._ways.get(way["to"]) and not again else "   "))
        if not again:
            yield from self._below(way["to"], margin)


def _most_walked(way: Document) -> int:
    return -len(way.get("sessions", ()))


def _label(way: Document) -> str:
    condition, sessions = way.get("condition"), way.get("sessions", ())
    count = f" ({len(sessions)}{_failed(way)})" if sessions else ""
    if condition is None:
        return f"then{count}: "
    return f"{condition['label']}{count}: "


def _failed(way: Document) -> str:
    return f", {way['failed']} failed" if way.get("failed") else ""


def _text(node: Document) -> str:
    if node.get("needs_review"):
        return f"{_STUB}not walked"
    return f"{_MARKS[node['type']]}{node['text']}"


def _wrapped(text: str, first: str, margin: str) -> Sequence[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=margin) or [first]
