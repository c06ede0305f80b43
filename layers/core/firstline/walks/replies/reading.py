"""Read what the caller said: which option it answers, whether it asks for help, and how sure one can be."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from firstline.flows.rules import Condition
from firstline.walks.replies.clauses import normalise
from firstline.walks.replies.labels import Naming, read_labels
from firstline.walks.replies.polarity import evidence, opening_answer
from firstline.walks.replies.questions import read_question
from firstline.walks.replies.requests import asks_for_help, is_hedged, is_unsure
from firstline.walks.replies.words import NO, YES

# An answer is taken from here on (log-odds of 3). On the check sets read last, at first sight, answers this likely were
# right 98 times in 100 (docs/decisions/0011-replies.md); asking again costs one question, a wrong turn costs the call.
ANSWERED = 0.9526
LONGEST = 2_000  # characters of a reply that are read; an answer comes early
_EVEN = 0.5
_OPINION = 0.3  # this far from even, what a reply says to the question counts against the labels
_OTHERS = 0.01  # what is left for options beside yes and no that a reply does not name
_PAIR = 2


class ReadingKind(StrEnum):
    """What a reply is to the question it follows."""

    ANSWER = "answer"  # names one option
    HELP_REQUEST = "help_request"  # asks how, where or why to look: serve the node's help
    UNSURE = "unsure"  # the caller does not know
    UNCLEAR = "unclear"  # ask the options back, the likeliest first


@dataclass(frozen=True, slots=True)
class Reading:
    """`confidence` is the probability that the first of `ranked` is meant; `answer` is set for an ANSWER only."""

    kind: ReadingKind
    answer: str | None
    confidence: float
    ranked: tuple[str, ...]


def read_reply(
    said: str,
    *,
    question: str,
    options: Sequence[Condition],
    help: str | None = None,  # noqa: A002  the node's own word
) -> Reading:
    """Map free text to an option of the question, or say why not.

    `help` is what the node tells those who ask how to look. Its words make a reply likelier to be about the question,
    but never settle it: help names what speaks for yes as well as what speaks for no.
    """
    said = said[:LONGEST]
    text = normalise(said)
    likely = likelihoods(said, question=question, options=options, help=help)
    ranked = tuple(sorted(likely, key=lambda key: -likely[key]))
    top = likely[ranked[0]] if ranked else 0.0
    label = next((option.label for option in options if option.key in ranked[:1]), "")
    kind = _kind(text, top, label)
    return Reading(kind, ranked[0] if kind is ReadingKind.ANSWER else None, top, ranked)


def _kind(text: str, top: float, label: str) -> ReadingKind:
    sure = top >= ANSWERED
    if asks_for_help(text):
        return ReadingKind.HELP_REQUEST
    if is_unsure(text) and opening_answer(text) <= 0 and not (sure and is_unsure(normalise(label))):
        return ReadingKind.UNSURE
    return ReadingKind.ANSWER if sure and not is_hedged(text) else ReadingKind.UNCLEAR


def likelihoods(
    said: str,
    *,
    question: str,
    options: Sequence[Condition],
    help: str | None = None,  # noqa: A002
) -> dict[str, float]:
    """Return the probability of each option by its key; they add up to one."""
    text = normalise(said)
    if not text.strip() or not options:
        return {option.key: 1 / len(options) for option in options}
    naming = read_labels(text, options)
    pair = polar_pair(question, options)
    if pair is None or naming.best not in (None, *pair):
        return _by_naming(naming)
    yes = probability(evidence(said, read_question(question, help)))
    if not all(_is_bare(option) for option in options if option.key in pair):
        yes = _combined(yes, naming, pair[0])
    others = {option.key: _OTHERS / (len(options) - _PAIR) for option in options if option.key not in pair}
    share = 1 - sum(others.values())
    return {pair[0]: share * yes, pair[1]: share * (1 - yes)} | others


def probability(signals: Mapping[str, float]) -> float:
    """Return the probability of yes: the logistic curve over the fitted weights of the signals."""
    margin = sum(_weights().get(name, 0.0) * value for name, value in signals.items())
    return 1 / (1 + math.exp(-margin))


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(files(__package__).joinpath("weights.json").read_text("utf-8"))
    return weights


def polar_pair(question: str, options: Sequence[Condition]) -> tuple[str, str] | None:
    """Return the keys of the options that "yes" and "no" would mean; None where the question offers alternatives."""
    yes = [option.key for option in options if _first_word(option) in YES]
    no = [option.key for option in options if _first_word(option) in NO]
    if len(yes) == 1 and len(no) == 1:
        return yes[0], no[0]
    if len(options) != _PAIR:
        return None
    affirmed = _asserted(question, options)
    return next(((affirmed, option.key) for option in options if affirmed and option.key != affirmed), None)


def _asserted(question: str, options: Sequence[Condition]) -> str | None:
    """Return the one of two options whose label the question asserts, or else whose key says yes."""
    named = [key for key, score in read_labels(normalise(question), options).scores.items() if score > 0]
    if named:
        return named[0] if len(named) == 1 else None
    keys = {option.key.casefold(): option.key for option in options}
    return keys.get("yes") if "no" in keys else None


def _first_word(option: Condition) -> str:
    return next(iter(re.findall(r"[a-z]+", normalise(option.label))), "")


def _is_bare(option: Condition) -> bool:
    return normalise(option.label).strip(" .!") in YES | NO


def _combined(yes: float, naming: Naming, affirmed: str) -> float:
    """Weigh what the words of the labels say against what the reply says to the question."""
    if naming.best is None:
        return yes
    named = naming.reliance if naming.best == affirmed else 1 - naming.reliance
    opinion = abs(yes - _EVEN) > _OPINION
    return (named + yes) / 2 if opinion and (named > _EVEN) != (yes > _EVEN) else named


def _by_naming(naming: Naming) -> dict[str, float]:
    """Spread probability by how strongly each option was named; one of two ruled out leaves the other."""
    likeliest = max(naming.scores, key=lambda key: naming.scores[key])
    excluded = [key for key, score in naming.scores.items() if score < 0]
    share = naming.reliance if naming.best or (excluded and len(naming.scores) == _PAIR) else 0.0
    rest = {key: 1 + score for key, score in naming.scores.items() if key != likeliest or not share}
    total = sum(rest.values()) or 1.0
    spread = {key: (1 - share) * weight / total for key, weight in rest.items()}
    return {likeliest: share} | spread if share else spread
