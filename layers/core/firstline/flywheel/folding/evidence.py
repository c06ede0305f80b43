"""The evidence that folding works on: walks and their steps, in an order that does not depend on arrival."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from firstline.flows.rules import Condition, NodeType

UNSURE = "unsure"


class Outcome(StrEnum):
    """How a walk ended."""

    RESOLVED = "resolved"  # the cure helped: the walk may shape the graph
    FAILED = "failed"  # ended without help
    ESCALATED = "escalated"  # somebody else had to look
    ABANDONED = "abandoned"  # nobody came back to it


@dataclass(frozen=True, slots=True)
class Step:
    """One answered step of a walk; `node_id` is set when it was served from a published flow."""

    text: str
    type: NodeType = NodeType.DECISION
    answer: str | None = None
    label: str | None = None
    options: tuple[Condition, ...] = ()
    help: str | None = None
    built: bool = False
    node_id: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """One pass of one person through a problem; the last step of a resolved walk is usually its cure."""

    session_id: str
    opening: str
    steps: tuple[Step, ...]
    outcome: Outcome = Outcome.RESOLVED
    category: str | None = None
    domain: str | None = None
    ended_at: float = 0.0  # POSIX time; 0 where it is not known

    @property
    def content_hash(self) -> str:
        """A stable digest of session, wording and answers: the lot by which walks are ordered and drawn."""
        parts = [self.session_id, self.outcome.value]
        for step in self.steps:
            parts += [step.type.value, step.text, step.answer or "", step.label or ""]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def one_per_session(walks: Iterable[Walk]) -> list[Walk]:
    """Keep one walk of each session, the fullest, sorted by content hash; the result ignores order and repeats."""
    kept: dict[str, tuple[tuple[int, str], Walk]] = {}
    for walk in walks:
        rank = (len(walk.steps), walk.content_hash)
        if walk.session_id not in kept or rank > kept[walk.session_id][0]:
            kept[walk.session_id] = (rank, walk)
    return [walk for (_, _), walk in sorted(kept.values(), key=lambda pair: pair[0][1])]
