"""Which walks are about the same problem: each finds its group as it comes, and groups that prove to be one are joined.

The same two steps stand over the tables in `placing` and `joining`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.grouping.kinship import kinship
from firstline.flywheel.grouping.signatures import Signature

CANDIDATES = 12  # groups compared in full; the others share fewer telling words
POSTINGS = 64  # groups read for each word; a word in more of them tells little


def nearest(signature: Signature, candidates: Mapping[str, Signature]) -> str | None:
    """Return the key of the candidate most surely of the same problem, None where none is more likely so than not."""
    scored = [(kinship(signature, candidate), key) for key, candidate in candidates.items()]
    score, key = max(scored, default=(0.0, ""))
    return key if score > 0 else None


@dataclass
class Library:
    """The groups known so far by key, and an index from words to groups, so that looking one up stays flat."""

    groups: dict[str, Signature] = field(default_factory=dict)
    index: dict[str, dict[str, None]] = field(default_factory=dict)

    def place(self, walk: Walk) -> str:
        """Return the key of the group of a walk, new or known, after the groups it brings together are joined."""
        signature = Signature.of([walk])
        key = nearest(signature, self._candidates(signature))
        if key is None:
            key = walk.session_id
            self._put(key, signature)
        else:
            self._put(key, self.groups[key].with_walk(walk))
        return self._settle(key)

    def _settle(self, key: str) -> str:
        while twin := nearest(self.groups[key], self._candidates(self.groups[key], besides=key)):
            joined = self.groups[key].joined(self.groups[twin])
            self._drop(twin)
            self._put(key, joined)
        return key

    def _candidates(self, signature: Signature, besides: str = "") -> dict[str, Signature]:
        shared: dict[str, float] = {}
        for word in signature.terms:
            keys = list(islice(self.index.get(word, ()), POSTINGS))
            for key in keys:
                shared[key] = shared.get(key, 0.0) + 1 / len(keys)
        shared.pop(besides, None)
        likely = sorted(shared, key=lambda key: (-round(shared[key], 6), key))[:CANDIDATES]
        return {key: self.groups[key] for key in likely}

    def _put(self, key: str, signature: Signature) -> None:
        self.groups[key] = signature
        for word in signature.terms:
            self.index.setdefault(word, {})[key] = None

    def _drop(self, key: str) -> None:
        for word in self.groups.pop(key).terms:
            self.index[word].pop(key, None)


def group_walks(walks: Iterable[Walk]) -> list[Signature]:
    """Part walks into problems in the order in which they come; a session that comes again changes nothing."""
    library = Library()
    known: set[str] = set()
    for walk in walks:
        if walk.steps and walk.session_id not in known:
            known.add(walk.session_id)
            library.place(walk)
    return [library.groups[key] for key in sorted(library.groups)]
