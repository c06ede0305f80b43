"""The walks behind a fold in outline: who took which ways, without the words in which each of them was asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from firstline.flows.rules import NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk
from firstline.flywheel.folding.shelf import read_step, step_row

Matches = Mapping[int, int]  # step -> number of the place it stands in
Passage = tuple[str, bool, Sequence[int]]  # a session, whether it resolved, the numbers of its steps
NOWHERE = -1
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


class Outline(NamedTuple):
    """What a walk tells of itself without its steps; from `answered` on they were served, not answered."""

    session_id: str
    opening: str
    outcome: Outcome
    ended_at: float
    lot: str
    answered: int


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

    def passages(self) -> list[Passage]:
        """Return what each walk went through, by session."""
        resolved = Outcome.RESOLVED.value
        return [(session, how == resolved, numbers) for session, (_, _, how, _, numbers) in sorted(self.walks.items())]

    def worded(self, texts: Sequence[str]) -> list[tuple[int, Step]]:
        """Return each step by its number, with the place it stands in; `texts` are the wordings of the places."""
        return [(row[0], read_step(row[1:], row[1] if row[0] == NOWHERE else texts[row[0]])) for row in self.steps]

    def outlines(self) -> list[Outline]:
        """Return the walks by session."""
        served = [NodeType(kind).is_end and answer is None for _, _, kind, answer, *_ in self.steps]
        return [
            Outline(session, opening, _OUTCOMES[how], ended_at, lot, len(numbers) - served[numbers[-1]])
            for session, (lot, opening, how, ended_at, numbers) in sorted(self.walks.items())
        ]


def _rows(walk: Walk, matches: Matches) -> list[list[Any]]:
    return [
        [matches.get(at, NOWHERE), *step_row(step, "" if at in matches else step.text)]
        for at, step in enumerate(walk.steps)
    ]


def _entry(walk: Walk, numbers: list[int]) -> list[Any]:
    return [walk.content_hash, walk.opening, walk.outcome.value, walk.ended_at, numbers]
