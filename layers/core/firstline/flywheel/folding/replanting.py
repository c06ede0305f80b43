"""Where each place belongs: the ways between places are voted anew by all walks that stand in them."""

from collections import Counter

from firstline.flywheel.folding.growth import Answer, Place, Tree

ANCESTOR = 0.3  # of the walks that came to a place from another, this part must have come by one for it to lie above


def replant(tree: Tree) -> None:
    """Hang every place below the nearest one that the walks in it came by, under the answer most of them gave there.

    A place lies above another when walks that stand in both came to it first more often than second, and enough of
    the walks that came to the lower one came by; those that began there tell nothing. A left-out question, two
    questions exchanged or a wrong answer in some walks is outvoted by the others.
    """
    places = list(tree.places())
    before: dict[Place, Counter[Place]] = {place: Counter() for place in places}
    came: Counter[Place] = Counter()
    for passed in tree.where.values():
        came.update(place for _, place in passed[1:])
        for at, (_, lower) in enumerate(passed):
            before[lower].update(upper for _, upper in passed[:at])
    above = {place: _above(place, before, came) for place in places}
    _close(above)
    depth = {place: len(uppers) for place, uppers in above.items()}
    for place in places:
        place.children = {}
    roots = []
    for place in places:
        uppers = [upper for upper in above[place] if depth[upper] < depth[place]]
        if not uppers:
            place.parent, place.answer = None, None
            roots.append(place)
            continue
        parent = max(uppers, key=lambda upper: (depth[upper], before[place][upper], -upper.number))
        answer = _answer(tree, parent, place)
        place.parent, place.answer = parent, answer
        parent.children.setdefault(answer, []).append(place)
    tree.roots = roots


def _above(place: Place, before: dict[Place, Counter[Place]], came: Counter[Place]) -> set[Place]:
    least = ANCESTOR * came[place]
    return {upper for upper, count in before[place].items() if count >= least and count > before[upper][place]}


def _close(above: dict[Place, set[Place]]) -> None:
    """Let what lies above an upper place lie above the lower one too."""
    changed = True
    while changed:
        changed = False
        for place, uppers in above.items():
            further = {upper for between in uppers for upper in above[between] if place not in above[upper]}
            further.discard(place)
            if not further <= uppers:
                uppers.update(further)
                changed = True


def _answer(tree: Tree, parent: Place, place: Place) -> Answer:
    given = Counter(
        tree.step(walk, parent.members[walk]).answer
        for walk, index in place.members.items()
        if walk in parent.members and parent.members[walk] < index
    )
    return max(given, key=lambda answer: (given[answer], answer or "")) if given else place.answer
