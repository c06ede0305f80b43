"""What of a fold is drawn, weighed by all the walks that came by, and what is set aside as evidence."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from firstline.flywheel.consensus import of_weight
from firstline.flywheel.evidence import Outcome, Walk
from firstline.flywheel.growth import Answer, Place

Passage = tuple[Walk, Mapping[int, int]]  # a walk, and the number of the place each of its steps stands in


@dataclass(frozen=True, slots=True)
class Rest:
    """How walks went on from a drawn place where the graph does not follow them; `place` None: no step is drawn."""

    place: int | None
    answer: Answer
    asked: str  # what came next
    ended: str  # and how it ended
    straight: bool  # the end is what came next
    beside: int | None  # the place it stands in, which is not drawn
    sessions: tuple[str, ...]


def sift(
    places: Sequence[Place], walks: Sequence[Collection[str]], instructions: Collection[int]
) -> tuple[list[int], list[int]]:
    """Return the numbers of the places to draw, parents first, and of their rivals: as well founded, but not drawn.

    `walks` tells which resolved walks stand in each, `instructions` which have one way on, whatever was answered.

    A fold's shape is drawn from some of the walks; of the ways that go on from one answer, all walks decide: the one
    that most of them took is drawn, so that each answer has one. Trees beside the largest are left out: nobody knows
    which answer leads to them.
    """
    below = [set(standing) for standing in walks]  # which walks stand in a place or below it
    for place in reversed(places):
        if place.parent is not None:
            below[place.parent.number] |= below[place.number]
    drawn: list[int] = []
    rivals: list[int] = []
    waiting = list(places[:1])
    while waiting:
        place = waiting.pop()
        drawn.append(place.number)
        ways = [list(place.all_children())] if place.number in instructions else list(place.children.values())
        for siblings in ways:
            found = of_weight(siblings, lambda sibling: len(walks[sibling.number]))
            found.sort(key=lambda sibling: (-len(below[sibling.number]), sibling.number))
            shown = 1 if place.number in instructions else len(found)
            waiting += found[:shown]
            rivals += [rival.number for rival in found[shown:]]
    return sorted(drawn), sorted(rivals)


def what_is_left(passages: Iterable[Passage], drawn: Iterable[int]) -> list[Rest]:
    """Return where resolved walks leave the drawn graph before their end, most walked first."""
    shown = set(drawn)
    sessions: dict[tuple[int | None, Answer, str, str, bool, int | None], list[str]] = {}
    for walk, matches in passages:
        placed = [at for at, number in matches.items() if number in shown]
        last = max(placed, default=-1)
        end = len(walk.steps) - 1
        if walk.outcome is not Outcome.RESOLVED or last == end:
            continue
        place, answer = (matches[last], walk.steps[last].answer) if placed else (None, None)
        asked, ended = walk.steps[last + 1].text, walk.steps[end].text
        key = place, answer, asked, ended, last + 1 == end, matches.get(last + 1)
        sessions.setdefault(key, []).append(walk.session_id)
    rests = [Rest(*key, tuple(sorted(found))) for key, found in sessions.items()]
    return sorted(rests, key=lambda rest: (-len(rest.sessions), rest.sessions))
