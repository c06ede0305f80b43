"""How surely several wordings are of one question: its words come again, and words of other questions rarely do.

The words of a wording are drawn with replacement from those the question was worded in before (Beta-Bernoulli, one
chance per word), but for a part that is chosen freely. Against it stands a question of another problem.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from firstline.flywheel.folding.evidence import Step
from firstline.matching.text import read_terms

FREE = 0.25  # part of a wording whose words are its own
UNSEEN = 0.1  # wordings' worth of doubt about a word's chance
ELSEWHERE = 0.025  # chance that a word of one question is in a question of another problem; in the playbooks .021


@lru_cache(maxsize=20_000)
def words_of(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in read_terms(text))


def words_of_step(step: Step) -> frozenset[str]:
    """Return the words of a question and of its answers: what may be answered tells questions apart too."""
    return words_of(step.text).union(*(words_of(option.label) for option in step.options))


@dataclass(frozen=True)
class Wordings:
    """`words`: in how many of the `count` wordings of one thing each word occurs."""

    words: Mapping[str, int]
    count: int

    @classmethod
    def of(cls, words: Iterable[str]) -> "Wordings":
        return cls(dict.fromkeys(sorted(words), 1), 1)

    def joined(self, other: "Wordings") -> "Wordings":
        return Wordings(Counter(self.words) + Counter(other.words), self.count + other.count)

    @cached_property
    def shares(self) -> Mapping[str, float]:
        return {word: seen / self.count for word, seen in self.words.items()}

    @cached_property
    def _length(self) -> float:
        return sum(self.shares.values())

    @cached_property
    def _without(self) -> float:
        """The log likelihood ratio of a wording with none of the words."""
        return sum(math.log(1 - self._chance(seen)) for seen in self.words.values())

    @cached_property
    def _gains(self) -> Mapping[str, float]:
        """What it adds that a wording has a word, against its having a free one instead."""
        return {
            word: math.log((self._chance(seen) + FREE * ELSEWHERE) / ELSEWHERE)
            - math.log(FREE)
            - math.log(1 - self._chance(seen))
            for word, seen in self.words.items()
        }

    def _chance(self, seen: int) -> float:
        return (1 - FREE) * seen / (self.count + UNSEEN)

    def explains(self, other: "Wordings") -> float:
        """Return the log likelihood ratio of a typical wording of the other: of this question, or of another's."""
        if len(self.words) < len(other.words):
            shared = (other.shares[word] * gain for word, gain in self._gains.items() if word in other.words)
        else:
            shared = (share * self._gains[word] for word, share in other.shares.items() if word in self.words)
        return other._length * math.log(FREE) + self._without + sum(shared)  # noqa: SLF001  the same class


def likeness(one: Wordings, other: Wordings) -> float:
    """Return the log likelihood ratio of both being wordings of one question; the same in either order."""
    return (one.explains(other) + other.explains(one)) / 2
