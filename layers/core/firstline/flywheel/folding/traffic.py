"""Who stood in which node and took which way; a set of walks is one integer, so that a thousand are met at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, pairwise

from firstline.flows.rules import NodeType
from firstline.flywheel.folding.drawn import StepRef
from firstline.flywheel.folding.evidence import Step
from firstline.flywheel.folding.growth import Answer
from firstline.flywheel.folding.register import NOWHERE, Passage, Register
from firstline.flywheel.folding.skeleton import Level

Walks = int  # bit n stands for the nth session in order
_AS_FLAGS = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True)
class Way:
    """From one node on to another under an answer; an instruction has no answers."""

    above: int
    answer: Answer
    below: int


class Traffic:
    """What passed through the nodes of a level; a node is named by the number of the place that stands for it."""

    def __init__(self, level: Level | None, register: Register) -> None:
        self.level = level
        self.root = level.node_of[0] if level and level.node_of else NOWHERE
        worded = register.worded([wording.text for wording in level.wordings] if level else [])
        self.steps: Sequence[Step] = [step for _, step in worded]
        self.nodes: Sequence[int] = [level.node_of[at] if level and at != NOWHERE else NOWHERE for at, _ in worded]
        self.passages: Sequence[Passage] = register.passages()
        self.resolved: Walks = 0
        self._having: list[Walks] = [0] * len(worded)  # by step
        bit = 1
        for _, resolved, numbers in self.passages:
            self.resolved |= bit if resolved else 0
            for number in numbers:
                self._having[number] |= bit
            bit <<= 1
        self.standing: dict[int, Walks] = dict.fromkeys(level.node_of if level else (), 0)
        self._answered: dict[tuple[int, Answer], Walks] = {}
        for node, step, walks in zip(self.nodes, self.steps, self._having, strict=True):
            self.standing[node] = self.standing.get(node, 0) | walks
            answered = self._answered.get((node, step.answer), 0)
            self._answered[node, step.answer] = answered | walks

    def sessions(self, walks: Walks) -> tuple[str, ...]:
        """Return the sessions of a set of walks, in order."""
        flags = bin(walks)[:1:-1].encode().translate(_AS_FLAGS)
        return tuple([session for session, _, _ in compress(self.passages, flags)])

    def stood(self) -> Mapping[int, Sequence[StepRef]]:
        """Return the steps that stand in each node, by session."""
        found: dict[int, list[StepRef]] = {node: [] for node in self.standing}
        for session, _, numbers in self.passages:
            for index, number in enumerate(numbers):
                found[self.nodes[number]].append((session, index))
        return found

    def worded(self) -> Mapping[int, Sequence[tuple[Step, int]]]:
        """Return for each node the different steps that stand in it, with the number of walks that took each."""
        found: dict[int, list[tuple[Step, int]]] = {node: [] for node in self.standing}
        for node, step, walks in zip(self.nodes, self.steps, self._having, strict=True):
            found[node].append((step, walks.bit_count()))
        return found

    def passes(self, answers: Collection[tuple[int, Answer]]) -> Iterator[tuple[tuple[int, Answer], int, str]]:
        """Yield where resolved walks gave one of some answers and went straight on: node and answer, node, session."""
        asked = {
            number: (node, step.answer)
            for number, (node, step) in enumerate(zip(self.nodes, self.steps, strict=True))
            if (node, step.answer) in answers
        }
        for session, resolved, numbers in self.passages:
            if resolved and not asked.keys().isdisjoint(numbers):
                for number, following in pairwise(numbers):
                    if number in asked and self.nodes[following] != NOWHERE:
                        yield asked[number], self.nodes[following], session

    @cached_property
    def ways(self) -> Sequence[Way]:
        """The ways of the level, in the order of their places."""
        if self.level is None:
            return ()
        node_of = self.level.node_of
        hanging = [(node_of[place.parent.number], place) for place in self.level.places if place.parent is not None]
        ways = [
            Way(above, None if self.is_instruction(above) else place.answer, node_of[place.number])
            for above, place in hanging
        ]
        return list(dict.fromkeys(ways))

    @cached_property
    def leaving(self) -> Mapping[int, Mapping[Answer, Sequence[Way]]]:
        leaving: dict[int, dict[Answer, list[Way]]] = {}
        for way in self.ways:
            leaving.setdefault(way.above, {}).setdefault(way.answer, []).append(way)
        return leaving

    @cached_property
    def entering(self) -> Mapping[int, Sequence[Way]]:
        entering: dict[int, list[Way]] = {}
        for way in self.ways:
            entering.setdefault(way.below, []).append(way)
        return entering

    @cached_property
    def below(self) -> Mapping[int, Walks]:
        """Which resolved walks stand in each node or in one that it leads to."""
        below = {node: walks & self.resolved for node, walks in self.standing.items()}
        known: dict[int, Walks] = {}
        while known != below:
            known = dict(below)
            for way in reversed(self.ways):
                below[way.above] |= below[way.below]
        return below

    def is_instruction(self, node: int) -> bool:
        return self.level is not None and self.level.wordings[node].type is NodeType.ACTION

    def came(self, way: Way) -> Walks:
        """Return the resolved walks that speak for a way: where no other leads to its end, all that stand there."""
        is_only = len(self.entering[way.below]) == 1
        return (self.standing[way.below] if is_only else self.straight(way)) & self.resolved

    def straight(self, way: Way) -> Walks:
        """Return who gave the very answer and came to the end of a way, by no rival of it."""
        answered = self._answered.get((way.above, way.answer), 0)
        walks = self.standing[way.below] & (self.standing[way.above] if self.is_instruction(way.above) else answered)
        for rival in self.leaving[way.above][way.answer]:
            if rival != way and leads_to(self._on, rival.below, way.below):
                walks &= ~self.standing[rival.below]
        return walks

    def taken(self, way: Way) -> tuple[Walks, bool]:
        """Return who took a way, and whether none of them gave its very answer.

        In that case those count who stood at both its ends and came there by no other way; else all who came by none.
        """
        walks = self.straight(way)
        if walks:
            return walks, False
        here = self.standing[way.below]
        for other in self.entering[way.below]:
            here &= ~self.straight(other)
        return here & self.standing[way.above] or here, True

    @cached_property
    def _on(self) -> Mapping[int, Collection[int]]:
        on: dict[int, set[int]] = {node: set() for node in self.standing}
        for way in self.ways:
            on[way.above].add(way.below)
        return on


def leads_to(on: Mapping[int, Collection[int]], start: int, goal: int) -> bool:
    """Tell whether some ways, node to nodes, lead from one node to another; every node leads to itself."""
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        fresh = set(on[node]) - seen
        seen |= fresh
        waiting += fresh
    return False
