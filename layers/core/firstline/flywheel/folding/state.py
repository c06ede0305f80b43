"""Many walks become one graph: the whole fold, and the same fold kept up to date walk by walk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firstline.flywheel.folding.drawing import draw
from firstline.flywheel.folding.drawn import Folding
from firstline.flywheel.folding.evidence import Outcome, Walk, one_per_session
from firstline.flywheel.folding.register import Outline, Register
from firstline.flywheel.folding.shelf import Shelf
from firstline.flywheel.folding.skeleton import Skeleton

__all__ = ["FoldState", "Folding", "fold"]


def fold(walks: Sequence[Walk]) -> Folding:
    """Fold the walks of one problem; the result is a function of the set of walks, not of their order.

    Resolved walks shape the graph. Walks that failed, were escalated or abandoned are evidence for and against the
    ways they took, and never make a place of their own.
    """
    return FoldState.of(walks).folding()


@dataclass(frozen=True)
class FoldState:
    """A fold that further walks can be added to: the skeleton, the walks in outline, and the whole walks to refold."""

    walks: Shelf
    register: Register
    skeleton: Skeleton

    @classmethod
    def of(cls, walks: Iterable[Walk]) -> "FoldState":
        kept = [walk for walk in one_per_session(walks) if walk.steps]
        skeleton = Skeleton.draw([walk for walk in kept if walk.outcome is Outcome.RESOLVED])
        return cls(Shelf.of(kept), Register.of((walk, skeleton.match(walk)) for walk in kept), skeleton)

    def add(self, walk: Walk) -> "FoldState":
        """Return the state of all walks so far and this one: the same, whatever the order in which they came.

        Most walks are stood in the skeleton by one alignment; one that changes the skeleton costs a whole fold.
        """
        if not walk.steps:
            return self
        if walk.session_id in self.register.walks:
            return self if self.walks[walk.session_id] == walk else FoldState.of([*self.walks.values(), walk])
        walks = self.walks.with_walk(walk)
        if walk.outcome is Outcome.RESOLVED:
            others = self.register.ended(Outcome.RESOLVED)
            if self.skeleton.changes_with(walk, others):
                return FoldState.of(walks.values())
        return FoldState(walks, self.register.with_walk(walk, self.skeleton.match(walk)), self.skeleton)

    def outlines(self) -> list[Outline]:
        """Return the walks without their steps, by session: enough to count and title a graph."""
        return self.register.outlines()

    def folding(self) -> Folding:
        level = self.skeleton.levels[-1] if self.skeleton.levels else None
        return draw(level, self.register)
