"""What a problem looks like to somebody who compares problems: openings, questions, what each answer led to."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from firstline.flywheel.folding.evidence import Walk
from firstline.flywheel.folding.growth import Answer
from firstline.flywheel.grouping.wordings import Wordings, likeness, words_of, words_of_step

_HOPELESS = -5.0  # log likelihood ratio below which two questions are not compared further
_SURE_ENOUGH = 10.0  # odds above which they are one question
_CERTAIN = 20.0  # more counts no further

Pairs = Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Question:
    """A step as many walks worded it: how often it began or ended a walk, and which question each answer led to."""

    wordings: Wordings
    ends: int = 0
    firsts: int = 0
    led_to: Mapping[Answer, Mapping[int, int]] = field(default_factory=dict)

    @property
    def is_end(self) -> bool:
        return self.ends * 2 > self.wordings.count

    def moved(self, place: Mapping[int, int]) -> "Question":
        """Return the question with the ones it led to numbered anew."""
        led_to = {answer: {place[at]: count for at, count in ways.items()} for answer, ways in self.led_to.items()}
        return Question(self.wordings, self.ends, self.firsts, led_to)

    def joined(self, other: "Question") -> "Question":
        led_to = {
            answer: dict(Counter(self.led_to.get(answer, {})) + Counter(other.led_to.get(answer, {})))
            for answer in [*self.led_to, *(other.led_to.keys() - self.led_to.keys())]
        }
        wordings = self.wordings.joined(other.wordings)
        return Question(wordings, self.ends + other.ends, self.firsts + other.firsts, led_to)


@dataclass(frozen=True)
class Signature:
    """The walks of one problem, summed: signatures can be joined without the walks."""

    sessions: tuple[str, ...] = ()
    openings: Wordings = field(default_factory=lambda: Wordings({}, 0))
    categories: Mapping[str, int] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    @classmethod
    def of(cls, walks: Iterable[Walk]) -> "Signature":
        """Return the signature of a set of walks; their order does not matter."""
        whole = cls()
        for walk in sorted(walks, key=lambda walk: walk.content_hash):
            whole = whole.with_walk(walk)
        return whole

    def with_walk(self, walk: Walk) -> "Signature":
        return self.joined(_of_walk(walk))

    def joined(self, other: "Signature") -> "Signature":
        same = {theirs: ours for ours, theirs in one_to_one(compare(self, other)).items()}
        place: dict[int, int] = {}
        for theirs in range(len(other.questions)):
            place[theirs] = same.get(theirs, len(self.questions) + len(place) - len(same.keys() & place.keys()))
        questions = list(self.questions)
        for theirs, question in enumerate(other.questions):
            moved = question.moved(place)
            if theirs in same:
                questions[place[theirs]] = questions[place[theirs]].joined(moved)
            else:
                questions.append(moved)
        return Signature(
            sessions=tuple(sorted({*self.sessions, *other.sessions})),
            openings=self.openings.joined(other.openings),
            categories=Counter(self.categories) + Counter(other.categories),
            questions=tuple(questions),
        )

    @property
    def terms(self) -> list[str]:
        """Return the words by which a database finds the signature again: those of its questions."""
        return sorted({word for question in self.questions if not question.is_end for word in question.wordings.words})

    @cached_property
    def at_word(self) -> Mapping[str, list[int]]:
        """Return for each word the questions that it occurs in."""
        places: dict[str, list[int]] = {}
        for at, question in enumerate(self.questions):
            for word in question.wordings.words:
                places.setdefault(word, []).append(at)
        return places

    def to_document(self) -> dict[str, Any]:
        return {
            "sessions": list(self.sessions),
            "openings": _wordings_document(self.openings),
            "categories": dict(sorted(self.categories.items())),
            "questions": [
                {
                    **_wordings_document(question.wordings),
                    "ends": question.ends,
                    "firsts": question.firsts,
                    "led_to": [
                        [answer, sorted(ways.items())]
                        for answer, ways in sorted(question.led_to.items(), key=lambda item: str(item[0]))
                    ],
                }
                for question in self.questions
            ],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Signature":
        if "questions" not in document:  # of the first kind: its walks come in again when it is folded anew
            return cls(tuple(document["sessions"]))
        return cls(
            sessions=tuple(document["sessions"]),
            openings=_wordings(document["openings"]),
            categories=document["categories"],
            questions=tuple(
                Question(
                    _wordings(stored),
                    stored["ends"],
                    stored["firsts"],
                    {answer: dict(ways) for answer, ways in stored["led_to"]},
                )
                for stored in document["questions"]
            ),
        )


def compare(one: Signature, other: Signature) -> Pairs:
    """Return for pairs of questions that share words the odds that they are one question."""
    odds: dict[tuple[int, int], float] = {}
    for mine, question in enumerate(one.questions):
        near = {theirs for word in question.wordings.words for theirs in other.at_word.get(word, ())}
        for theirs in sorted(near):
            candidate = other.questions[theirs]
            if candidate.is_end is question.is_end:
                ratio = likeness(question.wordings, candidate.wordings)
                if ratio > _HOPELESS:
                    odds[mine, theirs] = math.exp(min(ratio, _CERTAIN))
    return odds


def one_to_one(odds: Pairs) -> dict[int, int]:
    """Return which question is which of the other's: the surest pairs first, each question in one at most."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    likely = [(-round(math.log(ratio), 6), pair) for pair, ratio in odds.items() if ratio > _SURE_ENOUGH]
    for _, (mine, theirs) in sorted(likely):
        if mine not in found and theirs not in taken:
            found[mine] = theirs
            taken.add(theirs)
    return found


def _of_walk(walk: Walk) -> Signature:
    questions = []
    for at, step in enumerate(walk.steps):
        ends = int(step.type.is_end)
        led_to = {step.answer: {at + 1: 1}} if at + 1 < len(walk.steps) else {}
        questions.append(Question(Wordings.of(words_of_step(step)), ends, int(at == 0 and not ends), led_to))
    return Signature(
        sessions=(walk.session_id,),
        openings=Wordings.of(words_of(walk.opening)),
        categories={walk.category: 1} if walk.category else {},
        questions=tuple(questions),
    )


def _wordings_document(wordings: Wordings) -> dict[str, Any]:
    return {"words": dict(sorted(wordings.words.items())), "count": wordings.count}


def _wordings(document: Mapping[str, Any]) -> Wordings:
    return Wordings(document["words"], document["count"])
