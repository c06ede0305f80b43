"""The graph as people see it: each place with its best wording, each way with the sessions that took it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID, uuid5

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.drawn import Contradiction, FoldedEdge, FoldedNode, Folding, SetAside
from firstline.flywheel.evidence import UNSURE, Outcome, Step, Walk
from firstline.flywheel.growth import Answer, Place
from firstline.flywheel.sifting import Passage, Rest, sift, what_is_left
from firstline.flywheel.skeleton import Level

_NAMESPACE = UUID("5b6c1f0e-3c0b-5a52-9d0e-6f3a52b1c7aa")


def draw(level: Level | None, passages: Iterable[Passage]) -> Folding:
    """Draw the places of a level with all that passed through them."""
    return _Drawing(level, passages).folding() if level and level.places else _nothing(passages)


def _nothing(passages: Iterable[Passage]) -> Folding:
    rests = what_is_left(passages, ())
    return Folding(root=None, set_aside=tuple(SetAside(None, None, r.asked, r.ended, r.sessions) for r in rests))


class _Drawing:
    def __init__(self, level: Level, passages: Iterable[Passage]) -> None:
        self.level = level
        self.steps: list[dict[str, tuple[Walk, int]]] = [{} for _ in level.places]  # by place: session -> walk, index
        self.passages = list(passages)
        for walk, matches in self.passages:
            for index, number in matches.items():
                self.steps[number][walk.session_id] = (walk, index)
        resolved = [
            {session for session, (walk, _) in standing.items() if walk.outcome is Outcome.RESOLVED}
            for standing in self.steps
        ]
        self.instructions = {at for at, one in enumerate(level.wordings) if one.type is NodeType.ACTION}
        self.drawn, self.rivals = sift(level.places, resolved, self.instructions)
        self.ways: dict[int, set[Answer]] = {number: set() for number in self.drawn}  # under which something hangs
        for above, place in self._hanging(self.drawn):
            self.ways[above].add(place.answer)
        counted = {number: _counted(self.steps[number].values()) for number in self.drawn}
        self.offered = {
            number: {option.key for step, _ in found if number not in self.instructions for option in step.options}
            for number, found in counted.items()
        }
        self.labels = {number: _labels(found) for number, found in counted.items()}

    def folding(self) -> Folding:
        nodes = [self._node(number) for number in self.drawn]
        edges = [self._edge(above, place.number, place.answer) for above, place in self._hanging(self.drawn)]
        others = [self._edge(above, place.number, place.answer) for above, place in self._hanging(self.rivals)]
        joins = self._joins()
        edges += [self._join(above, below, answer, walks) for (above, answer), (below, walks) in joins.items()]
        for number in self.drawn:
            for stub, edge in self._stubs(number, {answer for above, answer in joins if above == number}):
                nodes.append(stub)
                edges.append(edge)
        rests = what_is_left(self.passages, self.drawn)
        return Folding(
            root=nodes[0].id,
            nodes=tuple(nodes),
            edges=tuple(edges),
            contradictions=tuple(
                _contradictions([*nodes, *map(self._node, self.rivals)], [*edges, *others], self._cures(rests))
            ),
            set_aside=tuple(self._set_aside(rest) for rest in rests),
        )

    def _hanging(self, numbers: Iterable[int]) -> Iterator[tuple[int, Place]]:
        """Yield places but the root, each with the number of the one above it."""
        for number in numbers:
            place = self.level.places[number]
            if place.parent is not None:
                yield place.parent.number, place

    def _cures(self, rests: Iterable[Rest]) -> list[SetAside]:
        """Return what ended a walk straight after a drawn place without being a place that rivals a drawn one."""
        return [self._set_aside(rest) for rest in rests if rest.straight and rest.beside not in self.rivals]

    def _set_aside(self, rest: Rest) -> SetAside:
        if rest.place is None:
            return SetAside(None, None, rest.asked, rest.ended, rest.sessions)
        node_id, condition = self.level.wordings[rest.place].id, self._condition(rest.place, rest.answer)
        return SetAside(node_id, condition, rest.asked, rest.ended, rest.sessions)

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
            inferred=not agreeing,
        )

    def _joins(self) -> dict[tuple[int, Answer], tuple[int, list[Walk]]]:
        """Find the ways that were walked though nothing hangs under their answer: they lead to a place elsewhere.

        A place hangs at one other only, but callers reach the same question from several. Of the places such a way led
        to, the most walked is kept; one that would close a circle is not.
        """
        led: dict[tuple[int, Answer], dict[int, list[Walk]]] = {}
        open_ways = {number: self._open(number) for number in self.drawn}
        for above, number, answer, walk in self._passes():
            if answer in open_ways[above]:
                led.setdefault((above, answer), {}).setdefault(number, []).append(walk)
        ways: dict[int, set[int]] = {number: set() for number in self.drawn}
        for above, place in self._hanging(self.drawn):
            ways[above].add(place.number)
        joins: dict[tuple[int, Answer], tuple[int, list[Walk]]] = {}
        for (above, answer), places in sorted(led.items(), key=lambda item: (item[0][0], str(item[0][1]))):
            below = min(places, key=lambda number: (-len(places[number]), number))
            if not _reaches(ways, below, above):
                ways[above].add(below)
                joins[above, answer] = below, places[below]
        return joins

    def _passes(self) -> Iterator[tuple[int, int, Answer, Walk]]:
        """Yield each step taken by a resolved walk from one drawn place straight to another: places, answer, walk."""
        for walk, matches in sorted(self.passages, key=lambda passage: passage[0].session_id):
            if walk.outcome is Outcome.RESOLVED:
                for index, above in sorted(matches.items()):
                    below = matches.get(index + 1)
                    if below is not None and above in self.ways and below in self.ways:
                        yield above, below, walk.steps[index].answer, walk

    def _open(self, number: int) -> set[Answer]:
        """Return the answers offered at a place, or an instruction's one way, under which nothing hangs."""
        if number in self.instructions:
            return set() if self.ways[number] else {None}
        return {key for key in self.offered[number] - {UNSURE} if key not in self.ways[number]}

    def _join(self, above: int, below: int, answer: Answer, walks: list[Walk]) -> FoldedEdge:
        sessions = tuple(sorted({walk.session_id for walk in walks}))
        ends = self.level.wordings[above].id, self.level.wordings[below].id
        return FoldedEdge(*ends, self._condition(above, answer), sessions, resolved=len(sessions))

    def _condition(self, number: int, answer: Answer) -> Condition | None:
        if answer is None or number in self.instructions:
            return None
        labels = self.labels[number].get(answer)
        return Condition(answer, max(labels, key=lambda label: (labels[label], label)) if labels else answer)

    def _stubs(self, number: int, joined: set[Answer]) -> Iterator[tuple[FoldedNode, FoldedEdge]]:
        """Yield a stub for each answer that was offered at a place and under which nothing hangs."""
        node_id = self.level.wordings[number].id
        for key in sorted(self.offered[number] - self.ways[number] - joined - {UNSURE}):
            condition = self._condition(number, key)
            stub_id = str(uuid5(_NAMESPACE, f"{node_id}\x1f{key}"))
            text = f"Nobody has walked this way yet: {condition.label if condition else key}"
            yield (
                FoldedNode(stub_id, NodeType.ESCALATE, text, needs_review=True),
                FoldedEdge(node_id, stub_id, condition),
            )


def _counted(taken: Iterable[tuple[Walk, int]]) -> list[tuple[Step, int]]:
    """Count the steps of a place; walks in outline share equal ones."""
    steps = [walk.steps[index] for walk, index in taken]
    counts = Counter(map(id, steps))
    return [(step, counts[key]) for key, step in {id(step): step for step in steps}.items()]


def _labels(steps: Iterable[tuple[Step, int]]) -> dict[str, Counter[str]]:
    """Count, for each answer offered or given at a place, the labels it had; one that was chosen counts double."""
    labels: dict[str, Counter[str]] = {}
    for step, count in steps:
        for option in step.options:
            labels.setdefault(option.key, Counter())[option.label] += count
        if step.answer and step.label:
            labels.setdefault(step.answer, Counter())[step.label] += 2 * count
    return labels


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


def _contradictions(nodes: list[FoldedNode], edges: list[FoldedEdge], cures: list[SetAside]) -> Iterator[Contradiction]:
    """Yield where one answer leads beside a drawn place to its rivals, or beside a drawn end to other cures."""
    placed = {node.id: node for node in nodes if not node.needs_review}
    ways: dict[tuple[str | None, str | None], list[tuple[str, tuple[str, ...]]]] = {}
    conditions: dict[tuple[str | None, str | None], Condition | None] = {}
    ends = set()
    for edge in edges:
        if edge.target in placed:
            key = edge.source, edge.condition.key if edge.condition else None
            conditions[key] = edge.condition
            ways.setdefault(key, []).append((placed[edge.target].text, edge.sessions))
            if placed[edge.target].type.is_end:
                ends.add(key)
    for cure in cures:
        after = cure.node_id, cure.condition.key if cure.condition else None
        if after in ends:
            ways[after].append((cure.ended, cure.sessions))
    for (node_id, answer), found in ways.items():
        if len(found) > 1 and node_id is not None:
            found.sort(key=lambda way: (-len(way[1]), way[0]))
            yield Contradiction(node_id, conditions[node_id, answer], tuple(found))
