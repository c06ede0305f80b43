"""Which walks are about the same problem: groups grow by joining the two that are most surely one, until none are."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from firstline.flywheel.evidence import Walk, one_per_session
from firstline.flywheel.kinship import Member, Words
from firstline.flywheel.signatures import Group

JOIN = 0.75  # two groups above this are one problem
CANDIDATES = 24  # groups compared in full; the others share fewer telling words
RECALIBRATE = 20  # joins


@dataclass
class Library:
    """The groups known so far by key, and an index from words to groups, so that looking one up stays flat."""

    words: Words = field(default_factory=Words)
    members: dict[str, Member] = field(default_factory=dict)
    index: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[tuple[str, Group]]) -> "Library":
        library = cls()
        known = sorted(groups, key=lambda pair: pair[0])
        for _, group in known:
            library.words.learn(group)
        library.words.calibrate(group for _, group in known)
        for key, group in known:
            library.put(key, group)
        return library

    def put(self, key: str, group: Group) -> None:
        self.members[key] = Member(self.words, group)
        for word in telling(group):
            self.index.setdefault(word, set()).add(key)

    def drop(self, key: str) -> None:
        for word in telling(self.members.pop(key).group):
            self.index[word].discard(key)

    def candidates(self, group: Group, besides: str = "") -> list[str]:
        """Return the keys of the groups that share the most telling words."""
        shared: dict[str, float] = {}
        widest = max(CANDIDATES, len(self.members) // 2)
        for word in sorted(telling(group)):
            keys = self.index.get(word, ())
            if len(keys) <= widest:
                weight = self.words.weight(word)
                for key in keys:
                    shared[key] = shared.get(key, 0.0) + weight
        shared.pop(besides, None)
        return sorted(shared, key=lambda key: (-shared[key], key))[:CANDIDATES]


def telling(group: Group) -> set[str]:
    """Return the words of a group's questions; the words of cures and openings are shared too widely."""
    return {word for question in group.questions if not question.is_end for word in question.wordings.words}


def assign(walk: Walk, library: Library) -> str | None:
    """Return the key of the group a walk belongs to, or None for a problem not seen before."""
    member = Member(library.words, Group.of(walk))
    scored = [(member.kinship(library.members[key]).score, key) for key in library.candidates(member.group)]
    best = max(scored, key=lambda pair: (pair[0], pair[1]), default=None)
    return best[1] if best and best[0] > JOIN else None


def group_walks(walks: Sequence[Walk]) -> list[Group]:
    """Part walks into problems; a function of the set of walks, not of their order or repeats."""
    kept = [walk for walk in one_per_session(walks) if walk.steps]
    return regroup(Library.of((walk.content_hash, Group.of(walk)) for walk in kept))


def regroup(library: Library) -> list[Group]:
    """Join the groups of a library that are one problem, the surest first; the library holds the result."""
    heap: list[tuple[float, str, str]] = []
    for key in sorted(library.members):
        _offer(library, key, heap)
    joins = 0
    while heap:
        _, one, two = heapq.heappop(heap)
        if one not in library.members or two not in library.members:
            continue
        kinship = library.members[one].kinship(library.members[two])
        joined = library.members[one].group.joined(library.members[two].group, kinship.same)
        library.drop(one)
        library.drop(two)
        joins += 1
        if joins % RECALIBRATE == 0:
            library.words.calibrate(member.group for member in library.members.values())
        key = f"{min(one, two)}+"
        library.put(key, joined)
        _offer(library, key, heap)
    return [library.members[key].group for key in sorted(library.members)]


def _offer(library: Library, key: str, heap: list[tuple[float, str, str]]) -> None:
    member = library.members[key]
    for other in library.candidates(member.group, besides=key):
        one, two = sorted((key, other))
        score = library.members[one].kinship(library.members[two]).score
        if score > JOIN:
            heapq.heappush(heap, (-score, one, two))
