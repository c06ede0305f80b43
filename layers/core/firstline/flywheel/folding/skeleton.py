"""The frozen shape of a fold: drawn by lot from the walks, so that most new walks can be stood in it one by one.

The founders are the walks that ended first, as many as the last step of GROWTH allows; those that came since wait for
the next. A walk's content hash is its lot. The founders with the lowest lots are folded; of those that do not fit the
result, again the lowest lots join them, level by level. All of it is a function of the set of walks, whatever their
order of arrival; and a walk that ended after the founders leaves it as it is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from uuid import UUID, uuid5

from firstline.flows.rules import NodeType
from firstline.flywheel.folding.alignment import Into, align_through
from firstline.flywheel.folding.consensus import agree
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.folding.growth import Answer, Index, Place, Tree, index_of
from firstline.flywheel.folding.similarity import Lexicon
from firstline.flywheel.folding.weaving import Weave

LEVELS = (64, 64)  # walks drawn at each level
GROWTH = 5, 4  # beyond the first level, founders are called anew when the walks have grown by this ratio
FEATURES = 96  # of a place that are kept: its heaviest
Matches = Mapping[int, int]  # step -> number of its place
Ended = tuple[float, str, str]  # when a walk ended, its lot, its session
_NAMESPACE = UUID("5b6c1f0e-3c0b-5a52-9d0e-6f3a52b1c7aa")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a place is called and says; its id is named after one of its steps."""

    id: str
    type: NodeType
    text: str
    help: str | None


@dataclass(frozen=True)
class Level:
    """The places shown after one draw, parents first, numbered by position; `last` is the highest lot drawn.

    A question that is reached by several ways has a place on each. `node_of` gives for each place the number of the
    one that stands for all of them: walks stand in it, and its wording is the node's. The others only tell a way.
    """

    places: tuple[Place, ...]
    wordings: tuple[Wording, ...]
    node_of: tuple[int, ...]
    last: str
    full: bool

    @cached_property
    def into(self) -> Into:
        into: dict[Place, list[tuple[Place, Answer]]] = {}
        for place, node in zip(self.places, self.node_of, strict=True):
            ways = into.setdefault(self.places[node], [])
            if place.parent is not None:
                ways.append((place.parent, place.answer))
        return into

    @cached_property
    def index(self) -> Index:
        return index_of(self.places)

    @cached_property
    def _known(self) -> dict[tuple[Step, ...], Matches]:
        return {}

    def match(self, walk: Walk, lexicon: Lexicon) -> Matches:
        """Return the number of the place for each step that has one."""
        known = self._known.get(walk.steps)
        if known is None:
            matches = align_through(walk.steps, lexicon, self.into, self.index).matches
            known = self._known[walk.steps] = {index: matches[index].number for index in sorted(matches)}
        return known

    def fits(self, walk: Walk, lexicon: Lexicon) -> bool:
        """Tell whether the level explains a walk: its end has a place, and all its steps but one."""
        found = self.match(walk, lexicon)
        return len(walk.steps) - 1 in found and len(found) >= len(walk.steps) - 1


@dataclass(frozen=True)
class Skeleton:
    """The levels, and where the walks drawn into them stand in the last one."""

    lexicon: Lexicon
    levels: Sequence[Level]
    drawn: Mapping[str, Matches]

    @classmethod
    def draw(cls, walks: Sequence[Walk]) -> "Skeleton":
        """Draw the levels from walks sorted by content hash."""
        founding = founders([(walk.ended_at, walk.content_hash, walk.session_id) for walk in walks])
        pool = [walk for walk in walks if walk.session_id in founding]
        lexicon = Lexicon.of(step.text for walk in pool[: LEVELS[0]] for step in walk.steps)
        chosen: list[Walk] = []
        levels: list[Level] = []
        drawn: Mapping[str, Matches] = {}
        for size in LEVELS:
            lots, pool = pool[:size], pool[size:]
            if not lots:
                break
            chosen += lots
            level, drawn = _freeze(agree(chosen, lexicon), lots[-1].content_hash, full=len(lots) == size)
            levels.append(level)
            if len(levels) < len(LEVELS):
                pool = [walk for walk in pool if not level.fits(walk, lexicon)]
        return cls(lexicon, tuple(levels), drawn)

    def match(self, walk: Walk) -> Matches:
        """Return where a walk stands: step -> number of the place."""
        known = self.drawn.get(walk.session_id)
        if known is not None:
            return known
        return self.levels[-1].match(walk, self.lexicon) if self.levels else {}

    def changes_with(self, walk: Walk, others: Sequence[Ended]) -> bool:
        """Tell whether the levels would be others with one more walk."""
        founding = founders(others)
        then = founders([*others, (walk.ended_at, walk.content_hash, walk.session_id)])
        if len(then) != len(founding):
            return True
        if walk.session_id not in then:
            return False
        return bool(founding - then & self.drawn.keys()) or self._draws(walk)

    def _draws(self, walk: Walk) -> bool:
        """Tell whether a founder would be drawn into one of the levels."""
        for level in self.levels:
            if not level.full or walk.content_hash < level.last:
                return True
            if level.fits(walk, self.lexicon):
                return False
        return len(self.levels) < len(LEVELS)


def founders(walks: Sequence[Ended]) -> set[str]:
    """Return the sessions from which the levels are drawn: those that ended first."""
    count = len(walks)
    size = LEVELS[0]
    above, below = GROWTH
    while size * above // below <= count:
        size = size * above // below
    return {session for _, _, session in sorted(walks)[: max(size, LEVELS[0])]}


def _freeze(tree: Tree, last: str, *, full: bool) -> tuple[Level, Mapping[str, Matches]]:
    weave = Weave(tree)
    into = weave.settle().shown(weave.nodes)
    frozen = {node: _frozen(number, node) for number, node in enumerate(into)}
    places = list(frozen.values())
    node_of = [place.number for place in places]
    for node, ways in into.items():
        for at, (above, answer) in enumerate(ways):
            place = frozen[node]
            if at:
                place = Place(len(places))
                place.size, place.ends = node.size, node.ends
                places.append(place)
                node_of.append(frozen[node].number)
            frozen[above].hang(place, answer)
    matches = {
        walk.session_id: {at: frozen[node].number for at, node in tree.where.get(number, ()) if node in frozen}
        for number, walk in enumerate(tree.walks)
    }
    worded = [_wording(tree, node) for node in into]
    return Level(tuple(places), tuple(worded[number] for number in node_of), tuple(node_of), last, full), matches


def _frozen(number: int, node: Place) -> Place:
    copy = Place(number)
    copy.size, copy.ends = node.size, node.ends
    copy.forms = {form: node.forms[form] for form in sorted(node.forms, key=sorted) if node.forms[form]}
    heaviest = sorted(node.sums.items(), key=lambda item: (-item[1], item[0]))
    copy.sums = dict(islice(heaviest, FEATURES))
    return copy


def _wording(tree: Tree, place: Place) -> Wording:
    members = sorted((tree.walks[walk].content_hash, walk) for walk in place.members)
    _, first = members[0]
    steps = [tree.step(walk, place.members[walk]) for _, walk in members]
    helps = Counter(step.help for step in steps if step.help)
    kinds = Counter(step.type for step in steps)
    return Wording(
        id=str(uuid5(_NAMESPACE, f"{tree.walks[first].session_id}\x1f{place.members[first]}")),
        type=max(kinds, key=lambda kind: (kinds[kind], kind.value)),
        text=_medoid(steps, place, tree.lexicon),
        help=max(helps, key=lambda words: (helps[words], words)) if helps else None,
    )


def _medoid(steps: Sequence[Step], place: Place, lexicon: Lexicon) -> str:
    """Return the wording closest to all the others."""

    def closeness(text: str) -> int:
        return sum(weight * place.sums.get(feature, 0) for feature, weight in lexicon.vector(text).items())

    return max({step.text for step in steps}, key=lambda text: (closeness(text), text))


def link(places: Sequence[Place], links: Sequence[tuple[int, Answer]]) -> None:
    """Hang places below the ones their links name by number; a root's number is -1."""
    for place, (above, answer) in zip(places, links, strict=True):
        if above >= 0:
            places[above].hang(place, answer)
