"""Which ways lead from node to node: every walk votes, and what some left out, exchanged or mistook is outvoted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from firstline.flows.rules import NodeType
from firstline.flywheel.folding.consensus import LOOSE, SHARE, of_weight
from firstline.flywheel.folding.evidence import UNSURE
from firstline.flywheel.folding.growth import Answer, Place, Tree

Way = tuple[Place, Answer]  # a node and the answer given there; an instruction has no answers
Votes = dict[Way, dict[Place, int]]  # the nodes a way leads to, and how many walks say so
Into = dict[Place, list[Way]]  # nodes, upper ones first, each with the ways to it, most walked first
Before = Mapping[Place, Counter[Place]]  # in how many walks a node came before another
_NONE: Counter[Place] = Counter()


@dataclass(frozen=True)
class Voted:
    """The ways between nodes, without a circle, and the node where they begin."""

    root: Place
    ways: Votes

    def into(self, nodes: Sequence[Place]) -> Into:
        """Order nodes so that every way leads on; what the root leads to comes first."""
        below = reached(self.ways, (self.root,))
        ordered = self._in_order([self.root, *(node for node in nodes if node in below and node is not self.root)])
        return ordered | self._in_order([node for node in nodes if node not in below])

    def shown(self, nodes: Sequence[Place]) -> Into:
        """Return the nodes the root leads to, and the others where enough walks stand that never met these."""
        into = self.into(nodes)
        main = reached(self.ways, (self.root,))
        least = max(2, LOOSE * len(_walks(main)))
        shown = set(main)
        for node in into:
            if node not in shown and not into[node]:
                loose = reached(self.ways, (node,)) - main
                if len(_walks(loose)) >= least:
                    shown |= loose
        return {node: [way for way in ways if way[0] in shown] for node, ways in into.items() if node in shown}

    def _in_order(self, nodes: Sequence[Place]) -> Into:
        found: dict[Place, list[tuple[int, Way]]] = {node: [] for node in nodes}
        after: dict[Place, list[Place]] = {}
        for way, places in self.ways.items():
            for place, count in places.items():
                if place in found and way[0] in found:
                    found[place].append((count, way))
                    after.setdefault(way[0], []).append(place)
        open_ways = {node: len(ways) for node, ways in found.items()}
        waiting = [node for node in reversed(nodes) if not open_ways[node]]
        ordered: Into = {}
        while waiting:
            node = waiting.pop()
            ways = sorted(found[node], key=lambda one: (-one[0], one[1][0].number, one[1][1] or ""))
            ordered[node] = [way for _, way in ways]
            for place in after.get(node, ()):
                open_ways[place] -= 1
                if not open_ways[place]:
                    waiting.append(place)
        return ordered


def vote(tree: Tree, nodes: Sequence[Place]) -> Voted:
    """Let each step say where its answer leads: to the node in which the walk stands next."""
    before = precedence(tree)
    straight, unsure = _said(tree, before)
    chosen = {way: _of_one_answer(way[0], places, before) for way, places in straight.items()}
    root = _root(tree, nodes, chosen)
    _drop_mistaken(chosen)
    led = {place for places in chosen.values() for place in places}
    for way, places in unsure.items():
        if rest := {place: count for place, count in places.items() if place not in led}:
            chosen[way] = rest
    return Voted(root, _without_circles(chosen, root))


def precedence(tree: Tree) -> Before:
    before: dict[Place, Counter[Place]] = {}
    for passed in tree.where.values():
        for at, (_, upper) in enumerate(passed):
            before.setdefault(upper, Counter()).update(place for _, place in passed[at + 1 :])
    return before


def _said(tree: Tree, before: Before) -> tuple[Votes, Votes]:
    """Return what the walks say, and beside it what those say that were not sure of their answer."""
    straight: Votes = {}
    unsure: Votes = {}
    for walk, passed in tree.where.items():
        for (index, upper), (_, lower) in pairwise(_straightened(passed, before)):
            step = tree.step(walk, index)
            answer = None if step.type is NodeType.ACTION else step.answer
            places = (unsure if answer == UNSURE else straight).setdefault((upper, answer), {})
            places[lower] = places.get(lower, 0) + 1
    return straight, unsure


def _straightened(passed: Sequence[tuple[int, Place]], before: Before) -> list[tuple[int, Place]]:
    """Exchange neighbours that more walks passed in the other order."""
    order = list(passed)
    for _ in order:
        changed = False
        for at, ((_, first), (_, second)) in enumerate(pairwise(list(order))):
            if order[at][1] is first and precedes(before, second, first):
                order[at], order[at + 1] = order[at + 1], order[at]
                changed = True
        if not changed:
            break
    return order


def precedes(before: Before, one: Place, other: Place) -> bool:
    """Tell whether more walks came to one node before the other than after it."""
    return before.get(one, _NONE)[other] > before.get(other, _NONE)[one]


def _of_one_answer(above: Place, counts: Mapping[Place, int], before: Before) -> dict[Place, int]:
    """Choose where one answer leads: what comes after another of the places was reached by leaving that one out."""
    left = dict(counts)
    for one in sorted(counts, key=lambda place: place.number):
        for later in sorted(counts, key=lambda place: place.number):
            if one in left and later in left and precedes(before, one, later):
                if one.size == 1 < later.size:
                    del left[one]
                elif precedes(before, above, one) and counts[one] >= SHARE * counts[later]:
                    left[one] += left.pop(later)
    return {place: left[place] for place in of_weight(sorted(left, key=lambda place: place.number), left.__getitem__)}


def _root(tree: Tree, nodes: Sequence[Place], chosen: Votes) -> Place:
    """Return where the flow begins: of the nodes at which many walks began, the one from which most is reached."""
    firsts = Counter(passed[0][1] for passed in tree.where.values() if passed)
    least = SHARE * max(firsts.values())

    def weight(node: Place) -> tuple[int, int, int]:
        return len(_walks(reached(chosen, (node,)))), firsts[node], -node.number

    return max((node for node in nodes if firsts[node] >= least), key=weight)


def _walks(nodes: Iterable[Place]) -> set[int]:
    return {walk for node in nodes for walk in node.members}


def _drop_mistaken(chosen: Votes) -> None:
    """Of the answers of one question that lead to the same node, drop those given seldom: by mistake."""
    most: Counter[tuple[Place, Place]] = Counter()
    for (above, _), places in chosen.items():
        for place, count in places.items():
            most[above, place] = max(most[above, place], count)
    for way, places in chosen.items():
        chosen[way] = {place: count for place, count in places.items() if count >= SHARE * most[way[0], place]}


def _without_circles(chosen: Votes, root: Place) -> Votes:
    """Keep the ways most walks speak for; none leads back to the root or to where it comes from."""
    ranked = [(count, way, place) for way, places in chosen.items() for place, count in places.items()]
    ranked.sort(key=lambda one: (-one[0], one[1][0].number, one[1][1] or "", one[2].number))
    kept: Votes = {}
    after: dict[Place, set[Place]] = {}
    for count, way, place in ranked:
        if place is not root and way[0] not in _followed(after, (place,)):
            after.setdefault(way[0], set()).add(place)
            kept.setdefault(way, {})[place] = count
    return kept


def reached(ways: Votes, start: Iterable[Place]) -> set[Place]:
    """Return the nodes to which ways lead from some, and these."""
    after: dict[Place, set[Place]] = {}
    for (above, _), places in ways.items():
        after.setdefault(above, set()).update(places)
    return _followed(after, start)


def _followed(after: Mapping[Place, set[Place]], start: Iterable[Place]) -> set[Place]:
    seen = set(start)
    waiting = list(seen)
    while waiting:
        fresh = after.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen
