"""The walks behind a fold in outline: who took which ways, without the words in which each of them was asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firstline.flywheel.evidence import Outcome, Step, Walk
from firstline.flywheel.shelf import read_step, step_row

Matches = Mapping[int, int]  # step -> number of the place it stands in
Passage = tuple["Outline", Matches]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Outline(Walk):
    """A walk as a graph words it: a step that stands in a place bears that place's wording, and no help."""

    lot: str = ""

    @property
    def content_hash(self) -> str:
        return self.lot


@dataclass(frozen=True, slots=True)
class Register:
    """The outlines as they are stored: equal steps once, and of each walk the numbers of its steps."""

    steps: list[list[Any]]  # number of the place, then the step; its wording only where it has no place
    walks: dict[str, list[Any]]  # session -> lot, opening, outcome, when it ended, numbers of its steps

    @classmethod
    def of(cls, stood: Iterable[tuple[Walk, Matches]]) -> "Register":
        numbered: dict[str, int] = {}
        steps: list[list[Any]] = []
        walks: dict[str, list[Any]] = {}
        for walk, matches in stood:
            numbers = []
            for row in _rows(walk, matches):
                number = numbered.setdefault(str(row), len(steps))
                if number == len(steps):
                    steps.append(row)
                numbers.append(number)
            walks[walk.session_id] = _entry(walk, numbers)
        return cls(steps, walks)

    def with_walk(self, walk: Walk, matches: Matches) -> "Register":
        steps = list(self.steps)
        numbers = []
        for row in _rows(walk, matches):
            if row not in steps:
                steps.append(row)
            numbers.append(steps.index(row))
        return Register(steps, {**self.walks, walk.session_id: _entry(walk, numbers)})

    def ended(self, outcome: Outcome) -> list[tuple[float, str, str]]:
        """Return when the walks of an outcome ended, with their lots and sessions."""
        return [(at, lot, session) for session, (lot, _, how, at, _) in self.walks.items() if how == outcome.value]

    def matches(self, session_id: str) -> Matches:
        numbers = self.walks[session_id][-1]
        return {at: self.steps[number][0] for at, number in enumerate(numbers) if self.steps[number][0] != NOWHERE}

    def passages(self, texts: Sequence[str]) -> Iterator[Passage]:
        """Yield the walks by session; `texts` are the wordings of the places."""
        places = [row[0] for row in self.steps]
        steps = [read_step(row[1:], row[1] if row[0] == NOWHERE else texts[row[0]]) for row in self.steps]
        outcomes = {outcome.value: outcome for outcome in Outcome}
        paths: dict[tuple[int, ...], tuple[tuple[Step, ...], Matches]] = {}  # walks that went alike share them
        for session, (lot, opening, outcome, ended_at, numbers) in sorted(self.walks.items()):
            path = tuple(numbers)
            if path not in paths:
                found = {at: places[number] for at, number in enumerate(path) if places[number] != NOWHERE}
                paths[path] = tuple([steps[number] for number in path]), found
            taken, matches = paths[path]
            yield Outline(session, opening, taken, outcomes[outcome], None, None, ended_at, lot), matches


def _rows(walk: Walk, matches: Matches) -> list[list[Any]]:
    return [
        [matches.get(at, NOWHERE), *step_row(step, "" if at in matches else step.text)]
        for at, step in enumerate(walk.steps)
    ]


def _entry(walk: Walk, numbers: list[int]) -> list[Any]:
    return [walk.content_hash, walk.opening, walk.outcome.value, walk.ended_at, numbers]
