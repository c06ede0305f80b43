"""What a problem looks like to somebody who compares problems: openings, questions, what each answer led to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firstline.flywheel.evidence import Walk
from firstline.flywheel.growth import Answer
from firstline.flywheel.similarity import content_words


@dataclass
class Wordings:
    """Several wordings of one thing: in how many of them each word occurs."""

    words: Counter[str] = field(default_factory=Counter)
    count: int = 0

    @classmethod
    def of(cls, text: str) -> "Wordings":
        return cls(Counter(set(content_words(text))), 1)

    def add(self, other: "Wordings") -> None:
        self.words.update(other.words)
        self.count += other.count


@dataclass
class Question:
    """A step as many walks worded it, and which question each answer led to how often."""

    wordings: Wordings = field(default_factory=Wordings)
    ends: int = 0
    led_to: dict[Answer, Counter[int]] = field(default_factory=dict)

    @property
    def is_end(self) -> bool:
        return self.ends * 2 > self.wordings.count


@dataclass
class Group:
    """The walks taken for one problem: additive, so that groups can be joined without their walks."""

    sessions: list[str]
    openings: Wordings
    questions: list[Question]

    @classmethod
    def of(cls, walk: Walk) -> "Group":
        questions = [Question(Wordings.of(step.text), int(step.type.is_end)) for step in walk.steps]
        for index, step in enumerate(walk.steps[:-1]):
            questions[index].led_to[step.answer] = Counter({index + 1: 1})
        return cls([walk.session_id], Wordings.of(walk.opening), questions)

    def joined(self, other: "Group", same: Mapping[int, int]) -> "Group":
        """Return both as one; `same` names for questions of this group the same question of the other."""
        twin = {theirs: ours for ours, theirs in same.items()}
        place = {}
        fresh = len(self.questions)
        for theirs in range(len(other.questions)):
            place[theirs] = twin.get(theirs, fresh)
            fresh += theirs not in twin
        questions = [Question() for _ in range(fresh)]
        for group, where in ((self, {at: at for at in range(len(self.questions))}), (other, place)):
            for at, question in enumerate(group.questions):
                _add(questions[where[at]], question, where)
        openings = Wordings()
        openings.add(self.openings)
        openings.add(other.openings)
        return Group(sorted(self.sessions + other.sessions), openings, questions)


def _add(total: Question, part: Question, where: Mapping[int, int]) -> None:
    total.wordings.add(part.wordings)
    total.ends += part.ends
    for answer, ways in part.led_to.items():
        counts = total.led_to.setdefault(answer, Counter())
        for target, count in ways.items():
            counts[where[target]] += count


def to_document(group: Group) -> dict[str, Any]:
    """Return the JSON form in which a group is stored beside its proposal."""
    return {
        "sessions": group.sessions,
        "openings": _wordings_document(group.openings),
        "questions": [
            {
                **_wordings_document(question.wordings),
                "ends": question.ends,
                "led_to": [
                    [answer, sorted(ways.items())]
                    for answer, ways in sorted(question.led_to.items(), key=lambda item: str(item[0]))
                ],
            }
            for question in group.questions
        ],
    }


def from_document(document: Mapping[str, Any]) -> Group:
    return Group(
        sessions=list(document["sessions"]),
        openings=_wordings(document["openings"]),
        questions=[
            Question(
                _wordings(stored), stored["ends"], {answer: Counter(dict(ways)) for answer, ways in stored["led_to"]}
            )
            for stored in document["questions"]
        ],
    )


def _wordings_document(wordings: Wordings) -> dict[str, Any]:
    return {"words": dict(sorted(wordings.words.items())), "count": wordings.count}


def _wordings(document: Mapping[str, Any]) -> Wordings:
    return Wordings(Counter(document["words"]), document["count"])
