"""From walks to one tree: grow it, look again at every walk, repair, until nothing changes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from firstline.flywheel.alignment import WEIGHTS, Alignment, Weights, align_steps
from firstline.flywheel.evidence import Walk
from firstline.flywheel.growth import Answer, Place, Tree
from firstline.flywheel.repairs import merge_all, walks_of
from firstline.flywheel.replanting import replant
from firstline.flywheel.similarity import Lexicon

PASSES = 6  # looks at every walk before the tree is taken as it is
EPOCHS = 2  # times a tree is grown: the second time with the walks that deviate least first
Shown = Mapping[Place, tuple[Place | None, Answer]]  # each place with the place above it and the answer between
Shape = tuple[tuple[tuple[int, int], ...], ...]


def agree(walks: Sequence[Walk], lexicon: Lexicon, given: Sequence[Walk] = (), weights: Weights = WEIGHTS) -> Tree:
    """Grow the tree of a set of walks, the better one of two: the order of growing decides what noise may spoil.

    The ways of a published flow may be given: they come first, and their places are kept.
    """
    ordered = [*given, *sorted(walks, key=lambda walk: (-len(walk.steps), walk.content_hash))]
    order = list(range(len(ordered)))
    best: tuple[float, Tree] | None = None
    for _ in range(EPOCHS):
        tree = _grow(Tree(ordered, lexicon), order, weights)
        alignments = [align(tree, walk, weights) for walk in range(len(ordered))]
        fit = sum(alignment.score for alignment in alignments)
        if best is not None and fit <= best[0]:
            break
        best = (fit, tree)
        shown = visible(tree)
        order.sort(key=lambda walk: (walk >= len(given), *_deviation(tree, walk, alignments[walk], shown), walk))
    return best[1] if best else Tree((), lexicon)


def align(tree: Tree, walk: int, weights: Weights = WEIGHTS) -> Alignment:
    return align_steps(tree.walks[walk].steps, tree.lexicon, tree.roots, tree.index, weights)


def _grow(tree: Tree, order: Sequence[int], weights: Weights) -> Tree:
    for walk in order:
        tree.put(walk, align(tree, walk, weights).matches)
    for turn in range(PASSES):
        before = _shape(tree)
        for walk in range(len(order)):
            tree.take_out(walk)
            tree.put(walk, align(tree, walk, weights).matches)
        merge_all(tree)
        replant(tree)
        merge_all(tree)
        if turn < PASSES - 1:
            weed(tree)
        if _shape(tree) == before:
            break
    return tree


def _deviation(tree: Tree, walk: int, alignment: Alignment, shown: Shown) -> tuple[int, int, float]:
    """Return how far a walk strays from the shown tree: steps without a place, places left out, other answers."""
    steps = tree.walks[walk].steps
    matches = [(index, place) for index, place in sorted(alignment.matches.items()) if place in shown]
    strays = len(steps) - len(matches)
    for (index, upper), (_, lower) in pairwise(matches):
        if lower.parent is not upper or lower.answer != steps[index].answer:
            strays += 1
    return strays, -len(matches), -alignment.score


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


def of_weight(siblings: Sequence[Place], count: Callable[[Place], int]) -> list[Place]:
    """Return those of the places under one answer that enough walks speak for; where none has two walks, all."""
    most = max((count(place) for place in siblings), default=0)
    least = max(min(2, most), SHARE * most)
    return [place for place in siblings if len(siblings) == 1 or count(place) >= least]
