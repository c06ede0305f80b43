"""Judge one clause of a reply: whether it speaks for or against what was asked, and on which ground."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from firstline.walks.replies.clauses import Clause, Word, canons
from firstline.walks.replies.questions import Question
from firstline.walks.replies.scales import is_chatter, opposed, same_pole, worth
from firstline.walks.replies.words import SUBORDINATORS

CIRCUMSTANCE = SUBORDINATORS | {"even", "without"}
_CHECKING = canons(("check", "inspect", "test", "look", "try", "measure", "examine", "go"))
_EXCLUDING = frozenset(("only", "except", "besides"))
_ELSEWHERE = re.compile(r"\b(?:(?:an)?other|else|different)\b")
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """For yes (1), for no (-1) or silent (0)."""

    sign: int
    ground: str


def verdict(part: Clause, question: Question) -> Verdict:
    """Judge a clause on the first ground that says anything, the surest grounds first."""
    words = list(part.content())
    if part.opener == "without" and not question.negated and any(word.canon in question.core for word in words):
        return Verdict(-1, "without")
    if part.opener in CIRCUMSTANCE:
        return Verdict(0, "circumstance")
    echo = sign(sum(word.sign * question.core.get(word.canon, 0) for word in words))
    judged = sign(sum(worth(word) * word.sign for word in part.words if word.canon not in question.core))
    echoed = _echo_ground(words, question)
    checking = any(word.canon in _CHECKING and word.canon not in question.core for word in words)
    grounds = (
        ("opposite", _something_else(part, question)),
        ("rejected", -sign(sum(word.sign for word in words if word.canon in question.rejected))),
        ("unchanged", _unchanged(part, question)),
        ("valence", judged * question.valence),
        ("denial", _denied_core(words, question)),
        ("opposite", _related(words, question, mirrored=False)),
        ("denial", _denial(part, words, question)),
        ("mirror", _related(words, question, mirrored=True)),
        ("well", int(part.sign > 0 and any(worth(word) > 0 for word in part.words))),
        ("trouble", min(judged, 0) if echoed == "echo_subject" and not question.valence else 0),
        ("limited", -int(echo > 0 and any(word.text in _EXCLUDING for word in part.words))),
        (echoed, 0 if checking else echo),
        ("trouble", min(judged, 0)),
    )
    return next((Verdict(spoken, ground) for ground, spoken in grounds if spoken), Verdict(0, ""))


def sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _something_else(part: Clause, question: Question) -> int:
    """Judge "another one does", "something else came up"."""
    return -int("otherwise_one" in part.text and part.sign > 0 and not _ELSEWHERE.search(question.text))


def _unchanged(part: Clause, question: Question) -> int:
    """Judge "it is still the same": yes where the trouble is asked about, no where its cure is."""
    if not any(word.text == "unchanged" for word in part.words):
        return 0
    return 1 if re.search(r"\bstill\b", question.text) or question.valence < 0 else -1


def _denied_core(words: Sequence[Word], question: Question) -> int:
    """Judge a negation right over a word of the question."""
    return 0 if question.negated else -int(any(word.sign < 0 and word.canon in question.core for word in words))


def _denial(part: Clause, words: Sequence[Word], question: Question) -> int:
    """Judge a negation anywhere in the clause; a question that has one of its own turns it round."""
    if part.sign > 0:
        return 0
    if not question.negated:
        return -1
    return sign(sum(-question.core[word.canon] for word in words if word.sign < 0 and word.canon in question.core)) or 1


def _related(words: Sequence[Word], question: Question, *, mirrored: bool) -> int:
    """Judge by words that stand opposite to a word of the question on one scale, or `mirrored` beside it."""
    held = {word.canon for word in words}
    related = same_pole if mirrored else opposed
    votes = sum(
        (1 if word.text == "longago" else word.sign) * spoken  # "not in years" and "years ago" deny alike
        for word in words
        if word.canon not in question.core and word.canon not in question.context
        for asked, spoken in question.core.items()
        if asked not in held and related(asked, word.canon)
    )
    return sign(votes if mirrored else -votes)


def _echo_ground(words: Sequence[Word], question: Question) -> str:
    """Tell how much of the question a clause repeats: its whole point, a part, or only what it is about."""
    covered = len({word.canon for word in words} & set(question.core)) / max(len(question.core), 1)
    novel = [index for index, word in enumerate(words) if word.canon not in question.known and not is_chatter(word)]
    told = [
        index for index in novel if words[index].canon not in question.explained
    ]  # help names signs of yes and of no
    if covered < 1 and (_subject_only(words, told, question) or _replaced(words, told, question)):
        return "echo_subject"
    return "echo" if covered == 1 or (covered >= _HALF and not novel) else "echo_part"


def _subject_only(words: Sequence[Word], novel: Sequence[int], question: Question) -> bool:
    """Tell whether a clause repeats what the question is about and then says something else of it."""
    echoed = [index for index, word in enumerate(words) if word.canon in question.core]
    return bool(novel) and max(echoed, default=-1) < novel[0]


def _replaced(words: Sequence[Word], novel: Sequence[int], question: Question) -> bool:
    """Tell whether another word stands where the question has one: "the company network" for "the guest network"."""
    asked = list(question.core)
    said = {word.canon for word in words}
    before = {word: asked[index - 1] for index, word in enumerate(asked) if index}
    return any(
        index - 1 in novel and before.get(word.canon, word.canon) not in said for index, word in enumerate(words)
    )
