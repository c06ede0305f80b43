"""Rules over words: phrases, gaps and negations, matched token by token without regular expressions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Phrase = tuple[str, ...]

REACH = 7  # words a gap spans at most
LONGEST_NEGATION = 4
OR_LIST_REACH = 8  # words back to the "do not" of "do not … or …"
Blanked: Final = "~"  # stands for a word that was taken out
_MIN_SPLIT_WORD = 3  # letters of a word that is recognised in pieces
_CLAUSE_MARKS = frozenset({".", "?", ","})
_STEP_MARKS = _CLAUSE_MARKS | {"and", "then"}


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases by their first word, longest first."""

    by_first: Mapping[str, Sequence[Phrase]]

    @classmethod
    def of(cls, phrases: Iterable[Phrase]) -> "Words":
        found: dict[str, list[Phrase]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            found.setdefault(phrase[0], []).append(phrase)
        return cls(found)

    def ends(self, tokens: Sequence[str], start: int) -> Iterator[int]:
        """Yield where each phrase that begins here ends."""
        if start >= len(tokens):
            return
        for phrase in self.by_first.get(tokens[start], ()):
            if tuple(tokens[start : start + len(phrase)]) == phrase:
                yield start + len(phrase)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rule: words that must or may stand here, or (words None) a gap."""

    words: Words | None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists a rule may name, and what ends a clause or negates it."""

    lists: Mapping[str, Words]
    negations: frozenset[Phrase]
    clause_ends: frozenset[str]
    starters: frozenset[str]
    openers: Words
    calm: frozenset[str]
    things: frozenset[str]
    single_words: frozenset[str]  # long enough to be recognised when they come in pieces

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Vocabulary":
        lists = {name: list(_inflected(_listed(text))) for name, text in document["verbs"].items()}
        lists |= {name: list(_with_plurals(_listed(text))) for name, text in document["phrases"].items()}
        words = {word for phrases in lists.values() for phrase in phrases for word in phrase}
        bases = {phrase[0] for text in document["verbs"].values() for phrase in _listed(text) if len(phrase) == 1}
        return cls(
            lists={name: Words.of(phrases) for name, phrases in lists.items()},
            negations=frozenset(_listed(document["negations"])),
            clause_ends=frozenset(word for (word,) in _listed(document["clause_ends"])),
            starters=frozenset(word for (word,) in _listed(document["starters"])) | bases,
            openers=Words.of(_listed(document["openers"])),
            calm=frozenset(word for (word,) in _listed(document["calm"])),
            things=frozenset(name for family in document["families"].values() for name in family.get("guarded", ())),
            single_words=frozenset(word for word in words if len(word) >= _MIN_SPLIT_WORD),
        )

    def is_thing(self, word: str) -> bool:
        """Tell whether a word begins one of the phrases, so that a clause beginning with it speaks of that thing."""
        return any(word in self.lists[name].by_first for name in self.things)

    def gap_ends(self, tokens: Sequence[str], start: int) -> Iterator[int]:
        """Yield each place a gap that begins here may end, nearest first, within one clause."""
        yield start
        for position in range(start, min(start + REACH, len(tokens))):
            token = tokens[position]
            if token in _CLAUSE_MARKS or token in self.clause_ends or self._new_step(tokens, position, start):
                return
            yield position + 1

    def _new_step(self, tokens: Sequence[str], position: int, start: int) -> bool:
        """Tell whether an "and" begins another step; directly behind the verb it joins a second verb to it."""
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        return position > start and tokens[position] in ("and", "or") and following in self.starters

    def instructions(self, tokens: Sequence[str]) -> Iterator[int]:
        """Yield where the verb of each clause stands that tells to do something the calm words do not cover."""
        for start, token in enumerate(tokens):
            if token not in _CLAUSE_MARKS and (start == 0 or tokens[start - 1] in _STEP_MARKS):
                verb = self._behind_openers(tokens, start)
                if verb < len(tokens) and tokens[verb].isalpha() and tokens[verb] not in self.calm:
                    yield verb

    def _behind_openers(self, tokens: Sequence[str], start: int) -> int:
        while (end := next(self.openers.ends(tokens, start), None)) is not None:
            start = end
        return start

    def negated(self, tokens: Sequence[str], start: int) -> bool:
        if start and tokens[start - 1] in ("or", "nor") and self._negation_before(tokens, start - 1):
            return True
        return any(
            tuple(tokens[start - length : start]) in self.negations
            and tokens[start - length - 1 : start - length] != ["why"]
            for length in range(1, min(LONGEST_NEGATION, start) + 1)
        )

    def _negation_before(self, tokens: Sequence[str], end: int) -> bool:
        for start in range(end - 1, max(end - OR_LIST_REACH, 0) - 1, -1):
            if tokens[start] in _CLAUSE_MARKS:
                return False
            if any(tuple(tokens[start : start + length]) in self.negations for length in range(1, LONGEST_NEGATION)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Rule:
    """A sequence of parts."""

    parts: tuple[Part, ...]

    @property
    def first_words(self) -> frozenset[str]:
        words = self.parts[0].words
        return frozenset(words.by_first) if words else frozenset()

    def match(self, tokens: Sequence[str], start: int, vocabulary: Vocabulary) -> int | None:
        """Return where the first match that begins here ends, or None."""
        return _match(self.parts, tokens, start, vocabulary)


def read_rule(source: str, vocabulary: Vocabulary) -> Rule:
    """Read a rule as floor.toml writes it; raises KeyError for a list that does not exist."""
    return Rule(tuple(_part(word, vocabulary) for word in source.split()))


def _part(source: str, vocabulary: Vocabulary) -> Part:
    optional = source.startswith("(")
    source = source.strip("()")
    if source == "~":
        return Part(None)
    if source.startswith("<"):
        return Part(vocabulary.lists[source.strip("<>")], optional)
    return Part(Words.of((word,) for word in source.split("|")), optional)


def _match(parts: Sequence[Part], tokens: Sequence[str], start: int, vocabulary: Vocabulary) -> int | None:
    if not parts:
        return start
    first, rest = parts[0], parts[1:]
    ends = first.words.ends(tokens, start) if first.words else vocabulary.gap_ends(tokens, start)
    for end in ends:
        matched = _match(rest, tokens, end, vocabulary)
        if matched is not None:
            return matched
    return _match(rest, tokens, start, vocabulary) if first.optional else None


def _listed(text: str) -> list[Phrase]:
    return [tuple(phrase.split()) for phrase in text.replace("\n", " ").split(",") if phrase.strip()]


def _inflected(verbs: Iterable[Phrase]) -> Iterator[Phrase]:
    """Yield base form, -s and -ing; wrong guesses at the spelling are no words and hurt nobody."""
    for head, *tail in verbs:
        stem = head.removesuffix("e")
        for form in (head, f"{head}s", f"{head}es", f"{stem}ing", f"{head}{head[-1]}ing"):
            yield (form, *tail)


def _with_plurals(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    for phrase in phrases:
        *front, last = phrase
        yield phrase
        yield (*front, f"{last}s")
        if last.endswith("y"):
            yield (*front, f"{last[:-1]}ies")
