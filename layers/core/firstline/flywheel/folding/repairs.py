"""Repairs of a grown tree: places that ask the same become one, where no walk was asked both."""

from collections.abc import Callable, Iterator

from firstline.flywheel.folding.alignment import WEIGHTS, Weights
from firstline.flywheel.folding.growth import Place, Tree, ancestors, unlike
from firstline.flywheel.folding.similarity import UNIT, cosine

TWIN = 0.6  # two places ask the same when they are this part as alike as the wordings within them are
LIKE_WITHIN = 0.3  # how alike two wordings of one question are, where no place tells


def alike(one: Place, other: Place) -> float:
    """Return the mean cosine over all pairs of one member each."""
    return cosine(one.sums, other.sums) / (one.size * other.size)


def within(place: Place) -> float | None:
    """Return the mean cosine over all pairs of different members of a place; None with fewer than two."""
    count = place.size
    if count < 2:  # noqa: PLR2004
        return None
    square = sum(weight * weight for weight in place.sums.values()) / (UNIT * UNIT)
    return max(0.0, (square - count) / (count * (count - 1)))


def agreement(one: Place, other: Place, weights: Weights = WEIGHTS) -> float:
    """Return how much speaks for two places being one: wording, and their sub-trees under equal answers."""
    if _apart(one, other):
        return -1.0
    differ = abs(one.ends / one.size - other.ends / other.size)
    score = alike(one, other) - weights.alike - weights.end_against_question * differ
    score -= weights.other_form * unlike(one.forms, other.forms)
    for answer, children in one.children.items():
        twins = other.children.get(answer)
        if twins:
            score += sum(max(0.0, *(agreement(child, twin, weights) for twin in twins)) for child in children)
    return score


def _apart(one: Place, other: Place) -> bool:
    """Tell whether two places cannot be one: a walk was asked both, or they are two nodes of a published flow."""
    nodes = {one.node_id, other.node_id} - {None}
    return len(nodes) > 1 or not one.members.keys().isdisjoint(other.members.keys())


def merge_all(tree: Tree) -> None:
    for repair in (merge_up_down, merge_siblings, merge_roots):
        _until_done(repair, tree)


def _until_done(repair: Callable[[Tree], bool], tree: Tree) -> None:
    while repair(tree):
        pass


def merge_up_down(tree: Tree) -> bool:
    """Fold a place onto one above it that asks the same: a walk that asked in another order made the copy."""
    for low in list(tree.places()):
        for high in ancestors(low):
            if same_question(low, high):
                _merge(tree, low, high)
                return True
    return False


def same_question(one: Place, other: Place) -> bool:
    if _apart(one, other) or abs(one.ends / one.size - other.ends / other.size) > 0.5:  # noqa: PLR2004
        return False
    if unlike(one.forms, other.forms) > 0.5:  # noqa: PLR2004
        return False
    known = [like for like in (within(one), within(other)) if like is not None]
    return alike(one, other) >= TWIN * (min(known) if known else LIKE_WITHIN)


def merge_siblings(tree: Tree) -> bool:
    """Fold children under the same answer onto each other, or onto a descendant of each other."""
    for place in list(tree.places()):
        for siblings in place.children.values():
            if len(siblings) > 1 and _merge_best(tree, siblings, least=0.0):
                return True
    return False


def merge_roots(tree: Tree) -> bool:
    return len(tree.roots) > 1 and _merge_best(tree, tree.roots, least=0.05)


def _merge_best(tree: Tree, places: list[Place], least: float) -> bool:
    best: tuple[tuple[float, int, int], Place, Place] | None = None
    for moved in places:
        for other in places:
            if moved is other:
                continue
            for target, depth in _with_depth(other):
                score = agreement(moved, target) - WEIGHTS.skip_place * depth
                rank = (score, -moved.number, -target.number)
                if score > least and (best is None or rank > best[0]):
                    best = (rank, moved, target)
    if best is None:
        return False
    _merge(tree, best[1], best[2])
    return True


def walks_of(place: Place) -> set[int]:
    """Return the walks that stand in a place or below it."""
    return {walk for below in place.subtree() for walk in below.members}


def _with_depth(place: Place, depth: int = 0) -> Iterator[tuple[Place, int]]:
    yield place, depth
    for child in place.all_children():
        yield from _with_depth(child, depth + 1)


def _merge(tree: Tree, moved: Place, onto: Place) -> None:
    """Move the members of a place and, under equal answers, of all below it to another place."""
    if moved.parent is None:
        tree.roots.remove(moved)
    moved.unhang()
    _absorb(tree, moved, onto)


def _absorb(tree: Tree, moved: Place, onto: Place) -> None:
    tree.forget(moved)
    for walk, index in sorted(moved.members.items()):
        tree.where[walk] = [pair for pair in tree.where[walk] if pair[1] is not moved]
        tree.join(onto, walk, index)
        tree.where[walk].sort(key=lambda pair: pair[0])
    for child in list(moved.all_children()):
        answer = child.answer
        child.unhang()
        twins = onto.children.get(answer, ())
        best = max(twins, key=lambda twin: (agreement(child, twin), -twin.number), default=None)
        if best is not None and agreement(child, best) > 0:
            _absorb(tree, child, best)
        else:
            onto.hang(child, answer)
