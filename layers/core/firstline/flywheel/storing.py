"""The stored form of a fold's state: one JSON text, read back without folding anything again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from firstline.errors import Problem
from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.evidence import Outcome, Step, Walk
from firstline.flywheel.folding import FoldState
from firstline.flywheel.growth import Place
from firstline.flywheel.similarity import Lexicon
from firstline.flywheel.skeleton import Level, Skeleton, Wording, link

VERSION = 1


class StateOutdated(Problem):
    """A stored fold of another version: fold its walks again."""

    status = 409
    type = "fold-outdated"
    title = "The stored fold is of another version"


def to_json(state: FoldState) -> str:
    frequencies = state.skeleton.lexicon.frequencies
    document = {
        "version": VERSION,
        "texts": state.skeleton.lexicon.texts,
        "frequencies": _pairs(frequencies),
        "levels": [_level_document(level) for level in state.skeleton.levels],
        "walks": [_walk_document(walk, state.matches[session]) for session, walk in sorted(state.walks.items())],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def from_json(text: str) -> FoldState:
    """Raise StateOutdated for another version."""
    document = json.loads(text)
    if document["version"] != VERSION:
        raise StateOutdated(f"Version {document['version']} cannot be read; {VERSION} can.")
    lexicon = Lexicon(_mapping(document["frequencies"]), document["texts"])
    levels = tuple(_level(level) for level in document["levels"])
    walks: dict[str, Walk] = {}
    matches: dict[str, Mapping[int, int]] = {}
    for stored in document["walks"]:
        walk = _walk(stored)
        walks[walk.session_id] = walk
        matches[walk.session_id] = dict(stored[6])
    return FoldState(walks, Skeleton(lexicon, levels), matches)


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
            ]
            for place in level.places
        ],
        "wordings": [[wording.id, wording.type.value, wording.text, wording.help] for wording in level.wordings],
        "matches": {session: sorted(found.items()) for session, found in sorted(level.matches.items())},
        "last": level.last,
        "full": level.full,
    }


def _level(document: Mapping[str, Any]) -> Level:
    places = []
    for number, (_, _, size, ends, sums) in enumerate(document["places"]):
        place = Place(number)
        place.size, place.ends, place.sums = size, ends, _mapping(sums)
        places.append(place)
    link(places, [(above, answer) for above, answer, *_ in document["places"]])
    return Level(
        places=tuple(places),
        wordings=tuple(Wording(id_, NodeType(kind), text, help_) for id_, kind, text, help_ in document["wordings"]),
        matches={session: dict(found) for session, found in document["matches"].items()},
        last=document["last"],
        full=document["full"],
    )


def _walk_document(walk: Walk, matches: Mapping[int, int]) -> list[Any]:
    steps = [
        [
            step.text,
            step.type.value,
            step.answer,
            step.label,
            [[option.key, option.label] for option in step.options],
            step.help,
            step.built,
            step.node_id,
        ]
        for step in walk.steps
    ]
    found = sorted(matches.items())
    return [walk.session_id, walk.opening, steps, walk.outcome.value, walk.category, walk.domain, found]


def _walk(stored: Sequence[Any]) -> Walk:
    session, opening, steps, outcome, category, domain, _ = stored
    return Walk(session, opening, tuple(_step(step) for step in steps), Outcome(outcome), category, domain)


def _step(stored: Sequence[Any]) -> Step:
    text, kind, answer, label, options, help_, built, node_id = stored
    offered = tuple(Condition(key, words) for key, words in options)
    return Step(text, NodeType(kind), answer, label, offered, help_, built, node_id)
