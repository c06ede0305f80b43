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
SAME_START = 0.2  # added where a walk begins with a question that a known one began with
_SAME_QUESTION = 0.8
_MOST_WORDINGS = 300

Words = frozenset[str]


@dataclass(frozen=True)
class Signature:
    """What the walks of one problem ask and what their callers say; `asked` and `first` hold each wording once."""

    sessions: tuple[str, ...]
    asked: frozenset[Words]
    first: frozenset[Words]
    told: Words

    @classmethod
    def of(cls, walks: Iterable[Walk]) -> "Signature":
        known = sorted(walks, key=lambda walk: walk.content_hash)
        wordings = {words(step.text) for walk in known for step in walk.steps}
        return cls(
            sessions=tuple(sorted(walk.session_id for walk in known)),
            asked=_kept(wordings),
            first=_kept({words(walk.steps[0].text) for walk in known if walk.steps}),
            told=frozenset(word for walk in known for word in words(walk.opening)),
        )

    @property
    def terms(self) -> list[str]:
        """Return the words by which a database finds the signature again."""
        return sorted({word for wording in self.asked for word in wording})

    def with_walk(self, walk: Walk) -> "Signature":
        more = Signature.of([walk])
        return Signature(
            sessions=tuple(sorted({*self.sessions, *more.sessions})),
            asked=_kept(self.asked | more.asked),
            first=_kept(self.first | more.first),
            told=self.told | more.told,
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "sessions": list(self.sessions),
            "asked": [sorted(wording) for wording in sorted(self.asked, key=sorted)],
            "first": [sorted(wording) for wording in sorted(self.first, key=sorted)],
            "told": sorted(self.told),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Signature":
        asked, first = (frozenset(map(frozenset, document[name])) for name in ("asked", "first"))
        return cls(tuple(document["sessions"]), asked, first, frozenset(document["told"]))


def likeness(walk: Walk, signature: Signature) -> float:
    """Return 0..1: how well a known wording meets each of the walk's (Jaccard), and what was told its opening."""
    mine = [words(step.text) for step in walk.steps]
    shared = sum(max((_overlap(one, other) for other in signature.asked), default=0.0) for one in mine)
    opening = words(walk.opening)
    said = len(opening & signature.told) / max(len(opening), 1)
    begun = any(_overlap(one, other) >= _SAME_QUESTION for one in mine[:1] for other in signature.first)
    alike = QUESTIONS * shared / max(len(mine), 1) + (1 - QUESTIONS) * said
    return min(1.0, alike + SAME_START * begun)


def _kept(wordings: Iterable[Words]) -> frozenset[Words]:
    return frozenset(sorted(wordings, key=sorted)[:_MOST_WORDINGS])


def words(text: str) -> Words:
    return frozenset(content_words(text))


def _overlap(one: Words, other: Words) -> float:
    return len(one & other) / max(len(one | other), 1)
