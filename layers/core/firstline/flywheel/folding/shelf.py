"""Whole walks as lines of text: added to as they come, and read only when somebody asks for a walk."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from firstline.flows.rules import Condition, NodeType
from firstline.flywheel.folding.evidence import Outcome, Step, Walk


class Shelf(Mapping[str, Walk]):
    """Walks by session: `read` gives their stored lines when one is asked for, `added` have come since."""

    def __init__(self, read: Callable[[], Iterable[str]], added: Mapping[str, Walk] = MappingProxyType({})) -> None:
        self._read = read
        self._added = added

    @classmethod
    def of(cls, walks: Iterable[Walk]) -> "Shelf":
        return cls(tuple, {walk.session_id: walk for walk in walks})

    def with_walk(self, walk: Walk) -> "Shelf":
        """Return the shelf with one more session on it; what is stored is not read for it."""
        return Shelf(self._read, {**self._added, walk.session_id: walk})

    @cached_property
    def _walks(self) -> Mapping[str, Walk]:
        walks = [*map(walk_of, self._read()), *self._added.values()]
        return {walk.session_id: walk for walk in walks}

    def __getitem__(self, session_id: str) -> Walk:
        return self._walks[session_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._walks)

    def __len__(self) -> int:
        return len(self._walks)


def line_of(walk: Walk) -> str:
    steps = [[*step_row(step, step.text), step.help] for step in walk.steps]
    row = [walk.session_id, walk.opening, steps, walk.outcome.value, walk.category, walk.domain, walk.ended_at]
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def walk_of(line: str) -> Walk:
    session, opening, steps, outcome, category, domain, ended_at = json.loads(line)
    read = tuple(read_step(step, step[0], step[-1]) for step in steps)
    return Walk(session, opening, read, Outcome(outcome), category, domain, ended_at)


def step_row(step: Step, text: str) -> list[Any]:
    options = [[option.key, option.label] for option in step.options]
    return [text, step.type.value, step.answer, step.label, options, step.built, step.node_id]


def read_step(row: Sequence[Any], text: str, help_: str | None = None) -> Step:
    _, kind, answer, label, options, built, node_id = row[:7]
    offered = tuple(Condition(key, words) for key, words in options)
    return Step(text, NodeType(kind), answer, label, offered, help_, built, node_id)
