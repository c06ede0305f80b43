"""The graph as people see it: each node with its best wording, each way with the sessions that took it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID, uuid5

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.drawn import Contradiction, FoldedEdge, FoldedNode, Folding, SetAside
from firstline.flywheel.folding.evidence import UNSURE, Step
from firstline.flywheel.folding.growth import Answer
from firstline.flywheel.folding.register import Register
from firstline.flywheel.folding.sifting import Rest, sift, what_is_left
from firstline.flywheel.folding.skeleton import Level
from firstline.flywheel.folding.traffic import Traffic, Way, leads_to

_NAMESPACE = UUID("5b6c1f0e-3c0b-5a52-9d0e-6f3a52b1c7aa")


def draw(level: Level | None, register: Register) -> Folding:
    """Draw the places of a level with all that passed through them.

    Places that stand for one question are one node: it has a way in from each of them, and the evidence of all.
    """
    return _Drawing(level, register).folding() if level and level.places else _nothing(register)


def _nothing(register: Register) -> Folding:
    rests = what_is_left(Traffic(None, register), ())
    return Folding(root=None, set_aside=tuple(SetAside(None, None, r.asked, r.ended, r.sessions) for r in rests))


class _Drawing:
    def __init__(self, level: Level, register: Register) -> None:
        self.level = level
        self.traffic = Traffic(level, register)
        sifted = sift(self.traffic)
        self.nodes, self.ways, self.rivals = sifted.nodes, sifted.ways, sifted.rivals
        self.led: dict[int, set[Answer]] = {node: set() for node in self.nodes}  # answers under which something hangs
        for way in self.ways:
            self.led[way.above].add(way.answer)
        worded = self.traffic.worded()
        self.labels = {node: _labels(worded[node]) for node in self.nodes}
        self.offered = {node: self._offered(node, worded[node]) for node in self.nodes}

    def folding(self) -> Folding:
        stood = self.traffic.stood()
        nodes = [self._node(node, stood[node]) for node in self.nodes]
        edges = [self._edge(way) for way in self.ways]
        joins = self._joins()
        edges += [self._join(way, sessions) for way, sessions in joins.items()]
        joined = {(way.above, way.answer) for way in joins}
        for node in self.nodes:
            for stub, edge in self._stubs(node, joined):
                nodes.append(stub)
                edges.append(edge)
        rests = what_is_left(self.traffic, self.led.keys())
        return Folding(
            root=self._id(self.traffic.root),
            nodes=tuple(nodes),
            edges=tuple(edges),
            contradictions=tuple(self._contradictions(edges, rests)),
            set_aside=tuple(self._set_aside(rest) for rest in rests),
        )

    def _id(self, node: int) -> str:
        return self.level.wordings[node].id

    def _node(self, node: int, steps: Sequence[tuple[str, int]]) -> FoldedNode:
        wording = self.level.wordings[node]
        return FoldedNode(wording.id, wording.type, wording.text, wording.help, steps=tuple(steps))

    def _edge(self, way: Way) -> FoldedEdge:
        walks, inferred = self.traffic.taken(way)
        resolved = (walks & self.traffic.resolved).bit_count()
        return FoldedEdge(
            source=self._id(way.above),
            target=self._id(way.below),
            condition=self._condition(way.above, way.answer),
            sessions=self.traffic.sessions(walks),
            resolved=resolved,
            failed=walks.bit_count() - resolved,
            inferred=inferred,
        )

    def _set_aside(self, rest: Rest) -> SetAside:
        if rest.node is None:
            return SetAside(None, None, rest.asked, rest.ended, rest.sessions)
        condition = self._condition(rest.node, rest.answer)
        return SetAside(self._id(rest.node), condition, rest.asked, rest.ended, rest.sessions)

    def _joins(self) -> dict[Way, list[str]]:
        """Find the ways that were walked though nothing hangs under their answer: they lead to a node elsewhere.

        Of the nodes such a way led to, the most walked is kept; one that would close a circle is not.
        """
        led: dict[tuple[int, Answer], dict[int, list[str]]] = {}
        answers = {(node, answer) for node in self.nodes for answer in self._open(node)}
        for asked, below, session in self.traffic.passes(answers):
            if below in self.led:
                led.setdefault(asked, {}).setdefault(below, []).append(session)
        on: dict[int, set[int]] = {node: set() for node in self.nodes}
        for way in self.ways:
            on[way.above].add(way.below)
        joins: dict[Way, list[str]] = {}
        for (above, answer), nodes in sorted(led.items(), key=lambda item: (item[0][0], str(item[0][1]))):
            below = min(nodes, key=lambda node: (-len(nodes[node]), node))
            if not leads_to(on, below, above):
                on[above].add(below)
                joins[Way(above, answer, below)] = nodes[below]
        return joins

    def _offered(self, node: int, steps: Iterable[tuple[Step, int]]) -> set[str]:
        return set() if self.traffic.is_instruction(node) else {each.key for step, _ in steps for each in step.options}

    def _open(self, node: int) -> set[Answer]:
        """Return the answers offered at a node, or an instruction's one way, under which nothing hangs."""
        if self.traffic.is_instruction(node):
            return set() if self.led[node] else {None}
        return {key for key in self.offered[node] - {UNSURE} if key not in self.led[node]}

    def _join(self, way: Way, sessions: Sequence[str]) -> FoldedEdge:
        ends = self._id(way.above), self._id(way.below)
        condition = self._condition(way.above, way.answer)
        return FoldedEdge(*ends, condition, tuple(sessions), resolved=len(sessions))

    def _condition(self, node: int, answer: Answer) -> Condition | None:
        if answer is None or self.traffic.is_instruction(node):
            return None
        labels = self.labels[node].get(answer)
        return Condition(answer, max(labels, key=lambda label: (labels[label], label)) if labels else answer)

    def _stubs(self, node: int, joined: set[tuple[int, Answer]]) -> Iterator[tuple[FoldedNode, FoldedEdge]]:
        """Yield a stub for each answer that was offered at a node and under which nothing hangs."""
        for key in sorted(self.offered[node] - self.led[node] - {UNSURE}):
            if (node, key) in joined:
                continue
            condition = self._condition(node, key)
            stub_id = str(uuid5(_NAMESPACE, f"{self._id(node)}\x1f{key}"))
            text = f"Nobody has walked this way yet: {condition.label if condition else key}"
            yield (
                FoldedNode(stub_id, NodeType.ESCALATE, text, needs_review=True),
                FoldedEdge(self._id(node), stub_id, condition),
            )

    def _contradictions(self, edges: Iterable[FoldedEdge], rests: Iterable[Rest]) -> Iterator[Contradiction]:
        """Yield where one answer leads beside a drawn node to its rivals, or beside a drawn end to other cures."""
        placed = {wording.id: wording for wording in self.level.wordings}
        ways: dict[tuple[str | None, str | None], list[tuple[str, tuple[str, ...]]]] = {}
        conditions: dict[tuple[str | None, str | None], Condition | None] = {}
        ends = set()
        for edge in (*edges, *map(self._edge, self.rivals)):
            if edge.target in placed:
                key = edge.source, edge.condition.key if edge.condition else None
                conditions[key] = edge.condition
                ways.setdefault(key, []).append((placed[edge.target].text, edge.sessions))
                if placed[edge.target].type.is_end:
                    ends.add(key)
        rivals = {way.below for way in self.rivals}
        for cure in (self._set_aside(rest) for rest in rests if rest.straight and rest.beside not in rivals):
            after = cure.node_id, cure.condition.key if cure.condition else None
            if after in ends:
                ways[after].append((cure.ended, cure.sessions))
        for (node_id, answer), found in ways.items():
            if len(found) > 1 and node_id is not None:
                found.sort(key=lambda way: (-len(way[1]), way[0]))
                yield Contradiction(node_id, conditions[node_id, answer], tuple(found))


def _labels(steps: Iterable[tuple[Step, int]]) -> dict[str, Counter[str]]:
    """Count, for each answer offered or given at a node, the labels it had; one that was chosen counts double."""
    labels: dict[str, Counter[str]] = {}
    for step, count in steps:
        for option in step.options:
            labels.setdefault(option.key, Counter())[option.label] += count
        if step.answer and step.label:
            labels.setdefault(step.answer, Counter())[step.label] += 2 * count
    return labels
