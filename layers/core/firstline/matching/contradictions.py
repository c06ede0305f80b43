"""Where two flows part: the same questions with the same answers, and then another cure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from firstline.flows.rules import Edge, Graph, Node, NodeType
from firstline.matching.documents import Claim, Intake, LibraryStatistics, claims_of
from firstline.matching.reading import reached_from
from firstline.matching.similarity import both_ways
from firstline.matching.text import folded, read_terms, split_words

SAME_QUESTION = 0.7
SAME_CURE = 0.5  # below, two cures are different ones
_MOST = 20  # contradictions told of two flows
_OPPOSITES = (("on", "off"), ("up", "down"), ("in", "out"), ("before", "after"), ("with", "without"))
_DENIALS = frozenset(("not", "no", "never", "nothing", "without"))
_NO_LIBRARY = LibraryStatistics(0)


@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was asked and answered, in the words of the first flow, and the cures of both."""

    path: Sequence[Answered]
    cure: str
    other_cure: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a descent stands in one graph, and what it was told to do since the last question."""

    node: Node
    told: tuple[str, ...]

    @property
    def cure(self) -> str:
        return " ".join((*self.told, self.node.text))


def contradictions(graph: Graph, other: Graph) -> list[Contradiction]:
    """Go down both graphs as long as they ask the same in the same order; cures told by opposite words are different.

    Graphs need not be sound: a draft has loose ends. Escalations contradict nothing.
    """
    found: list[Contradiction] = []
    seen: set[tuple[str, str]] = set()
    waiting: list[tuple[str, str, tuple[Answered, ...]]] = [(graph.root, other.root, ())]
    while waiting and len(found) < _MOST:
        at, there, path = waiting.pop()
        mine, theirs = _next_stop(graph, at), _next_stop(other, there)
        if mine is None or theirs is None or (mine.node.id, theirs.node.id) in seen:
            continue
        seen.add((mine.node.id, theirs.node.id))
        kinds = {mine.node.type, theirs.node.type}
        if kinds == {NodeType.SOLUTION} and path and likeness(mine.cure, theirs.cure) < SAME_CURE:
            found.append(Contradiction(path, mine.cure, theirs.cure))
        elif kinds == {NodeType.DECISION} and likeness(mine.node.text, theirs.node.text) >= SAME_QUESTION:
            ways = _shared_ways(graph.ways_from(mine.node.id), other.ways_from(theirs.node.id))
            waiting += [(a, b, (*path, Answered(mine.node.text, label))) for a, b, label in ways]
    return found


@lru_cache(maxsize=4096)
def likeness(text: str, other: str) -> float:
    """Return 0..1: how far two instructions or questions say the same; 0 where a small word says the opposite."""
    if folded(text) == folded(other):
        return 1.0
    if _opposed(split_words(text), split_words(other)):
        return 0.0
    claims, others = claims_of(read_terms(text)), claims_of(read_terms(other))
    return both_ways(claims, _told(claims), others, _told(others), _NO_LIBRARY)


def _told(claims: Sequence[Claim]) -> Intake:
    return Intake(claims, reached_from(claims))


def _opposed(words: Sequence[str], others: Sequence[str]) -> bool:
    mine, theirs = set(words), set(others)
    if bool(mine & _DENIALS) != bool(theirs & _DENIALS):
        return True
    return any(
        (one in mine and other in theirs - mine) or (other in mine and one in theirs - mine)
        for one, other in _OPPOSITES
    )


def _next_stop(graph: Graph, node_id: str) -> _Place | None:
    """Follow the actions from a node to the question or the end behind them; None where they lead nowhere."""
    told: list[str] = []
    passed: set[str] = set()
    while (node := graph.by_id.get(node_id)) is not None and node_id not in passed:
        if node.type is not NodeType.ACTION:
            return _Place(node, tuple(told))
        passed.add(node_id)
        told.append(node.text)
        ways = graph.ways_from(node_id)
        node_id = ways[0].target if ways else ""
    return None


def _shared_ways(ways: Sequence[Edge], others: Sequence[Edge]) -> Iterator[tuple[str, str, str]]:
    """Yield the ends of the edges with the same answer, and its label."""
    for way in ways:
        for other in others:
            if way.condition and other.condition:
                label = way.condition.label
                if likeness(label, other.condition.label) >= SAME_QUESTION:
                    yield way.target, other.target, label
