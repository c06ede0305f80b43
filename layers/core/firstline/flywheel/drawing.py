"""The graph as people see it: each place with its best wording, each way with the sessions that took it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.evidence import UNSURE, Outcome, Walk
from firstline.flywheel.growth import Answer
from firstline.flywheel.skeleton import Level

_NAMESPACE = UUID("5b6c1f0e-3c0b-5a52-9d0e-6f3a52b1c7aa")
StepRef = tuple[str, int]  # session id, index in its walked path


@dataclass(frozen=True, slots=True)
class FoldedNode:
    id: str
    type: NodeType
    text: str
    help: str | None = None
    needs_review: bool = False
    steps: tuple[StepRef, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldedEdge:
    source: str
    target: str
    condition: Condition | None
    sessions: tuple[str, ...] = ()
    resolved: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """After the same answer at one node, walks went on to different places."""

    node_id: str
    condition: Condition | None
    ways: tuple[tuple[str, tuple[str, ...]], ...]  # wording of what came next, its sessions; most walked first


@dataclass(frozen=True, slots=True)
class Folding:
    """A proposal's graph; `set_aside` are the sessions none of whose steps found a place in it."""

    root: str | None
    nodes: tuple[FoldedNode, ...] = ()
    edges: tuple[FoldedEdge, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    set_aside: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the form of `proposed_flow_data`: flow JSON with the evidence on nodes and edges."""
        return {
            "root": self.root,
            "nodes": [_node_document(node) for node in self.nodes],
            "edges": [_edge_document(edge) for edge in self.edges],
        }


def _node_document(node: FoldedNode) -> dict[str, Any]:
    document: dict[str, Any] = {"id": node.id, "type": node.type.value, "text": node.text}
    if node.help:
        document["help"] = node.help
    if node.needs_review:
        document["needs_review"] = True
    return document | {"steps": [{"session_id": session, "index": index} for session, index in node.steps]}


def _edge_document(edge: FoldedEdge) -> dict[str, Any]:
    document: dict[str, Any] = {"from": edge.source, "to": edge.target}
    if edge.condition:
        document["condition"] = {"key": edge.condition.key, "label": edge.condition.label}
    return document | {"sessions": list(edge.sessions), "resolved": edge.resolved, "failed": edge.failed}


Passage = tuple[Walk, Mapping[int, int]]  # a walk, and the number of the place each of its steps stands in


def draw(level: Level | None, passages: Iterable[Passage]) -> Folding:
    """Draw the places of a level with all that passed through them."""
    return _Drawing(level, passages).folding() if level and level.places else _nothing(passages)


def _nothing(passages: Iterable[Passage]) -> Folding:
    return Folding(root=None, set_aside=tuple(sorted(walk.session_id for walk, _ in passages)))


class _Drawing:
    def __init__(self, level: Level, passages: Iterable[Passage]) -> None:
        self.level = level
        self.steps: list[dict[str, tuple[Walk, int]]] = [{} for _ in level.places]  # by place: session -> walk, index
        self.set_aside: list[str] = []
        for walk, matches in passages:
            for index, number in matches.items():
                self.steps[number][walk.session_id] = (walk, index)
            if not matches:
                self.set_aside.append(walk.session_id)
        self.labels = [self._labels(number) for number in range(len(level.places))]

    def folding(self) -> Folding:
        nodes = [self._node(number) for number in range(len(self.level.places))]
        edges = [
            self._edge(place.parent.number, place.number, place.answer)
            for place in self.level.places
            if place.parent is not None
        ]
        joins = self._joins()
        edges += [self._join(above, below, answer, walks) for (above, answer), (below, walks) in joins.items()]
        for number in range(len(self.level.places)):
            for stub, edge in self._stubs(number, {answer for above, answer in joins if above == number}):
                nodes.append(stub)
                edges.append(edge)
        return Folding(
            root=nodes[0].id,
            nodes=tuple(nodes),
            edges=tuple(edges),
            contradictions=tuple(_contradictions(nodes, edges)),
            set_aside=tuple(sorted(self.set_aside)),
        )

    def _node(self, number: int) -> FoldedNode:
        wording = self.level.wordings[number]
        steps = tuple(sorted((session, index) for session, (_, index) in self.steps[number].items()))
        return FoldedNode(wording.id, wording.type, wording.text, wording.help, steps=steps)

    def _edge(self, above: int, below: int, answer: Answer) -> FoldedEdge:
        came = self.steps[above]
        both = {session: walk for session, (walk, _) in self.steps[below].items() if session in came}
        agreeing = {session: walk for session, walk in both.items() if walk.steps[came[session][1]].answer == answer}
        walks = agreeing or both or {session: walk for session, (walk, _) in self.steps[below].items()}
        resolved = sum(walk.outcome is Outcome.RESOLVED for walk in walks.values())
        return FoldedEdge(
            source=self.level.wordings[above].id,
            target=self.level.wordings[below].id,
            condition=self._condition(above, answer),
            sessions=tuple(sorted(walks)),
            resolved=resolved,
            failed=len(walks) - resolved,
        )

    def _joins(self) -> dict[tuple[int, Answer], tuple[int, list[Walk]]]:
        """Find the ways that were walked though nothing hangs under their answer: they lead to a place elsewhere.

        A place hangs at one other only, but callers reach the same question from several. Of the places such a way led
        to, the most walked is kept; one that would close a circle is not.
        """
        led: dict[tuple[int, Answer], dict[int, list[Walk]]] = {}
        for above, number, answer, walk in self._passes():
            if answer in self._offered(above) - self.level.places[above].children.keys() - {UNSURE}:
                led.setdefault((above, answer), {}).setdefault(number, []).append(walk)
        ways = {place.number: {child.number for child in place.all_children()} for place in self.level.places}
        joins: dict[tuple[int, Answer], tuple[int, list[Walk]]] = {}
        for (above, answer), places in sorted(led.items(), key=lambda item: (item[0][0], str(item[0][1]))):
            below = min(places, key=lambda number: (-len(places[number]), number))
            if not _reaches(ways, below, above):
                ways[above].add(below)
                joins[above, answer] = below, places[below]
        return joins

    def _passes(self) -> Iterator[tuple[int, int, Answer, Walk]]:
        """Yield each step taken by a resolved walk from one place straight to another: places, answer, walk."""
        stood: dict[str, dict[int, int]] = {}
        walks: dict[str, Walk] = {}
        for number, steps in enumerate(self.steps):
            for session, (walk, index) in steps.items():
                stood.setdefault(session, {})[index] = number
                walks[session] = walk
        for session in sorted(stood):
            walk, numbers = walks[session], stood[session]
            if walk.outcome is Outcome.RESOLVED:
                for index, above in sorted(numbers.items()):
                    if index + 1 in numbers:
                        yield above, numbers[index + 1], walk.steps[index].answer, walk

    def _offered(self, number: int) -> set[str]:
        return {option.key for walk, index in self.steps[number].values() for option in walk.steps[index].options}

    def _join(self, above: int, below: int, answer: Answer, walks: list[Walk]) -> FoldedEdge:
        sessions = tuple(sorted({walk.session_id for walk in walks}))
        ends = self.level.wordings[above].id, self.level.wordings[below].id
        return FoldedEdge(*ends, self._condition(above, answer), sessions, resolved=len(sessions))

    def _labels(self, number: int) -> dict[str, Counter[str]]:
        """Count, for each answer offered or given at a place, the labels it had; one that was chosen counts double."""
        labels: dict[str, Counter[str]] = {}
        for walk, index in self.steps[number].values():
            step = walk.steps[index]
            for option in step.options:
                labels.setdefault(option.key, Counter())[option.label] += 1
            if step.answer and step.label:
                labels.setdefault(step.answer, Counter())[step.label] += 2
        return labels

    def _condition(self, number: int, answer: Answer) -> Condition | None:
        if answer is None:
            return None
        labels = self.labels[number].get(answer)
        return Condition(answer, max(labels, key=lambda label: (labels[label], label)) if labels else answer)

    def _stubs(self, number: int, joined: set[Answer]) -> Iterator[tuple[FoldedNode, FoldedEdge]]:
        """Yield a stub for each answer that was offered at a place and under which nothing hangs."""
        node_id = self.level.wordings[number].id
        for key in sorted(self._offered(number) - self.level.places[number].children.keys() - joined - {UNSURE}):
            condition = self._condition(number, key)
            stub_id = str(uuid5(_NAMESPACE, f"{node_id}\x1f{key}"))
            text = f"Nobody has walked this way yet: {condition.label if condition else key}"
            yield (
                FoldedNode(stub_id, NodeType.ESCALATE, text, needs_review=True),
                FoldedEdge(node_id, stub_id, condition),
            )


def _reaches(ways: Mapping[int, set[int]], start: int, goal: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        number = waiting.pop()
        if number == goal:
            return True
        fresh = ways[number] - seen
        seen |= fresh
        waiting += fresh
    return False


def _contradictions(nodes: list[FoldedNode], edges: list[FoldedEdge]) -> Iterator[Contradiction]:
    texts = {node.id: node.text for node in nodes}
    ways: dict[tuple[str, Condition | None], list[FoldedEdge]] = {}
    for edge in edges:
        ways.setdefault((edge.source, edge.condition), []).append(edge)
    for (source, condition), found in ways.items():
        if len(found) > 1:
            found.sort(key=lambda edge: (-len(edge.sessions), edge.target))
            yield Contradiction(source, condition, tuple((texts[edge.target], edge.sessions) for edge in found))
