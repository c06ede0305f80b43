"""The hard floor: what a first line never tells anyone to do, found in text however it is dressed up."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.building.normalisation import QUESTION_END, plain, readings
from firstline.building.word_rules import Blanked, Rule, Vocabulary, read_rule

__all__ = ["Family", "Hit", "check", "plain"]


class Family(StrEnum):
    """A kind of dangerous step; nobody can enable any of them. Words and rules stand in floor.toml."""

    REGISTRY = "registry"
    SYSTEM_FILES = "system_files"
    DELETION = "deletion"
    CREDENTIALS = "credentials"
    SECURITY = "security"
    ELEVATION = "elevation"
    DOMAIN = "domain"
    SERVER = "server"
    BILLING = "billing"

    @property
    def deed(self) -> str:
        """Return what is done in such a step, as the rest of "a first line never goes about …"."""
        return _rules()[self].deed


@dataclass(frozen=True, slots=True)
class Hit:
    """One dangerous phrase, as normalised."""

    family: Family
    phrase: str


def check(text: str) -> tuple[Hit, ...]:
    """Return the dangerous phrases of a text, one per family at most; none means the floor holds."""
    found: dict[Family, Hit] = {}
    for tokens in readings(text, _vocabulary().single_words):
        for family in Family:
            if family not in found and (phrase := _dangerous(family, tokens)):
                found[family] = Hit(family, phrase)
    return tuple(found[family] for family in Family if family in found)


def _dangerous(family: Family, tokens: Sequence[str]) -> str | None:
    """Return the first phrase that a rule of the family finds outside what is exempt and not negated."""
    rules, vocabulary = _rules()[family], _vocabulary()
    seen = _without_exempt(rules.exempt, tokens)
    for start, token in enumerate(seen):
        for rule in rules.by_first_word.get(token, ()):
            end = rule.match(seen, start, vocabulary)
            if end is not None and not vocabulary.negated(seen, start):
                return " ".join(seen[start:end])
    return _meddles(rules.guarded, seen)


def _meddles(guarded: Sequence[Rule], tokens: Sequence[str]) -> str | None:
    """Return the first clause that tells to do something unheard-of with a thing the family guards."""
    vocabulary = _vocabulary()
    for verb in vocabulary.instructions(tokens):
        ends = (rule.match(tokens, verb + 1, vocabulary) for rule in guarded)
        end = next((end for end in ends if end is not None), None)
        if end is not None and QUESTION_END not in tokens[end : end + 1] and not vocabulary.is_thing(tokens[verb]):
            return " ".join(tokens[verb:end])
    return None


def _without_exempt(exempt: Mapping[str, Sequence[Rule]], tokens: Sequence[str]) -> Sequence[str]:
    seen = list(tokens)
    for start, token in enumerate(tokens):
        for rule in exempt.get(token, ()):
            end = rule.match(tokens, start, _vocabulary())
            if end is not None:
                seen[start:end] = [Blanked] * (end - start)
    return seen


@dataclass(frozen=True, slots=True)
class _FamilyRules:
    deed: str
    by_first_word: Mapping[str, Sequence[Rule]]
    exempt: Mapping[str, Sequence[Rule]]
    guarded: Sequence[Rule]


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads((files("firstline.building") / "floor.toml").read_text("utf-8"))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary.from_document(_document())


@cache
def _rules() -> Mapping[Family, _FamilyRules]:
    return {Family(name): _read_family(family) for name, family in _document()["families"].items()}


def _read_family(family: Mapping[str, Any]) -> _FamilyRules:
    return _FamilyRules(
        deed=family["deed"],
        by_first_word=_by_first_word(family["rules"]),
        exempt=_by_first_word(family.get("exempt", ())),
        guarded=[read_rule(f"~ <{name}>", _vocabulary()) for name in family.get("guarded", ())],
    )


def _by_first_word(rules: Sequence[str]) -> Mapping[str, Sequence[Rule]]:
    found: dict[str, list[Rule]] = {}
    for word, rule in _first_words(rules):
        found.setdefault(word, []).append(rule)
    return found


def _first_words(rules: Sequence[str]) -> Iterator[tuple[str, Rule]]:
    for source in rules:
        rule = read_rule(source, _vocabulary())
        yield from ((word, rule) for word in rule.first_words)
