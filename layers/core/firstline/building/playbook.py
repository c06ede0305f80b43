"""The embedded builder: walks the authored playbook of a category, with no model, no key and no network."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.building.normalisation import plain
from firstline.building.provider import Classification, Deadline, ProviderAnswer, Usage
from firstline.building.rules import BuildRequest, ServedType, TranscriptEntry
from firstline.categories.rules import Category, classify_by_keywords
from firstline.flows.rules import Edge, Graph, Node, NodeType

NAME = "playbook"
SAME_QUESTION = 0.7  # share of words two questions have in common when they ask the same thing

EXHAUSTED_TEXT = "The playbook has no further step for this. Escalate: what was tried goes along with the call."
EXHAUSTED_REASON = "needs_engineer"

_SERVED = {
    NodeType.DECISION: ServedType.QUESTION,
    NodeType.ACTION: ServedType.INSTRUCTION,
    NodeType.SOLUTION: ServedType.RESOLVED,
    NodeType.ESCALATE: ServedType.ESCALATE,
}
_FILLER = frozenset(
    {"a", "an", "and", "are", "at", "can", "did", "do", "does", "for", "has", "have", "is", "it", "of", "on", "or"}
    | {"the", "their", "there", "they", "this", "to", "you", "your"}
)


@dataclass(frozen=True)
class Playbook:
    """An authored flow for a category; also the starter flow an account may import."""

    category: Category
    name: str
    description: str
    tags: tuple[str, ...]
    match_keywords: tuple[str, ...]
    graph: Graph


@cache
def playbook(category: Category) -> Playbook:
    document = json.loads((files("firstline.building") / "playbooks" / f"{category}.json").read_text("utf-8"))
    return Playbook(
        category=Category(document["category"]),
        name=document["name"],
        description=document["description"],
        tags=tuple(document["tags"]),
        match_keywords=tuple(document["match_keywords"]),
        graph=Graph.from_document(document["graph"]),
    )


def playbooks() -> Iterator[Playbook]:
    """Yield the playbook of each category, in the order of the list."""
    return (playbook(category) for category in Category)


class PlaybookProvider:
    """Answers the step of the playbook that follows from what was asked and answered so far."""

    name = NAME

    def classify(self, text: str, *, deadline: Deadline) -> Classification:
        del deadline
        return Classification(classify_by_keywords(text), Usage(provider=NAME))

    def next_node(self, request: BuildRequest, *, refusal: str | None, deadline: Deadline) -> ProviderAnswer:
        """Answer the next step; a refusal changes nothing, because an authored step has no other wording."""
        del refusal, deadline
        graph = playbook(request.category).graph
        node = next_step(graph, _transcript(request))
        document = _document(graph, node) if node else _exhausted()
        return ProviderAnswer(document, Usage(provider=NAME))


def _transcript(request: BuildRequest) -> Sequence[TranscriptEntry]:
    """Return the steps so far, with the node at which a published flow was left as the last of them."""
    if request.leaving is None:
        return request.transcript
    left = plain(request.leaving.text)
    if any(plain(entry.text) == left for entry in request.transcript):
        return request.transcript
    return (*request.transcript, TranscriptEntry(request.leaving.text, None, note=request.leaving.note))


def next_step(graph: Graph, transcript: Sequence[TranscriptEntry]) -> Node | None:
    """Return the first step that was not asked yet, following the answers given; None where nothing is left to try.

    Steps of another flow count as asked where they say nearly the same. An answer that is none of the step's options
    ("unsure", "other") takes the way behind which most is left to try.
    """
    asked = _asked(graph, transcript)
    latest = _by_text(graph).get(plain(transcript[-1].text)) if transcript else None
    trail: list[Edge] = []
    tried: set[Edge] = set()
    node = graph.by_id[graph.root]
    while True:
        arrived_by_answer = not trail or trail[-1].source == latest
        dead_end = node.type.is_end and (node.id in asked or (node.type is NodeType.SOLUTION and not arrived_by_answer))
        if node.id not in asked and not dead_end:
            return node
        way = None if dead_end else _way_on(graph, node, asked[node.id], tried)
        while way is None:
            if not trail:
                return None
            way = _other_way(graph, trail.pop(), tried)
        tried.add(way)
        trail.append(way)
        node = graph.by_id[way.target]


def _way_on(graph: Graph, node: Node, label: str, tried: set[Edge]) -> Edge | None:
    ways = [way for way in graph.ways_from(node.id) if way not in tried]
    if node.type is NodeType.ACTION:
        return next(iter(ways), None)
    answered = [way for way in ways if way.condition and plain(way.condition.label) == label]
    return answered[0] if answered else max(ways, key=lambda way: steps_left(graph, way.target), default=None)


def steps_left(graph: Graph, node_id: str) -> int:
    """Return the steps to answer on the longest way from a node of a sound graph to an end."""
    ways = graph.ways_from(node_id)
    return 1 + max(steps_left(graph, way.target) for way in ways) if ways else 0


def _other_way(graph: Graph, left: Edge, tried: set[Edge]) -> Edge | None:
    """Return another answer of the step whose cure did not help; its siblings that cure are no use either."""
    ways = (way for way in graph.ways_from(left.source) if way not in tried)
    return next((way for way in ways if graph.by_id[way.target].type is not NodeType.SOLUTION), None)


def _asked(graph: Graph, transcript: Sequence[TranscriptEntry]) -> Mapping[str, str]:
    """Return the answer given at each step of the playbook that was asked, in these words or nearly these."""
    known = _by_text(graph)
    found: dict[str, str] = {}
    for entry in transcript:
        label = plain(entry.answer_label or "")
        if node_id := known.get(plain(entry.text)):
            found[node_id] = label
        else:
            found |= {node.id: label for node in graph.nodes if _alike(node.text, entry.text) and node.id not in found}
    return found


def _by_text(graph: Graph) -> Mapping[str, str]:
    return {plain(node.text): node.id for node in graph.nodes}


def _alike(one: str, other: str) -> bool:
    words, others = _content_words(one), _content_words(other)
    return len(words & others) >= SAME_QUESTION * max(1, len(words | others))


def _content_words(text: str) -> set[str]:
    return set(re.findall(r"\w+", plain(text))) - _FILLER


def _document(graph: Graph, node: Node) -> dict[str, Any]:
    document: dict[str, Any] = {"node_type": _SERVED[node.type], "text": node.text, "help": node.help}
    conditions = [way.condition for way in graph.ways_from(node.id) if way.condition]
    options = [{"key": condition.key, "label": condition.label} for condition in conditions]
    return document | {"options": options, "reason_category": node.reason_category}


def _exhausted() -> dict[str, Any]:
    return {"node_type": ServedType.ESCALATE, "text": EXHAUSTED_TEXT, "reason_category": EXHAUSTED_REASON}
