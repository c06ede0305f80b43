"""From a tree, which has a copy of a question on every way to it, to a flow in which the question is one node."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from firstline.flywheel.folding.alignment import align_through
from firstline.flywheel.folding.evidence import UNSURE
from firstline.flywheel.folding.growth import Answer, Place, Tree, form_of, unlike
from firstline.flywheel.folding.repairs import alike, within
from firstline.flywheel.folding.similarity import Vector, cosine
from firstline.flywheel.folding.voting import Before, Into, Voted, precedence, vote

TURNS = 2  # looks at every walk in the flow
TOGETHER = 1.0  # standard deviations by which what came by different ways may be less alike and stay one node
JOINED = 0.5  # and by which what stood apart may be, to become one: a false join is worse than a copy
SLIP = 1  # walks that may have gone astray
HALF = 0.5  # more than this of their options, or of their members being ends, and two places differ in kind
Entrance = tuple[int, str] | None  # the number of the place before, and the answer there


@dataclass(frozen=True, slots=True)
class Spread:
    """How alike two wordings of one question are, in one problem: some callers' technicians vary little, some much."""

    mean: float = 0.5
    deviation: float = 0.25

    def least(self, one: Place, other: Place, deviations: float) -> float:
        """Return how alike two places must be on average: the fewer their wordings, the less is asked."""
        known = [like for like in (within(one), within(other)) if like is not None]
        own = min(*known, self.mean) if known else self.mean
        return own - deviations * self.deviation / math.sqrt(min(one.size, other.size))


class Weave:
    """The nodes of a flow over the walks of a tree; at first its places, and the tree is used up."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.nodes = list(tree.places())
        self.spread = self._spread()

    def settle(self) -> Voted:
        """Take apart and join nodes, stand every walk anew in the flow they make, and return the ways between them."""
        self._sort_out()
        for _ in range(TURNS):
            before = self._shape()
            self._stand_anew(vote(self.tree, self.nodes).into(self.nodes))
            self._sort_out()
            if self._shape() == before:
                break
        return vote(self.tree, self.nodes)

    def _shape(self) -> set[frozenset[tuple[int, int]]]:
        return {frozenset(node.members.items()) for node in self.nodes}

    def _sort_out(self) -> None:
        before = precedence(self.tree)
        for node in list(self.nodes):
            self._take_apart(node, before)
        self.spread = self._spread()
        while self._join_some():
            pass

    def _vector(self, walk: int, index: int) -> Vector:
        return self.tree.lexicon.vector(self.tree.step(walk, index).text)

    def _spread(self) -> Spread:
        """Compare every wording with the next in its node."""
        likes: list[float] = []
        for node in self.nodes:
            vectors = [self._vector(walk, index) for walk, index in sorted(node.members.items())]
            likes += [cosine(one, other) for one, other in pairwise(vectors)]
        if len(likes) < 2:  # noqa: PLR2004  nothing varies
            return Spread()
        mean = math.fsum(likes) / len(likes)
        return Spread(mean, math.sqrt(math.fsum((like - mean) ** 2 for like in likes) / len(likes)))

    def _take_apart(self, node: Place, before: Before) -> None:
        """Part what came to a node by different ways and is less alike than wordings of one question are."""
        groups: dict[Entrance, list[int]] = {}
        for walk in sorted(node.members):
            groups.setdefault(self._entrance(walk, node), []).append(walk)
        parts: list[list[Place]] = []
        for walks in groups.values() if len(groups) > 1 else ():
            part = self._copy(node, walks)
            near = [
                each
                for each in parts
                if any(self._surplus(part, one, TOGETHER) >= 0 for one in each)
                and not any(self._contradict(part, one, before) for one in each)
            ]
            parts = [each for each in parts if each not in near] + [[part, *(one for each in near for one in each)]]
        parts.sort(key=lambda part: (-sum(one.size for one in part), min(min(one.members) for one in part)))
        for others in parts[1:]:
            apart = self.tree.new_place()
            self.nodes.append(apart)
            for one in others:
                self._move(one.members.items(), node, apart)

    def _entrance(self, walk: int, node: Place) -> Entrance:
        entrance: Entrance = None
        for index, place in self.tree.where[walk]:
            if place is node:
                break
            entrance = place.number, self.tree.step(walk, index).answer or ""
        return entrance

    def _copy(self, node: Place, walks: Sequence[int]) -> Place:
        """Return a place of some of a node's members that the tree does not know."""
        copy = Place(node.number)
        copy.members = {walk: node.members[walk] for walk in walks}
        copy.size = len(walks)
        steps = [self.tree.step(walk, index) for walk, index in copy.members.items()]
        copy.ends = sum(step.type.is_end for step in steps)
        copy.forms = Counter(form for step in steps if (form := form_of(step)))
        for walk, index in copy.members.items():
            for feature, weight in self._vector(walk, index).items():
                copy.sums[feature] = copy.sums.get(feature, 0) + weight
        return copy

    def _move(self, members: Iterable[tuple[int, int]], node: Place, onto: Place) -> None:
        tree = self.tree
        for walk, index in sorted(members):
            tree.leave(node, walk)
            tree.where[walk] = [pair for pair in tree.where[walk] if pair[1] is not node]
            tree.join(onto, walk, index)
            tree.where[walk].sort(key=lambda pair: pair[0])

    def _join_some(self) -> bool:
        """Join the pairs of nodes that are most alike, each node once; tell whether there was any."""
        pairs = [
            (-surplus, one.number, other.number, one, other)
            for one, other in combinations(self.nodes, 2)
            if (surplus := self._surplus(one, other, JOINED)) >= 0
        ]
        pairs.sort(key=lambda pair: pair[:3])
        before = precedence(self.tree)
        joined: set[Place] = set()
        for *_, one, other in pairs:
            if joined.isdisjoint((one, other)) and not self._contradict(one, other, before):
                joined |= {one, other}
                self._move(list(other.members.items()), other, one)
                self.nodes.remove(other)
        return bool(joined)

    def _surplus(self, one: Place, other: Place, deviations: float) -> float:
        """Return by how much two nodes are more alike than they must be to be one; below 0 where they cannot be."""
        if not one.members.keys().isdisjoint(other.members.keys()):
            return -1.0
        if abs(one.ends / one.size - other.ends / other.size) > HALF or unlike(one.forms, other.forms) > HALF:
            return -1.0
        return alike(one, other) - self.spread.least(one, other, deviations)

    def _contradict(self, one: Place, other: Place, before: Before) -> bool:
        """Tell whether walks went on from two nodes to different things after the same answer.

        One walk may have slipped where others agree; two have not. What came after is no contradiction where it may be
        one too, or where one of it comes after the other.
        """

        def agree(after: Place, instead: Place) -> bool:
            if after is instead or instead in before.get(after, ()) or after in before.get(instead, ()):
                return True
            return self._surplus(after, instead, JOINED) >= 0

        agreed = against = 0
        followed = self._followed(other)
        for answer, after in self._followed(one).items():
            instead = followed.get(answer)
            if instead and answer != UNSURE:
                weight = min(after.total(), instead.total())
                if any(agree(this, that) for this in after for that in instead):
                    agreed += weight
                elif weight > SLIP:
                    return True
                else:
                    against += weight
        return against > agreed

    def _followed(self, node: Place) -> dict[Answer, Counter[Place]]:
        """Count for each answer what came next."""
        followed: dict[Answer, Counter[Place]] = {}
        for walk, index in node.members.items():
            after = next((place for at, place in self.tree.where[walk] if at > index), None)
            if after is not None:
                followed.setdefault(self.tree.step(walk, index).answer, Counter())[after] += 1
        return followed

    def _stand_anew(self, into: Into) -> None:
        """Align each walk with the flow without it; a step that finds no node makes one."""
        tree = self.tree
        for walk, whole in enumerate(tree.walks):
            for _, node in tree.where.pop(walk, []):
                tree.leave(node, walk)
            matches = align_through(whole.steps, tree.lexicon, into, tree.index).matches
            for index in range(len(whole.steps)):
                if (stand := matches.get(index)) is None:
                    stand = tree.new_place()
                    into[stand] = []
                tree.join(stand, walk, index)
        self.nodes = [node for node in into if node.size]
        self.spread = self._spread()
