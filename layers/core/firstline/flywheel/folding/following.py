"""How a walk runs through a published flow that it was not served from: which nodes it met, and where it departed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from firstline.flows.rules import Graph
from firstline.flywheel.folding.alignment import align_found
from firstline.flywheel.folding.branching import PLACES, STRICT
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.folding.growth import Answer, Place
from firstline.flywheel.folding.similarity import UNIT, Lexicon, Vector

# Log likelihood ratios. Of walks drawn from one authored playbook 8 in 100 begin like another playbook's flow, and 6 in
# 100 of those share a further step; a walk of the flow itself leaves it in perhaps one call of five.
_ALIKE = math.log(1 / 0.08)
_DEPARTED = math.log(0.2)
_SUREST = 0.005  # an opening alone never says more for or against


@dataclass(frozen=True, slots=True)
class Departure:
    """Steps the flow does not have: after which node and answer (None: before any), and where the walk came back.

    `first` to `last` (exclusive) are the steps; none at all where only the answer's way is new. `contradicts` tells
    that the flow goes on from that answer in another way.
    """

    node_id: str | None
    answer: Answer
    label: str | None
    first: int
    last: int
    back_at: str | None
    contradicts: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A walk through a flow: for each step the node it stands at, None where the flow has none."""

    walk: Walk
    nodes: tuple[str | None, ...]
    departures: tuple[Departure, ...]
    begins_at_root: bool

    @property
    def met(self) -> int:
        return sum(node is not None for node in self.nodes)

    @property
    def is_inside(self) -> bool:
        return self.met == len(self.nodes) > 0 and not self.departures

    def probability(self, by_opening: float) -> float:
        """Return how likely the flow is the walk's own, 0..1, from what matching made of the opening (0..1).

        Bayes in log odds: every step that both have speaks for it, every departure against it.
        """
        if not self.begins_at_root:
            return 0.0
        prior = min(max(by_opening, _SUREST), 1 - _SUREST)
        odds = math.log(prior / (1 - prior)) + self.met * _ALIKE + len(self.departures) * _DEPARTED
        return 1 / (1 + math.exp(-odds))

    def marked(self) -> Walk:
        """Return the walk as if the flow had served what it has: its other steps count as built."""
        steps = [
            replace(step, built=node is None, node_id=node)
            for step, node in zip(self.walk.steps, self.nodes, strict=True)
        ]
        return replace(self.walk, steps=tuple(steps))


def follow(published: Graph, walk: Walk) -> Course:
    """Align a walk with the paths of a flow; answers that bear a way's label are taken for that way's."""
    flow = _laid_out(Graph(published.root, tuple(published.nodes), tuple(published.edges)))
    found = [flow.products(step.text) for step in walk.steps]
    stood = align_found(walk.steps, found, flow.roots, STRICT).matches
    nodes = tuple(
        stood[at].node_id if at in stood and _is_told(step, stood[at], found[at]) else None
        for at, step in enumerate(walk.steps)
    )
    steps = tuple(_answered(published, step, node) for step, node in zip(walk.steps, nodes, strict=True))
    understood = replace(walk, steps=steps)
    departures = tuple(_departures(published, understood, nodes))
    return Course(understood, nodes, departures, begins_at_root=bool(nodes) and nodes[0] == published.root)


class _Layout:
    """A flow as walks are aligned with it: a place for each path to a node, and the places by what their nodes say."""

    def __init__(self, published: Graph) -> None:
        # What is asked in a walk is asked in the flow too: each wording counts for both.
        self._lexicon = Lexicon.of(node.text for node in published.nodes for _ in range(2))
        self.roots = list(_unrolled(published))
        self._index: dict[int, list[tuple[str, int]]] = {}  # feature -> the nodes that have it, and how much of it
        for node in published.nodes:
            for feature, weight in self._vector(node.text).items():
                self._index.setdefault(feature, []).append((node.id, weight))
        self._places: dict[str | None, list[Place]] = {}
        for place in (place for root in self.roots for place in root.subtree()):
            self._places.setdefault(place.node_id, []).append(place)

    def products(self, text: str) -> dict[Place, int]:
        """Return the product of a wording with each place's that shares a feature with it."""
        found: dict[str, int] = {}
        for feature, weight in self._vector(text).items():
            for node_id, other in self._index.get(feature, ()):
                found[node_id] = found.get(node_id, 0) + weight * other
        return {place: product for node_id, product in found.items() for place in self._places.get(node_id, ())}

    def _vector(self, text: str) -> Vector:
        """Return the weights of a text, by a lexicon that does not remember it: a layout outlives many walks."""
        return Lexicon(self._lexicon.frequencies, self._lexicon.texts).vector(text)


@lru_cache(maxsize=16)
def _laid_out(published: Graph) -> _Layout:
    return _Layout(published)


def _is_told(step: Step, place: Place, found: Mapping[Place, int]) -> bool:
    """Tell whether a step's own words speak for its place: the same answers before it do not make two cures one."""
    return not step.type.is_end or step.node_id == place.node_id or found.get(place, 0) > STRICT.alike * UNIT * UNIT


def _unrolled(published: Graph) -> Iterator[Place]:
    """Yield the tree of a graph's paths, one place for each path to a node."""
    if published.root not in published.by_id:
        return
    root = _place(published, published.root, 1)
    stack = [(root, frozenset((published.root,)))]
    count = 1
    while stack and count < PLACES:
        place, path = stack.pop()
        for edge in published.ways_from(place.node_id or ""):
            if edge.target not in path and edge.target in published.by_id:
                count += 1
                child = _place(published, edge.target, count)
                place.hang(child, edge.condition.key if edge.condition else None)
                stack.append((child, path | {edge.target}))
    yield root


def _place(published: Graph, node_id: str, number: int) -> Place:
    place = Place(number)
    place.node_id, place.size, place.ends = node_id, 1, int(published.by_id[node_id].type.is_end)
    return place


def _answered(published: Graph, step: Step, node_id: str | None) -> Step:
    """Return the step with the flow's own key for its answer, where only the label is the same."""
    if node_id is None or step.answer is None or step.label is None or published.way(node_id, step.answer):
        return step
    label = step.label.casefold()
    for edge in published.ways_from(node_id):
        if edge.condition is not None and edge.condition.label.casefold() == label:
            return replace(step, answer=edge.condition.key)
    return step


def _departures(published: Graph, walk: Walk, nodes: Sequence[str | None]) -> Iterator[Departure]:
    stood = [(-1, None), *((at, node) for at, node in enumerate(nodes) if node is not None), (len(nodes), None)]
    for (before, node), (after, back_at) in pairwise(stood):
        step = walk.steps[before] if node is not None else None
        answer = step.answer if step is not None else None
        way = published.way(node, answer) if node is not None else None
        if after - before == 1 and (step is None or back_at is None or way is not None):
            continue  # nothing between, or a question left out on a way the flow has
        label = step.label if step is not None else None
        yield Departure(node, answer, label, before + 1, after, back_at, contradicts=way is not None)
