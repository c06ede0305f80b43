"""The tree that grows while walks are folded: places, the steps that stand in them, and how a walk is put and taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from firstline.flows.rules import NodeType
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.folding.similarity import Lexicon, Vector

Answer = str | None
Form = frozenset[str]  # the keys of the options a question offers; of an instruction its type; empty: not known


@lru_cache(maxsize=20_000)
def form_of(step: Step) -> Form:
    if step.type is NodeType.ACTION:
        return frozenset((step.type.value,))
    return frozenset(option.key for option in step.options)


def unlike(one: Mapping[Form, int], other: Mapping[Form, int]) -> float:
    """Return how little two sets of forms have in common, 0..1: one less the mean share of options over all pairs."""
    pairs = sum(one.values()) * sum(other.values())
    if not pairs:
        return 0.0
    shared = sum(n * m * len(a & b) / len(a | b) for a, n in one.items() for b, m in other.items())
    return 1.0 - shared / pairs


class Place:
    """A question, action or end of the growing tree, with one step at most of each walk that stands in it."""

    __slots__ = (
        "_unlike",
        "answer",
        "children",
        "ends",
        "forms",
        "members",
        "node_id",
        "number",
        "parent",
        "size",
        "sums",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.parent: Place | None = None
        self.answer: Answer = None  # the parent's answer under which this place hangs
        self.children: dict[Answer, list[Place]] = {}
        self.members: dict[int, int] = {}  # walk -> step
        self.sums: dict[int, int] = {}  # the members' vectors, added
        self.node_id: str | None = None  # the node of a published flow this place stands for
        self.size = 0
        self.ends = 0  # members that are solutions or escalations
        self.forms: dict[Form, int] = {}  # how many members have each
        self._unlike: dict[Form, float] = {}

    def unlike(self, form: Form) -> float:
        """Return how little a form has in common with the members' forms, 0..1."""
        found = self._unlike.get(form)
        if found is None:
            found = self._unlike[form] = unlike({form: 1}, self.forms)
        return found

    def count_form(self, form: Form, change: int) -> None:
        self.forms[form] = self.forms.get(form, 0) + change
        self._unlike = {}

    def all_children(self) -> Iterator["Place"]:
        for siblings in self.children.values():
            yield from siblings

    def subtree(self) -> Iterator["Place"]:
        """Yield this place and all below it, parents first."""
        stack = [self]
        while stack:
            place = stack.pop()
            yield place
            stack.extend(reversed(list(place.all_children())))

    def hang(self, child: "Place", answer: Answer) -> None:
        child.parent, child.answer = self, answer
        self.children.setdefault(answer, []).append(child)

    def unhang(self) -> None:
        if self.parent is not None:
            siblings = self.parent.children[self.answer]
            siblings.remove(self)
            if not siblings:
                del self.parent.children[self.answer]
        self.parent = None


Index = dict[int, dict[Place, int]]  # feature -> the places that have it, and how much of it
_NOWHERE: dict[Place, int] = {}


def index_of(places: Iterable[Place]) -> Index:
    index: Index = {}
    for place in places:
        for feature, weight in place.sums.items():
            index.setdefault(feature, {})[place] = weight
    return index


@dataclass
class Tree:
    """A forest of places over numbered walks; the largest tree of it is the flow, the rest waits for more evidence."""

    walks: Sequence[Walk]
    lexicon: Lexicon
    roots: list[Place] = field(default_factory=list)
    where: dict[int, list[tuple[int, Place]]] = field(default_factory=dict)  # walk -> its (step, place), in step order
    index: Index = field(default_factory=dict)
    counter: int = 0

    def places(self) -> Iterator[Place]:
        for root in self.roots:
            yield from root.subtree()

    def step(self, walk: int, index: int) -> Step:
        return self.walks[walk].steps[index]

    def new_place(self) -> Place:
        self.counter += 1
        return Place(self.counter)

    def join(self, place: Place, walk: int, index: int) -> None:
        step = self.step(walk, index)
        place.members[walk] = index
        place.size += 1
        place.ends += step.type.is_end
        place.node_id = place.node_id or step.node_id
        if form := form_of(step):
            place.count_form(form, 1)
        sums = place.sums
        for feature, weight in self.lexicon.vector(step.text).items():
            sums[feature] = total = sums.get(feature, 0) + weight
            self.index.setdefault(feature, {})[place] = total
        self.where.setdefault(walk, []).append((index, place))

    def leave(self, place: Place, walk: int) -> None:
        index = place.members.pop(walk)
        step = self.step(walk, index)
        place.size -= 1
        place.ends -= step.type.is_end
        if form := form_of(step):
            place.count_form(form, -1)
        sums = place.sums
        for feature, weight in self.lexicon.vector(step.text).items():
            sums[feature] = total = sums[feature] - weight
            self.index[feature][place] = total
            if not total:
                del sums[feature], self.index[feature][place]

    def take_out(self, walk: int) -> None:
        """Take a walk's steps out; places left empty are spliced out."""
        for _, place in self.where.pop(walk, []):
            self.leave(place, walk)
            if not place.size:
                self.splice(place)

    def splice(self, place: Place) -> None:
        """Remove a place; what hung below it hangs where it hung."""
        self.forget(place)
        parent, answer, children = place.parent, place.answer, list(place.all_children())
        if parent is None:
            self.roots.remove(place)
        else:
            place.unhang()
        for child in children:
            child.unhang()
            if parent is None:
                child.answer = None
                self.roots.append(child)
            else:
                parent.hang(child, answer)

    def forget(self, place: Place) -> None:
        """Take a place out of the index, so that no wording finds it."""
        for feature in place.sums:
            del self.index[feature][place]
        place.sums = {}

    def put(self, walk: int, matches: Mapping[int, Place]) -> None:
        """Stand a walk's steps in the places they were aligned with, and make new places for the others."""
        steps = self.walks[walk].steps
        if not matches:
            self._chain(walk, range(len(steps)))
            return
        first = min(matches)
        if matches[first].parent is None and first > 0:
            self.roots.remove(matches[first])
            self._chain(walk, range(first), tail=matches[first])
        above, answer = matches[first], steps[first].answer
        for index in range(first, len(steps)):
            place = matches.get(index)
            if place is None:
                above, answer = self._grow(walk, index, above, answer, matches), steps[index].answer
                continue
            self.join(place, walk, index)
            if above in ancestors(place):
                above, answer = place, steps[index].answer
        self.where[walk].sort(key=lambda pair: pair[0])

    def _chain(self, walk: int, steps: range, tail: Place | None = None) -> None:
        """Make a tree of places for some first steps of a walk; `tail` hangs below the last of them."""
        above: Place | None = None
        for index in steps:
            place = self.new_place()
            if above is None:
                self.roots.append(place)
            else:
                above.hang(place, self.step(walk, index - 1).answer)
            self.join(place, walk, index)
            above = place
        if above is not None and tail is not None:
            above.hang(tail, self.step(walk, steps.stop - 1).answer)

    def _grow(self, walk: int, index: int, above: Place, answer: Answer, matches: Mapping[int, Place]) -> Place:
        """Make a place below the one before; between it and the next match, where that hangs exactly there."""
        place = self.new_place()
        following = next((matches[later] for later in sorted(matches) if later > index), None)
        if following is not None and following.parent is above:
            answer = following.answer
            following.unhang()
            place.hang(following, self.step(walk, index).answer)
        above.hang(place, answer)
        self.join(place, walk, index)
        return place


def ancestors(place: Place) -> Iterator[Place]:
    above = place.parent
    while above is not None:
        yield above
        above = above.parent


def products(vector: Vector, index: Index) -> dict[Place, int]:
    """Return the product of one wording with the sums of each place that shares a feature with it."""
    found: dict[Place, int] = {}
    for feature, weight in vector.items():
        for place, other in index.get(feature, _NOWHERE).items():
            found[place] = found.get(place, 0) + weight * other
    return found
