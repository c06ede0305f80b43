"""What a stored walk would have met in a graph: the proof of a change before anybody is sent through it."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from firstline.flows.rules import Graph
from firstline.flywheel.folding.evidence import Step, Walk
from firstline.flywheel.folding.similarity import content_words

SAME = 0.3  # cosine above which a wording stands for the node it is closest to


class ReplayEnd(StrEnum):
    """How a walk fares in another graph than the one it went through."""

    SAME_END = "same_end"
    SHORTER = "shorter"  # the same end in fewer steps
    LONGER = "longer"
    DEAD_END = "dead_end"  # the graph has no way on for an answer, or asks what the walk cannot answer
    OTHER_END = "other_end"


@dataclass(frozen=True, slots=True)
class ReplayResult:
    end: ReplayEnd
    path: tuple[str, ...]  # ids of the nodes met


class Replayer:
    """Runs walks through one graph; wordings met before are looked up, not compared again."""

    def __init__(self, graph: Graph, standing: Mapping[tuple[str, int], str] | None = None) -> None:
        """Take a graph, and where known which node each step (session id, index) was folded into."""
        self.graph = graph
        self.standing = standing or {}
        self._words = {node.id: Counter(content_words(node.text)) for node in graph.nodes}
        frequencies = Counter(word for words in self._words.values() for word in words)
        self._rarity = {word: math.log((1 + len(self._words)) / count) + 1 for word, count in frequencies.items()}
        self._nodes_with: dict[str, list[tuple[str, float]]] = {}
        for node_id, words in self._words.items():
            length = math.sqrt(sum((count * self._rarity[word]) ** 2 for word, count in words.items())) or 1.0
            for word, count in words.items():
                self._nodes_with.setdefault(word, []).append((node_id, count * self._rarity[word] / length))
        self._closest: dict[str, str | None] = {}

    def replay(self, walk: Walk) -> ReplayResult:
        stands = {self._node_of(walk, index): index for index in range(len(walk.steps) - 1, -1, -1)}
        stands.pop(None, None)
        path: list[str] = []
        current: str | None = self.graph.root
        while current is not None and current not in path and current in self.graph.by_id:
            path.append(current)
            if self.graph.by_id[current].type.is_end:
                return ReplayResult(self._compare(walk, current, path), tuple(path))
            current = self._next(current, walk.steps, stands)
        return ReplayResult(ReplayEnd.DEAD_END, tuple(path))

    def _next(self, current: str, steps: Sequence[Step], stands: Mapping[str | None, int]) -> str | None:
        index = stands.get(current)
        ways = self.graph.ways_from(current)
        if index is not None:
            way = self.graph.way(current, steps[index].answer)
            return way.target if way else None
        if len(ways) == 1:
            return ways[0].target
        # The walk never met this question: what it did meet below tells which way it would have gone.
        met = [way.target for way in ways if self._meets(way.target, stands)]
        return met[0] if len(met) == 1 else None

    def _meets(self, node_id: str, stands: Mapping[str | None, int]) -> bool:
        seen: set[str] = set()
        stack = [node_id]
        while stack:
            found = stack.pop()
            if found in stands:
                return True
            if found not in seen:
                seen.add(found)
                stack += [way.target for way in self.graph.ways_from(found)]
        return False

    def _compare(self, walk: Walk, end: str, path: Sequence[str]) -> ReplayEnd:
        if not walk.steps or self._node_of(walk, len(walk.steps) - 1) != end:
            return ReplayEnd.OTHER_END
        if len(path) < len(walk.steps):
            return ReplayEnd.SHORTER
        return ReplayEnd.LONGER if len(path) > len(walk.steps) else ReplayEnd.SAME_END

    def _node_of(self, walk: Walk, index: int) -> str | None:
        step = walk.steps[index]
        known = self.standing.get((walk.session_id, index))
        if known is not None:
            return known
        if step.node_id in self.graph.by_id:
            return step.node_id
        if step.text not in self._closest:
            self._closest[step.text] = self._closest_node(step.text)
        return self._closest[step.text]

    def _closest_node(self, text: str) -> str | None:
        words = Counter(content_words(text))
        scores: dict[str, float] = {}
        square = 0.0
        for word, count in sorted(words.items()):
            weight = count * self._rarity.get(word, 1.0)
            square += weight * weight
            for node_id, share in self._nodes_with.get(word, ()):
                scores[node_id] = scores.get(node_id, 0.0) + weight * share
        best = max(scores, key=lambda node_id: (scores[node_id], node_id), default=None)
        return best if best is not None and scores[best] >= SAME * math.sqrt(square) else None


def replay(walk: Walk, graph: Graph) -> ReplayResult:
    """Run one walk through a graph; for many walks keep a Replayer."""
    return Replayer(graph).replay(walk)
