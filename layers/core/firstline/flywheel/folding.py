"""Many walks become one graph: the whole fold, and the same fold kept up to date walk by walk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from firstline.flywheel.drawing import Folding, draw
from firstline.flywheel.evidence import Outcome, Walk, one_per_session
from firstline.flywheel.skeleton import Skeleton

__all__ = ["FoldState", "Folding", "fold"]


def fold(walks: Sequence[Walk]) -> Folding:
    """Fold the walks of one problem; the result is a function of the set of walks, not of their order.

    Resolved walks shape the graph. Walks that failed, were escalated or abandoned are evidence for and against the
    ways they took, and never make a place of their own.
    """
    return FoldState.of(walks).folding()


@dataclass(frozen=True)
class FoldState:
    """A fold that further walks can be added to: the walks, the skeleton, and where each walk stands in it."""

    walks: Mapping[str, Walk]
    skeleton: Skeleton
    matches: Mapping[str, Mapping[int, int]]  # session -> step -> number of the place

    @classmethod
    def of(cls, walks: Sequence[Walk]) -> "FoldState":
        kept = [walk for walk in one_per_session(walks) if walk.steps]
        skeleton = Skeleton.draw([walk for walk in kept if walk.outcome is Outcome.RESOLVED])
        matches = {walk.session_id: _stand(skeleton, walk) for walk in kept}
        return cls({walk.session_id: walk for walk in kept}, skeleton, matches)

    def add(self, walk: Walk) -> "FoldState":
        """Return the state of all walks so far and this one: the same, whatever the order in which they came.

        Most walks are stood in the skeleton by one alignment; one that changes the skeleton costs a whole fold.
        """
        known = self.walks.get(walk.session_id)
        if known == walk or not walk.steps:
            return self
        if known or (walk.outcome is Outcome.RESOLVED and self.skeleton.changes_with(walk)):
            return FoldState.of([*self.walks.values(), walk])
        return replace(
            self,
            walks={**self.walks, walk.session_id: walk},
            matches={**self.matches, walk.session_id: _stand(self.skeleton, walk)},
        )

    def folding(self) -> Folding:
        level = self.skeleton.levels[-1] if self.skeleton.levels else None
        return draw(level, [(walk, self.matches[session]) for session, walk in self.walks.items()])


def _stand(skeleton: Skeleton, walk: Walk) -> Mapping[int, int]:
    return skeleton.top.match(walk, skeleton.lexicon) if skeleton.levels else {}
