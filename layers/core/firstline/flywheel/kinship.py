"""How much speaks for two groups of walks being one problem, measured against how alike wordings of one thing are."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firstline.flywheel.signatures import Group, Question, Wordings

LIKE_WITHIN = 0.3  # how alike two wordings of one question are, before a library tells
PAIRS = 3  # pairs of wordings that this presumption weighs as much as
SAME = 0.5  # two questions are one when they are half as alike as the wordings within them, or more
OPENINGS = 0.4  # openings this much as alike as the openings within each group speak neither for nor against
END = 0.3  # a shared cure says less than a shared question: many problems end in the same repair
ONLY_ENDS = 0.3  # what shared cures can add without any shared question
CONTINUES = 0.5  # worth of the same answer leading to the same next question
CERTAIN = 1.2  # more than fully alike counts no further


@dataclass(frozen=True)
class Kinship:
    score: float
    same: Mapping[int, int]  # question of the one group -> the same question of the other


class Words:
    """What the words of a library weigh, and how alike wordings of one question are in it."""

    def __init__(self) -> None:
        self.frequencies: Counter[str] = Counter()
        self.texts = 0
        self.like_within = LIKE_WITHIN
        self._weights: dict[str, float] = {}

    def learn(self, group: Group) -> None:
        for wordings in (group.openings, *(question.wordings for question in group.questions)):
            self.frequencies.update(wordings.words)
            self.texts += wordings.count
        self._weights.clear()

    def calibrate(self, groups: Iterable[Group]) -> None:
        """Learn from well-worded questions how alike the wordings of one question are."""
        known = [
            Profile(self, question.wordings).within_measured
            for group in groups
            for question in group.questions
            if question.wordings.count >= PAIRS
        ]
        presumed = 5  # groups' worth of the presumption
        self.like_within = (sum(known) + LIKE_WITHIN * presumed) / (len(known) + presumed)

    def weight(self, word: str) -> float:
        """Return the squared rarity of a word."""
        found = self._weights.get(word)
        if found is None:
            found = (math.log((1 + self.texts) / (1 + self.frequencies[word])) + 1) ** 2
            self._weights[word] = found
        return found

    def dot(self, one: Mapping[str, int], other: Mapping[str, int]) -> float:
        if len(one) > len(other):
            one, other = other, one
        return math.fsum(count * other[word] * self.weight(word) for word, count in one.items() if word in other)


class Profile:
    """Wordings with their mean length, and how alike they are among themselves."""

    def __init__(self, words: Words, wordings: Wordings) -> None:
        self.words = words
        self.wordings = wordings
        self.total = math.fsum(count * words.weight(word) for word, count in wordings.words.items())
        self.mean_square = max(self.total / max(1, wordings.count), 1e-9)

    @property
    def within_measured(self) -> float:
        count = self.wordings.count
        pairs = self.words.dot(self.wordings.words, self.wordings.words) - self.total
        return max(0.0, pairs / (count * (count - 1)) / self.mean_square)

    def within(self) -> float:
        """Return how alike the wordings are, drawn towards the library's own figure where there are few."""
        count = self.wordings.count
        if count < 2:  # noqa: PLR2004  one wording has no pair
            return self.words.like_within
        pairs = count * (count - 1) / 2
        return (self.within_measured * pairs + self.words.like_within * PAIRS) / (pairs + PAIRS)


class Member:
    """A group made ready for comparing."""

    def __init__(self, words: Words, group: Group) -> None:
        self.words = words
        self.group = group
        self.openings = Profile(words, group.openings)
        self.questions = [Profile(words, question.wordings) for question in group.questions]
        self.within = {id(profile): profile.within() for profile in (self.openings, *self.questions)}

    def ratio(self, mine: Profile, other: "Member", theirs: Profile) -> float:
        """Return how alike two sets of wordings are, as a part of how alike each is in itself."""
        dot = self.words.dot(mine.wordings.words, theirs.wordings.words)
        alike = dot / (mine.wordings.count * theirs.wordings.count) / math.sqrt(mine.mean_square * theirs.mean_square)
        least = 0.12  # below this, two wordings say nothing of each other
        return min(CERTAIN, alike / max(least, min(self.within[id(mine)], other.within[id(theirs)])))

    def kinship(self, other: "Member") -> Kinship:
        ratios = self._same_questions(other)
        same = {mine: theirs for mine, (theirs, _) in ratios.items()}
        gain = against = 0.0
        shared_question = False
        for mine, (theirs, ratio) in ratios.items():
            one, two = self.group.questions[mine], other.group.questions[theirs]
            if one.is_end:
                gain += END * (ratio - SAME)
                continue
            shared_question = True
            part_one = one.wordings.count / len(self.group.sessions)
            part_two = two.wordings.count / len(other.group.sessions)
            gain += min(1.0, max(part_one, part_two)) * ratio
            agree, differ = _continuations(one, two, same, min(1.0, part_one, part_two))
            gain += CONTINUES * agree
            against += differ
        if not shared_question:
            gain = min(gain, ONLY_ENDS)
        openings = self.ratio(self.openings, other, other.openings) - OPENINGS
        return Kinship(gain + openings - against, same)

    def _same_questions(self, other: "Member") -> dict[int, tuple[int, float]]:
        """Pair the questions that are the same, the most alike first, each with one at most."""
        pairs = []
        for mine, profile in enumerate(self.questions):
            for theirs, candidate in enumerate(other.questions):
                if self.group.questions[mine].is_end is other.group.questions[theirs].is_end:
                    ratio = self.ratio(profile, other, candidate)
                    if ratio >= SAME:
                        pairs.append((-ratio, mine, theirs))
        found: dict[int, tuple[int, float]] = {}
        taken: set[int] = set()
        for negative, mine, theirs in sorted(pairs):
            if mine not in found and theirs not in taken:
                found[mine] = (theirs, -negative)
                taken.add(theirs)
        return found


def _continuations(one: Question, two: Question, same: Mapping[int, int], part: float) -> tuple[float, float]:
    """Weigh for each answer given in both groups whether it led to the same question or to different ones.

    Two problems may share a question word for word; what the same answer leads to tells them apart.
    """
    agree = differ = 0.0
    back = {theirs: mine for mine, theirs in same.items()}
    for answer in sorted(one.led_to.keys() & two.led_to.keys(), key=str):
        ours, theirs = one.led_to[answer], two.led_to[answer]
        total_ours, total_theirs = ours.total(), theirs.total()
        agreeing = max(
            sum(count for at, count in ours.items() if same.get(at) in theirs) / total_ours,
            sum(count for at, count in theirs.items() if back.get(at) in ours) / total_theirs,
        )
        weight = part * (1.0 if min(total_ours, total_theirs) > 1 else 0.5)
        agree += weight * agreeing
        differ += weight * (1 - agreeing)
    return agree, differ
