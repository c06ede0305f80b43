"""Writing a flow as a page to read or print: every step numbered, every answer saying where it leads."""

import re
from collections.abc import Iterator, Mapping

from firstline.flows.formats.portable import PortableFlow
from firstline.flows.rules import Graph, Node, NodeType

_ENDS = {NodeType.SOLUTION: "**Solved.**", NodeType.ESCALATE: "**Escalate.**"}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


def write(flow: PortableFlow) -> str:
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: PortableFlow) -> Iterator[str]:
    yield f"# {_plain(flow.name)}"
    if flow.description:
        yield f"\n{_plain(flow.description)}"
    numbers = _numbers(flow.graph)
    for node_id, number in numbers.items():
        yield ""
        yield from _step(flow.graph, flow.graph.by_id[node_id], number, numbers)


def _step(graph: Graph, node: Node, number: int, numbers: Mapping[str, int]) -> Iterator[str]:
    yield f'## <a id="step-{number}"></a>{number}. {_plain(node.text)}'
    if node.help:
        yield f"\n> {_plain(node.help)}"
    if node.type in _ENDS:
        reason = f" Reason: {_plain(node.reason_category)}." if node.reason_category else ""
        yield f"\n{_ENDS[node.type]}{reason}"
    ways = graph.ways_from(node.id)
    if ways:
        yield ""
    for way in ways:
        leads = f"[step {numbers[way.target]}](#step-{numbers[way.target]})" if way.target in numbers else "nowhere"
        yield f"- {_plain(way.condition.label)} → {leads}" if way.condition else f"- then {leads}"


def _numbers(graph: Graph) -> dict[str, int]:
    """Return a number per node in the order a reader meets them; what nothing leads to comes last."""
    numbers: dict[str, int] = {}
    waiting = [graph.root] if graph.root in graph.by_id else []
    while waiting:
        node_id = waiting.pop()
        if node_id not in numbers:
            numbers[node_id] = len(numbers) + 1
            waiting += [way.target for way in reversed(graph.ways_from(node_id)) if way.target in graph.by_id]
    for node in graph.nodes:
        numbers.setdefault(node.id, len(numbers) + 1)
    return numbers


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
