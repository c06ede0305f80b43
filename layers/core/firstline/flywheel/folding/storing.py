"""The stored form of a fold: its state without the whole walks, read back without folding anything."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from firstline.errors import Problem
from firstline.flows.rules import NodeType
from firstline.flywheel.folding.growth import Place
from firstline.flywheel.folding.register import Register
from firstline.flywheel.folding.shelf import Shelf
from firstline.flywheel.folding.similarity import Lexicon
from firstline.flywheel.folding.skeleton import Level, Skeleton, Wording, link
from firstline.flywheel.folding.state import FoldState

VERSION = 4


class StateOutdated(Problem):
    """A stored fold of another version whose walks are not there to be folded again."""

    status = 409
    type = "fold-outdated"
    title = "The stored fold is of another version"


class _Levels(Sequence[Level]):
    """The levels as they were stored: those below the top are read only where a walk might be drawn into them."""

    def __init__(self, lower: str, top: Mapping[str, Any]) -> None:
        self.lower = lower
        self.top = _level(top)

    @cached_property
    def _all(self) -> Sequence[Level]:
        return [*map(_level, json.loads(self.lower)), self.top]

    def __getitem__(self, at: Any) -> Any:
        return self.top if at == -1 else self._all[at]

    def __len__(self) -> int:
        return len(self._all)

    def __bool__(self) -> bool:
        return True


def to_json(state: FoldState) -> str:
    """Return two lines: what standing a walk and drawing the graph need, and the lower levels."""
    skeleton = state.skeleton
    sessions = list(state.register.walks)
    document = {
        "version": VERSION,
        "texts": skeleton.lexicon.texts,
        "frequencies": _pairs(skeleton.lexicon.frequencies),
        "top": _level_document(skeleton.levels[-1]) if skeleton.levels else None,
        "drawn": [at for at, session in enumerate(sessions) if session in skeleton.drawn],
        "steps": state.register.steps,
        "walks": state.register.walks,
    }
    return f"{_dumps(document)}\n{_lower(skeleton.levels)}"


def from_json(text: str, read: Callable[[], Iterable[str]]) -> FoldState:
    """Read a state; `read` gives the lines of its walks, should they be needed.

    Of a state of another version the walks are folded again; without any, raise StateOutdated.
    """
    first, _, lower = text.partition("\n")
    walks = Shelf(read)
    document = json.loads(first)
    if document["version"] != VERSION:
        if not walks:
            raise StateOutdated(f"Version {document['version']} cannot be read; {VERSION} can.")
        return FoldState.of(walks.values())
    register = Register(document["steps"], document["walks"])
    sessions = list(register.walks)
    drawn = {sessions[at]: register.matches(sessions[at]) for at in document["drawn"]}
    lexicon = Lexicon(_mapping(document["frequencies"]), document["texts"])
    levels = _Levels(lower, document["top"]) if document["top"] else ()
    return FoldState(walks, register, Skeleton(lexicon, levels, drawn))


def _dumps(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _lower(levels: Sequence[Level]) -> str:
    if isinstance(levels, _Levels):
        return levels.lower
    return _dumps([_level_document(level) | {"wordings": []} for level in levels[:-1]])


def _pairs(counts: Mapping[int, int]) -> list[list[int]]:
    """Return keys and values as two lists: half the text of a JSON object, and read twice as fast."""
    return [list(counts.keys()), list(counts.values())]


def _mapping(pairs: Sequence[Sequence[int]]) -> dict[int, int]:
    return dict(zip(*pairs, strict=True))


def _level_document(level: Level) -> dict[str, Any]:
    return {
        "places": [
            [
                place.parent.number if place.parent else -1,
                place.answer,
                place.size,
                place.ends,
                _pairs(place.sums),
                [[sorted(form), count] for form, count in place.forms.items()],
            ]
            for place in level.places
        ],
        "wordings": [[one.id, one.type.value, one.text, one.help] for one in level.wordings],
        "node_of": level.node_of,
        "last": level.last,
        "full": level.full,
    }


def _level(document: Mapping[str, Any]) -> Level:
    places = []
    for number, (_, _, size, ends, sums, forms) in enumerate(document["places"]):
        place = Place(number)
        place.size, place.ends, place.sums = size, ends, _mapping(sums)
        place.forms = {frozenset(keys): count for keys, count in forms}
        places.append(place)
    link(places, [(above, answer) for above, answer, *_ in document["places"]])
    return Level(
        places=tuple(places),
        wordings=tuple(Wording(id_, NodeType(kind), text, help_) for id_, kind, text, help_ in document["wordings"]),
        node_of=tuple(document["node_of"]),
        last=document["last"],
        full=document["full"],
    )
