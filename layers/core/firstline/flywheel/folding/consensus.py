"""From walks to one tree: grow it, look again at every walk, repair, until nothing changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from firstline.flywheel.folding.alignment import WEIGHTS, Alignment, Weights, align_steps
from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.growth import Answer, Place, Tree
from firstline.flywheel.folding.repairs import merge_all, walks_of
from firstline.flywheel.folding.replanting import replant
from firstline.flywheel.folding.similarity import Lexicon

PASSES = 6, 2  # looks at every walk before the tree is taken as it is: at most, and at least while it changes
LOOKS = 256  # looks at walks beyond which no further pass begins
Shown = Mapping[Place, tuple[Place | None, Answer]]  # each place with the place above it and the answer between
T = TypeVar("T")
Shape = tuple[tuple[tuple[int, int], ...], ...]


def agree(walks: Sequence[Walk], lexicon: Lexicon, given: Sequence[Walk] = (), weights: Weights = WEIGHTS) -> Tree:
    """Grow the tree of a set of walks, in an order that is theirs alone.

    The ways of a published flow may be given: they come first, and their places are kept. The walks that fit them best
    come next, for they tell in how many words the flow's own questions are asked.
    """
    tree = Tree([*given, *sorted(walks, key=lambda walk: (-len(walk.steps), walk.content_hash))], lexicon)
    everybody = range(len(tree.walks))
    for walk in range(len(given)):
        tree.put(walk, align(tree, walk, weights).matches)
    others = list(everybody[len(given) :])
    if given:
        others.sort(key=lambda walk: -align(tree, walk, weights).score)
    for walk in others:
        tree.put(walk, align(tree, walk, weights).matches)
    most, least = PASSES
    passes = min(most, max(least, LOOKS // len(tree.walks))) if tree.walks else 0
    for turn in range(passes):
        before = _shape(tree)
        for walk in everybody:
            tree.take_out(walk)
            tree.put(walk, align(tree, walk, weights).matches)
        merge_all(tree)
        replant(tree)
        merge_all(tree)
        if turn < passes - 1:
            weed(tree)
        if _shape(tree) == before:
            break
    return tree


def align(tree: Tree, walk: int, weights: Weights = WEIGHTS) -> Alignment:
    return align_steps(tree.walks[walk].steps, tree.lexicon, tree.roots, tree.index, weights)


def weed(tree: Tree) -> None:
    """Take places that would not be shown out of the tree, so that they attract nobody; their steps are free again."""
    shown = visible(tree)
    for place in list(tree.places()):
        if place not in shown and place.node_id is None:
            for walk in list(place.members):
                tree.leave(place, walk)
                tree.where[walk] = [pair for pair in tree.where[walk] if pair[1] is not place]
            tree.splice(place)


def _shape(tree: Tree) -> Shape:
    return tuple(sorted(tuple(sorted(place.members.items())) for place in tree.places()))


THROUGH = 0.30  # of the walks that came by, at least this part stood in a place that is shown
LOOSE = 0.05  # a tree beside the largest one is shown when it has this part of its walks, and two at least
SHARE = 0.34  # of several places under one answer, those with this part of the largest one's walks are shown


def visible(tree: Tree) -> Shown:
    """Return the shown places, those of the largest tree first, each with the shown place above it."""
    if not tree.roots:
        return {}
    walks = {place: walks_of(place) for place in tree.places()}
    roots = sorted(tree.roots, key=lambda place: (-len(walks[place]), place.number))
    largest = len(walks[roots[0]])
    shown: dict[Place, tuple[Place | None, Answer]] = {}
    empty: set[int] = set()
    stack: list[tuple[Place, Place | None, Answer, set[int]]] = [
        (root, None, None, empty)
        for root in reversed(roots)
        if root is roots[0] or len(walks[root]) >= max(2, LOOSE * largest)
    ]
    while stack:
        place, above, answer, passed = stack.pop()
        came_by = len(place.members.keys() | (walks[place] & passed)) if above else len(place.members)
        enough = len(place.members) > 1 or len(walks[place]) == len(place.members)
        if enough and len(place.members) >= THROUGH * came_by:
            shown[place] = (above, answer)
            groups: list[tuple[Place | None, Answer, list[Place]]] = [
                (place, key, children) for key, children in place.children.items()
            ]
            passed = passed | place.members.keys()
        else:
            groups = [(above, answer, list(place.all_children()))]
        for parent, key, children in groups:
            stack += [(child, parent, key, passed) for child in of_weight(children, lambda child: len(walks[child]))]
    return shown


def of_weight(siblings: Sequence[T], count: Callable[[T], int]) -> list[T]:
    """Return those of the ways under one answer that enough walks speak for; where none has two walks, all."""
    most = max(map(count, siblings), default=0)
    least = max(min(2, most), SHARE * most)
    return [way for way in siblings if len(siblings) == 1 or count(way) >= least]
