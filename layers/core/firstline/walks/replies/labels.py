"""Find the option whose label, place or number a reply names."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstline.flows.rules import Condition
from firstline.walks.replies.clauses import Word, clauses, normalise
from firstline.walks.replies.scales import opposed
from firstline.walks.replies.words import NO, YES

_ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "last": -1, "latter": -1,
}  # fmt: skip
_CARDINALS = {"one": 1, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
_ORDINAL = f"({'|'.join(_ORDINALS)})"
_PLACES = (
    re.compile(rf"^\W*(?:(?:it is|that is|i think|the|on|in) )*{_ORDINAL}(?: (?:one|option|choice))?\W*$"),
    re.compile(rf"\bthe {_ORDINAL} (?:one|option|choice|answer)\b|\bthe (former|latter)\b"),
)
_NUMBERED = re.compile(rf"\b(?:option|number|choice|answer) ?#?(\d|{'|'.join(_CARDINALS)})\b")
_BARE_DIGIT = re.compile(r"\W*(\d)\W*")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_MORE = re.compile(r"\b(?:more|over|above|greater|higher|exceed\w*|at least|longer|from|plus)\b|[>≥]|\d\s*\+")
_LESS = re.compile(r"\b(?:less|under|below|lower|fewer|at most|up to|shorter|within)\b|[<≤]")
_OPEN = re.compile(r"\b(?:both|neither|either|all of (?:them|those|these)|none|some of each|mixture)\b")
_NONE = re.compile(r"(?:none|nothing|neither|no)(?: (?:of (?:these|them|those|the above)|at all|one))?\W*")
_DENIED = re.compile(r"\b(?:none|nothing|neither|no|not any)\b")
_INTRODUCTION = re.compile(
    r"^(?:(?:it|that|this|they|i|we|he|she) (?:is|are|am|have|has|see|use|uses|was|says?|shows?)|there is|yes|no|the|a|"
    r"an|on|just|only|my|i think|says?|shows?) ",
)
_PARTICLES = frozenset(("on", "off", "up", "down", "other", "all"))
_HALF = 0.5
_EXACT, _NAMED, _PARTLY, _OPENLY = 0.99, 0.98, 0.9, 0.5  # how far each way of naming can be relied upon


@dataclass(frozen=True, slots=True)
class Naming:
    """How strongly a reply names each option by its key, in -1..1, and how far that can be relied upon, in 0..1."""

    scores: Mapping[str, float]
    reliance: float

    @property
    def best(self) -> str | None:
        top = max(self.scores, key=lambda key: self.scores[key], default=None)
        return top if top is not None and self.scores[top] > 0 else None


def read_labels(said: str, options: Sequence[Condition]) -> Naming:
    """Score every option by its label; `said` is normalised text."""
    outright = (
        (_word_for_word(said, options), _EXACT),
        (_by_place(said, options), _EXACT),
        (_by_amount(said, options), _NAMED),
        (_by_digit(said, options), _PARTLY),
    )
    for key, reliance in outright:
        if key is not None:
            return Naming({option.key: float(option.key == key) for option in options}, reliance)
    naming = _by_words(said, options)
    none = next((option.key for option in options if _NONE.fullmatch(normalise(option.label))), None)
    if none is not None and naming.best is None and _DENIED.search(said):
        return Naming({**naming.scores, none: 1.0}, _NAMED)
    return naming


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text))


def _word_for_word(said: str, options: Sequence[Condition]) -> str | None:
    """Return the key of the one option a reply repeats, alone or after "it is" and the like."""
    spoken = {_plain(said), _INTRODUCTION.sub("", _plain(said))} - {""}
    found = [option.key for option in options if not spoken.isdisjoint(_names(option))]
    return found[0] if len(found) == 1 else None


def _names(option: Condition) -> set[str]:
    """Return what an option goes by; yes and no as keys are for the question to interpret, letters are words."""
    label, key = _plain(normalise(option.label)), _plain(option.key.casefold())
    return {label, _INTRODUCTION.sub("", label)} | ({key} if key not in YES | NO and len(key) > 1 else set())


def _by_place(said: str, options: Sequence[Condition]) -> str | None:
    labels = " ".join(normalise(option.label) for option in options)
    place = next((found for pattern in _PLACES if (found := pattern.search(said))), None)
    if place:
        word = next(group for group in place.groups() if group)
        at = _ORDINALS[word]
        return options[at].key if at < len(options) and not re.search(rf"\b{word}\b", labels) else None
    counted = _NUMBERED.search(said)
    if not counted:
        return None
    number = int(counted[1]) if counted[1].isdigit() else _CARDINALS[counted[1]]
    return options[number - 1].key if 1 <= number <= len(options) else None


def _by_digit(said: str, options: Sequence[Condition]) -> str | None:
    """Return the option a bare digit may count to: an amount could be meant as well."""
    digit = _BARE_DIGIT.fullmatch(said)
    return options[int(digit[1]) - 1].key if digit and 1 <= int(digit[1]) <= len(options) else None


def _by_amount(said: str, options: Sequence[Condition]) -> str | None:
    """Return the one option whose range of numbers holds the number that was said."""
    spoken = [float(number) for number in _AMOUNT.findall(said)]
    if len(spoken) != 1 or re.search(r"\bnot\b", said):
        return None
    ranges = {option.key: _range(normalise(option.label)) for option in options}
    found = [key for key, bounds in ranges.items() if bounds and bounds[0] <= spoken[0] <= bounds[1]]
    return found[0] if len(found) == 1 else None


def _range(label: str) -> tuple[float, float] | None:
    numbers = [float(number) for number in _AMOUNT.findall(label)]
    if not numbers:
        return None
    if len(numbers) > 1:
        return min(numbers), max(numbers)
    at_least = numbers[0] if not _LESS.search(label) else -math.inf
    return at_least, numbers[0] if not _MORE.search(label) else math.inf


def _by_words(said: str, options: Sequence[Condition]) -> Naming:
    spoken = [word for part in clauses(said) for word in part.words if word.content or word.text in _PARTICLES]
    labels = {option.key: _label_words(option.label) for option in options}
    shared = Counter(word for words in labels.values() for word in words)
    scores = {key: _named(words, shared, spoken) for key, words in labels.items()}
    return Naming(scores, _reliance(said, scores))


def _label_words(label: str) -> dict[str, int]:
    words = [word for part in clauses(normalise(label)) for word in part.words if word.text not in YES | NO]
    return {word.canon: word.sign for word in [word for word in words if word.content] or words}


def _named(label: Mapping[str, int], shared: Mapping[str, int], spoken: Sequence[Word]) -> float:
    """Return the share of a label that was said, each word under its sign and the less, the more labels have it."""
    votes, weights = 0.0, 0.0
    for asked, sign in label.items():
        weight = 1 / shared[asked] if len(label) > 1 else 1.0
        here = [word.sign * sign for word in spoken if word.canon == asked]
        contradicted = any(word.sign * sign > 0 and opposed(asked, word.canon) for word in spoken)
        votes += weight * (sum(here) / len(here) if here else -_HALF * contradicted)
        weights += weight
    return votes / weights if weights else 0.0


def _reliance(said: str, scores: Mapping[str, float]) -> float:
    """Return how far naming can be relied upon: one option named and no other, or one of two ruled out."""
    ordered = sorted(scores.values(), reverse=True)
    named = sum(score > 0 for score in ordered)
    if _OPEN.search(said):
        return _OPENLY
    if named == 1:
        return _NAMED if ordered[0] >= _HALF else _PARTLY
    if named > 1:
        return _PARTLY if ordered[0] - ordered[1] >= _HALF else _OPENLY
    return _NAMED if len(ordered) == 2 and min(ordered) <= -_HALF else _OPENLY  # noqa: PLR2004  the other of two
