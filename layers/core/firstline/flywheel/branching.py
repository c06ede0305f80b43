"""Where walks leave a published flow, and the new branch they make there."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from firstline.flows.rules import Graph
from firstline.flywheel.alignment import Weights, align_steps
from firstline.flywheel.drawing import Folding
from firstline.flywheel.evidence import Walk, one_per_session
from firstline.flywheel.folding import fold
from firstline.flywheel.growth import Answer, Place, Tree, ancestors
from firstline.flywheel.similarity import Lexicon

PLACES = 2_000  # a graph with joins is unrolled into paths up to this many places
TURNS = 2  # looks at every walk after the first
STRICT = Weights(other_answer=0.30)  # a published flow's answers are right; a walk that gave another one left it
SHARE = 0.25  # a place is worth proposing with this part of the walks of the most frequent one


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
    """Tell for each walk whether it stayed inside a published flow or left it, and where; any order gives the same."""
    kept = sorted((walk for walk in one_per_session(walks) if walk.steps), key=lambda walk: -len(walk.steps))
    texts = [node.text for node in published.nodes] + [step.text for walk in kept for step in walk.steps]
    tree = Tree(kept, Lexicon.of(texts))
    tree.roots += _unroll(published, tree)
    for walk in range(len(kept)):
        _stand(tree, walk)
    for _ in range(TURNS):
        for walk in range(len(kept)):
            tree.take_out(walk)
            _stand(tree, walk)
    return _read(tree)


def _unroll(published: Graph, tree: Tree) -> Iterator[Place]:
    """Make the places of a published graph, one for each path to a node."""
    if published.root not in published.by_id:
        return
    root = _published_place(published, published.root, tree)
    stack = [(root, frozenset((published.root,)))]
    count = 1
    while stack:
        place, path = stack.pop()
        for edge in published.ways_from(place.node_id or ""):
            if edge.target in path or edge.target not in published.by_id or count >= PLACES:
                continue
            child = _published_place(published, edge.target, tree)
            place.hang(child, edge.condition.key if edge.condition else None)
            stack.append((child, path | {edge.target}))
            count += 1
    yield root


def _published_place(published: Graph, node_id: str, tree: Tree) -> Place:
    node = published.by_id[node_id]
    place = tree.new_place()
    place.node_id, place.size, place.ends = node_id, 1, int(node.type.is_end)
    place.sums = dict(tree.lexicon.vector(node.text))
    for feature, weight in place.sums.items():
        tree.index.setdefault(feature, {})[place] = weight
    return place


def _stand(tree: Tree, walk: int) -> None:
    """Stand a walk where it fits; what it did after its last match is a branch below that."""
    matches = align_steps(tree.walks[walk].steps, tree.lexicon, tree.roots, tree.index, STRICT).matches
    for index in sorted(matches):
        tree.join(matches[index], walk, index)
    if not matches:
        tree.where[walk] = []
        return
    last = max(matches)
    above, answer = matches[last], tree.step(walk, last).answer
    for index in range(last + 1, len(tree.walks[walk].steps)):
        place = tree.new_place()
        above.hang(place, answer)
        tree.join(place, walk, index)
        above, answer = place, tree.step(walk, index).answer


def _read(tree: Tree) -> Branches:
    reinforced = []
    left: dict[Place, list[tuple[int, int]]] = {}  # first place of a branch -> walk, its step there
    apart = []
    for walk in range(len(tree.walks)):
        passed = tree.where[walk]
        first = next(((index, place) for index, place in passed if place.node_id is None), None)
        if first is not None:
            index, place = first
            left.setdefault(_first_new(place), []).append((walk, index))
        elif passed:
            nodes = tuple(place.node_id for _, place in passed if place.node_id is not None)
            reinforced.append(Reinforcement(tree.walks[walk].session_id, nodes))
        else:
            apart.append((walk, 0))
    places: dict[tuple[str | None, Answer], list[tuple[int, int]]] = {}
    for place, members in left.items():
        places.setdefault(_attached(tree, place, members), []).extend(members)
    if apart:
        places[None, None] = apart
    branches = [_branch(tree, node_id, answer, members) for (node_id, answer), members in places.items()]
    branches.sort(key=lambda branch: (-len(branch.sessions), branch.node_id or "", branch.answer or ""))
    return Branches(tuple(branches), tuple(sorted(reinforced, key=lambda found: found.session_id)))


def _first_new(place: Place) -> Place:
    for above in ancestors(place):
        if above.node_id is not None:
            return place
        place = above
    return place


def _attached(tree: Tree, place: Place, members: Sequence[tuple[int, int]]) -> tuple[str | None, Answer]:
    """Vote for the published node, and the answer there, after which the walks of a branch went their own way."""
    votes: Counter[tuple[str | None, Answer]] = Counter()
    depth: dict[str | None, int] = {}
    for walk, index in members:
        published = [(at, stood) for at, stood in tree.where[walk] if at < index and stood.node_id is not None]
        if published:
            at, stood = max(published, key=lambda pair: len(list(ancestors(pair[1]))))
            votes[stood.node_id, tree.step(walk, at).answer] += 1
            depth[stood.node_id] = len(list(ancestors(stood)))
    if not votes:
        return (place.parent.node_id, place.answer) if place.parent else (None, None)
    return max(votes, key=lambda vote: (votes[vote], depth[vote[0]], vote[0] or "", vote[1] or ""))


def _branch(tree: Tree, node_id: str | None, answer: Answer, members: Sequence[tuple[int, int]]) -> Branch:
    offsets = {tree.walks[walk].session_id: index for walk, index in members}
    tails = [replace(tree.walks[walk], steps=tree.walks[walk].steps[index:]) for walk, index in members]
    labels = Counter(
        step.label
        for walk, index in members
        for step in tree.walks[walk].steps[:index]
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
