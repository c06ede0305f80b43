"""Yes/no flowcharts as research publishes them: strict trees, terminals, and frequently asked questions."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from firstline.flows.formats.drawing import short_id, slug, with_missing_answer
from firstline.flows.formats.native import as_object
from firstline.flows.formats.portable import PortableFlow, UnreadableDocument
from firstline.flows.rules import Condition, Edge, Graph, GraphProblem, Node, NodeType

_WORD = re.compile(r"[a-z0-9]{3,}")
_FITS = 0.5  # share of a question's weight that the step's own words must carry
_CLEARLY = 1.5  # times the runner-up's share
_LABELS = {"yes": "Yes", "no": "No"}


class _ChartNode(BaseModel):
    utterance: str = Field(max_length=4_000)
    terminal: bool = False


class _Faq(BaseModel):
    q: str
    a: str


class _Chart(BaseModel):
    name: str = Field(min_length=1, max_length=255)
    problem_description: str = ""
    category: str | None = None
    nodes: dict[str, _ChartNode]
    edges: dict[str, dict[str, str]]
    supporting_faqs: list[_Faq] = []


def read(document: Mapping[str, Any] | str) -> PortableFlow:
    """Read a chart; raises UnreadableDocument. A question with one answer gets an escalation for the other."""
    chart = _read_chart(as_object(document))
    helps = _helps(chart)
    nodes = [
        Node(short_id(key), NodeType.SOLUTION if node.terminal else _asks(chart, key), node.utterance, helps.get(key))
        for key, node in chart.nodes.items()
    ]
    edges, notes = _edges(chart, nodes)
    return PortableFlow(
        graph=Graph(_root(chart), tuple(nodes), tuple(edges)),
        name=chart.name.replace("_", " ").strip(),
        description=chart.problem_description,
        category=slug(chart.category or "") or None,
        notes=notes,
    )


def _read_chart(document: Mapping[str, Any]) -> _Chart:
    try:
        return _Chart.model_validate(document)
    except ValidationError as error:
        faults = [
            {"location": ["body", "document", *map(str, each["loc"])], "message": each["msg"], "kind": each["type"]}
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise UnreadableDocument("The document is not a yes/no flowchart: see `errors`.", errors=faults) from error


def _asks(chart: _Chart, key: str) -> NodeType:
    """Tell a question from a step whose only way on has no answer."""
    answers = chart.edges.get(key, {})
    return NodeType.ACTION if len(answers) == 1 and not set(answers) & set(_LABELS) else NodeType.DECISION


def _edges(chart: _Chart, nodes: list[Node]) -> tuple[list[Edge], list[GraphProblem]]:
    types = {node.id: node for node in nodes}
    edges: list[Edge] = []
    notes: list[GraphProblem] = []
    for key, answers in chart.edges.items():
        node = types.get(short_id(key))
        asks = node is None or node.type is NodeType.DECISION
        ways = [
            Edge(
                short_id(key), short_id(target), Condition(slug(answer), _LABELS.get(answer, answer)) if asks else None
            )
            for answer, target in answers.items()
        ]
        edges += ways
        if node is not None and node.type is NodeType.DECISION and len(ways) == 1:
            end, way, note = with_missing_answer(node, ways[0], {each.id for each in nodes})
            nodes.append(end)
            edges.append(way)
            notes.append(note)
    return edges, notes


def _condition(answer: str) -> Condition:
    return Condition(slug(answer), _LABELS.get(answer, answer))


def _root(chart: _Chart) -> str:
    reached = {target for answers in chart.edges.values() for target in answers.values()}
    return short_id(next((key for key in chart.nodes if key not in reached), next(iter(chart.nodes), "")))


def _helps(chart: _Chart) -> dict[str, str]:
    """Return what the frequently asked questions say, by the step each clearly belongs to."""
    words = {key: _words(node.utterance) for key, node in chart.nodes.items()}
    spread = Counter(word for said in words.values() for word in said)
    weights = {word: math.log(1 + len(words) / count) for word, count in spread.items()}
    found: dict[str, list[str]] = {}
    for faq in chart.supporting_faqs:
        key = _clearly_best(_words(faq.q), words, weights)
        if key is not None:
            found.setdefault(key, []).append(faq.a.strip())
    return {key: "\n".join(dict.fromkeys(answers)) for key, answers in found.items()}


def _clearly_best(
    question: frozenset[str], words: Mapping[str, frozenset[str]], weights: Mapping[str, float]
) -> str | None:
    whole = sum(weights.get(word, 0.0) for word in question)
    if not whole:
        return None
    shares = {key: sum(weights[word] for word in question & said) / whole for key, said in words.items()}
    best, *others = sorted(shares, key=lambda key: -shares[key])
    clear = not others or shares[best] >= _CLEARLY * shares[others[0]]
    return best if clear and shares[best] >= _FITS else None


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in _WORD.findall(text.casefold()))


def _singular(word: str) -> str:
    return word.removesuffix("s")
