"""The frozen shape of a fold: drawn by lot from the walks, so that most new walks can be stood in it one by one.

A walk's content hash is its lot. The walks with the lowest lots are folded; of those that do not fit the result, again
the lowest lots join them, level by level. The levels are a function of the set of walks. A walk that draws no place
in any level leaves them as they are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from uuid import UUID, uuid5

from firstline.flows.rules import NodeType
from firstline.flywheel.alignment import align_steps
from firstline.flywheel.consensus import agree, visible
from firstline.flywheel.evidence import Step, Walk
from firstline.flywheel.growth import Answer, Index, Place, Tree, index_of
from firstline.flywheel.similarity import Lexicon

LEVELS = (64, 32, 32)  # walks drawn at each level
FEATURES = 96  # of a place that are kept: its heaviest
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
    """The places shown after one draw, parents first, numbered by position; `last` is the highest lot drawn."""

    places: tuple[Place, ...]
    wordings: tuple[Wording, ...]
    matches: Mapping[str, Mapping[int, int]]  # session drawn -> step -> number of its place
    last: str
    full: bool

    @cached_property
    def roots(self) -> Sequence[Place]:
        return [place for place in self.places if place.parent is None]

    @cached_property
    def index(self) -> Index:
        return index_of(self.places)

    def match(self, walk: Walk, lexicon: Lexicon) -> Mapping[int, int]:
        """Return the number of the place for each step that has one."""
        known = self.matches.get(walk.session_id)
        if known is not None:
            return known
        matches = align_steps(walk.steps, lexicon, self.roots, self.index).matches
        return {index: matches[index].number for index in sorted(matches)}

    def fits(self, walk: Walk, lexicon: Lexicon) -> bool:
        """Tell whether the level explains a walk: its end has a place, and all its steps but one."""
        found = self.match(walk, lexicon)
        return len(walk.steps) - 1 in found and len(found) >= len(walk.steps) - 1


@dataclass(frozen=True)
class Skeleton:
    lexicon: Lexicon
    levels: tuple[Level, ...]

    @property
    def top(self) -> Level:
        return self.levels[-1]

    @classmethod
    def draw(cls, walks: Sequence[Walk]) -> "Skeleton":
        """Draw the levels from walks sorted by content hash."""
        pool = list(walks)
        lexicon = Lexicon.of(step.text for walk in pool[: LEVELS[0]] for step in walk.steps)
        chosen: list[Walk] = []
        levels: list[Level] = []
        for size in LEVELS:
            drawn, pool = pool[:size], pool[size:]
            if not drawn:
                break
            chosen += drawn
            level = _freeze(agree(chosen, lexicon), drawn[-1].content_hash, full=len(drawn) == size)
            levels.append(level)
            pool = [walk for walk in pool if not level.fits(walk, lexicon)]
        return cls(lexicon, tuple(levels))

    def changes_with(self, walk: Walk) -> bool:
        """Tell whether a further walk would be drawn into one of the levels."""
        for level in self.levels:
            if not level.full or walk.content_hash < level.last:
                return True
            if level.fits(walk, self.lexicon):
                return False
        return len(self.levels) < len(LEVELS)


def _freeze(tree: Tree, last: str, *, full: bool) -> Level:
    shown = visible(tree)
    frozen: dict[Place, Place] = {}
    for number, (place, (above, answer)) in enumerate(shown.items()):
        copy = frozen[place] = Place(number)
        copy.size, copy.ends = place.size, place.ends
        heaviest = sorted(place.sums.items(), key=lambda item: (-item[1], item[0]))
        copy.sums = dict(islice(heaviest, FEATURES))
        if above is not None:
            frozen[above].hang(copy, answer)
    matches = {
        walk.session_id: {at: frozen[place].number for at, place in tree.where.get(number, ()) if place in frozen}
        for number, walk in enumerate(tree.walks)
    }
    wordings = tuple(_wording(tree, place) for place in shown)
    return Level(tuple(frozen.values()), wordings, matches, last, full)


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
