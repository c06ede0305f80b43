"""Whether a walk is about the problem of a proposal: by the questions they share and the words of the callers.

Works from the first walk on. The grouping of many walks at once (`grouping`) weighs words against a whole library, and
takes any two problems for one while the library is small; it is not used here for that reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firstline.flywheel.evidence import Walk
from firstline.flywheel.similarity import content_words

SAME_PROBLEM = 0.45
QUESTIONS = 0.7  # share of the questions in the likeness; the opening has the rest
_MOST_WORDINGS = 300

Words = frozenset[str]


@dataclass(frozen=True)
class Signature:
    """What the walks of one problem ask and what their callers say; `asked` holds each wording once."""

    sessions: tuple[str, ...]
    asked: frozenset[Words]
    told: Words

    @classmethod
    def of(cls, walks: Iterable[Walk]) -> "Signature":
        known = sorted(walks, key=lambda walk: walk.content_hash)
        wordings = {words(step.text) for walk in known for step in walk.steps}
        return cls(
            sessions=tuple(sorted(walk.session_id for walk in known)),
            asked=frozenset(sorted(wordings, key=sorted)[:_MOST_WORDINGS]),
            told=frozenset(word for walk in known for word in words(walk.opening)),
        )

    @property
    def terms(self) -> list[str]:
        """Return the words by which a database finds the signature again."""
        return sorted({word for wording in self.asked for word in wording})

    def with_walk(self, walk: Walk) -> "Signature":
        more = Signature.of([walk])
        asked = sorted(self.asked | more.asked, key=sorted)[:_MOST_WORDINGS]
        sessions = tuple(sorted({*self.sessions, *more.sessions}))
        return Signature(sessions, frozenset(asked), self.told | more.told)

    def to_document(self) -> dict[str, Any]:
        return {
            "sessions": list(self.sessions),
            "asked": [sorted(wording) for wording in sorted(self.asked, key=sorted)],
            "told": sorted(self.told),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Signature":
        asked = frozenset(frozenset(wording) for wording in document["asked"])
        return cls(tuple(document["sessions"]), asked, frozenset(document["told"]))


def likeness(walk: Walk, signature: Signature) -> float:
    """Return 0..1: how well a known wording meets each of the walk's (Jaccard), and what was told its opening."""
    mine = [words(step.text) for step in walk.steps]
    shared = sum(max((_overlap(one, other) for other in signature.asked), default=0.0) for one in mine)
    opening = words(walk.opening)
    said = len(opening & signature.told) / max(len(opening), 1)
    return QUESTIONS * shared / max(len(mine), 1) + (1 - QUESTIONS) * said


def words(text: str) -> Words:
    return frozenset(content_words(text))


def _overlap(one: Words, other: Words) -> float:
    return len(one & other) / max(len(one | other), 1)
