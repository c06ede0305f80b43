"""Where walks leave a published flow, and the new branch they make there."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from firstline.flows.rules import Edge, Graph
from firstline.flywheel.folding.alignment import Weights
from firstline.flywheel.folding.consensus import agree, align, visible
from firstline.flywheel.folding.drawn import Folding
from firstline.flywheel.folding.evidence import UNSURE, Step, Walk, one_per_session
from firstline.flywheel.folding.growth import Answer, Place, Tree
from firstline.flywheel.folding.similarity import Lexicon
from firstline.flywheel.folding.state import fold

PLACES = 2_000  # a graph with joins is unrolled into ways of this many steps together
DRAWN = 128  # walks, by lot, that shape new branches; the others are stood in what those made
STRICT = Weights(other_answer=1.0)  # a published flow's answers are right; a walk that gave another one left it
SHARE = 0.25  # a place is worth proposing with this part of the walks of the most frequent one
Way = tuple[str | None, Answer]  # a published node and an answer there; no node: before any


@dataclass(frozen=True, slots=True)
class Branch:
    """What walks did after an answer at a published node the flow knew no way on from; `node_id` None: before any."""

    node_id: str | None
    answer: Answer
    label: str | None
    sessions: tuple[str, ...]
    folding: Folding


@dataclass(frozen=True, slots=True)
class Reinforcement:
    """A walk that stayed inside: the published nodes it stood in, in order."""

    session_id: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branches:
    """Branches, most walked first, and the walks that stayed inside the flow."""

    branches: tuple[Branch, ...]
    reinforced: tuple[Reinforcement, ...]

    def worth_proposing(self, least: int = 2) -> tuple[Branch, ...]:
        most = max((len(branch.sessions) for branch in self.branches), default=0)
        return tuple(branch for branch in self.branches if len(branch.sessions) >= max(least, SHARE * most))


def fold_onto(published: Graph, walks: Sequence[Walk]) -> Branches:
    """Tell for each walk whether it stayed inside a published flow or left it, and where; any order gives the same.

    The flow's own ways and the walks are folded into one tree; what the walks made of it beside the flow is new. A
    walk has left where it gave an answer the flow has no way on for, or hangs below such an answer by the vote of all.
    """
    kept = [walk for walk in one_per_session(walks) if walk.steps]
    ways = list(_ways(published))
    texts = [node.text for node in published.nodes] + [step.text for walk in kept for step in walk.steps]
    tree = agree(kept[:DRAWN], Lexicon.of(texts), ways, STRICT)
    _stand_others(tree, kept[DRAWN:])
    shown = visible(tree).keys()
    left: dict[Way, list[tuple[Walk, int]]] = {}  # with the step each walk's branch begins with
    reinforced = []
    for number in range(len(ways), len(tree.walks)):
        walk = tree.walks[number]
        stood = {at: place for at, place in tree.where[number] if place.node_id is not None or place in shown}
        way = _left_at(published, walk, stood)
        if way is not None and (way[0] is None or published.way(way[0], way[1]) is None):
            left.setdefault(way, []).append((walk, _begins(stood, way)))
        else:
            nodes = tuple(place.node_id for _, place in _in_order(stood) if place.node_id is not None)
            reinforced.append(Reinforcement(walk.session_id, nodes))
    branches = [_branch(way, members) for way, members in left.items()]
    branches.sort(key=lambda branch: (-len(branch.sessions), branch.node_id or "", branch.answer or ""))
    return Branches(tuple(branches), tuple(sorted(reinforced, key=lambda found: found.session_id)))


def _in_order(stood: Mapping[int, Place]) -> list[tuple[int, Place]]:
    return sorted(stood.items(), key=lambda pair: pair[0])


def _ways(published: Graph) -> Iterator[Walk]:
    """Yield a published graph's ways from the root to each end, as walks whose steps know their nodes."""
    stack: list[tuple[str, tuple[Step, ...]]] = [(published.root, ())] if published.root in published.by_id else []
    steps = number = 0
    while stack and steps < PLACES:
        node_id, path = stack.pop()
        node = published.by_id[node_id]
        passed = {node_id, *(step.node_id for step in path)}
        edges = [
            edge
            for edge in published.ways_from(node_id)
            if edge.target in published.by_id and edge.target not in passed
        ]
        stack += [(edge.target, (*path, _served(published, node_id, edge))) for edge in edges]
        if not edges:
            number += 1
            steps += len(path) + 1
            yield Walk(f"way {number}", "", (*path, Step(node.text, node.type, node_id=node_id)))


def _served(published: Graph, node_id: str, edge: Edge) -> Step:
    node = published.by_id[node_id]
    return Step(node.text, node.type, edge.condition.key if edge.condition else None, node_id=node_id)


def _stand_others(tree: Tree, walks: Sequence[Walk]) -> None:
    first = len(tree.walks)
    tree.walks = [*tree.walks, *walks]
    matches = [align(tree, number, STRICT).matches for number in range(first, len(tree.walks))]
    for number, found in enumerate(matches, start=first):
        tree.where[number] = sorted(found.items(), key=lambda pair: pair[0])


def _left_at(published: Graph, walk: Walk, stood: Mapping[int, Place]) -> Way | None:
    """Return the node and answer after which a walk went its own way; None where it came to an end of the flow."""
    known = [(at, place.node_id) for at, place in _in_order(stood) if place.node_id is not None]
    for at, node_id in known:
        answer = walk.steps[at].answer
        if answer not in (None, UNSURE) and published.way(node_id, answer) is None:
            return node_id, answer
    last = max(stood, default=-1)
    if not known:
        return (None, None) if last < 0 else _above(stood[last])
    at, node_id = known[-1]
    if last == at:
        ended = published.by_id[node_id].type.is_end or at == len(walk.steps) - 1
        return None if ended else (node_id, walk.steps[at].answer)
    way = _above(stood[last])
    return way if way[0] is not None else (node_id, walk.steps[at].answer)


def _above(place: Place) -> Way:
    """Return the published node a new place hangs below, and the answer there."""
    while place.parent is not None and place.parent.node_id is None:
        place = place.parent
    return (place.parent.node_id, place.answer) if place.parent is not None else (None, None)


def _begins(stood: Mapping[int, Place], way: Way) -> int:
    """Return the first step of a walk's branch: the one after its step at the node, or its first new one."""
    before = [at for at, place in stood.items() if place.node_id is not None and place.node_id == way[0]]
    new = [at for at, place in stood.items() if place.node_id is None]
    return max(before) + 1 if before else min(new, default=0)


def _branch(way: Way, members: Sequence[tuple[Walk, int]]) -> Branch:
    node_id, answer = way
    offsets = {walk.session_id: begins for walk, begins in members}
    tails = [replace(walk, steps=walk.steps[begins:]) for walk, begins in members]
    labels = Counter(
        step.label
        for walk, begins in members
        for step in walk.steps[:begins]
        if step.label and step.answer == answer and (step.node_id == node_id or step.node_id is None)
    )
    label = max(labels, key=lambda words: (labels[words], words)) if labels else answer
    return Branch(node_id, answer, label, tuple(sorted(offsets)), _shifted(fold(tails), offsets))


def _shifted(folding: Folding, offsets: Mapping[str, int]) -> Folding:
    """Let the steps of a branch count from the beginning of their walks."""
    nodes = tuple(
        replace(node, steps=tuple((session, index + offsets[session]) for session, index in node.steps))
        for node in folding.nodes
    )
    return replace(folding, nodes=nodes)
