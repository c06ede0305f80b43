"""Take a sentence apart: clauses, the words in them, and which of those words stand under a negation."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from firstline.matching.stemming import stem
from firstline.walks.replies.turns import plain_words
from firstline.walks.replies.words import (
    CONTRASTS,
    FUNCTION_WORDS,
    IRREGULAR,
    NEGATORS,
    NUMBERS,
    PRONOUNS,
    SPLIT_CONTRACTIONS,
    SUBORDINATORS,
    SYNONYMS,
)

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": ", ", "—": ", "})
_CONTRACTION = re.compile(r"\b(\w+)n't\b")
_CLITIC = re.compile(r"'(?:s|re|m|ve|ll|d)\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|[;\n]+|\s\.\s?")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z_]+(?:-[a-z]+)*|[,:()]")
_FREE = re.compile(r"\b([a-z]+)-free\b")
QUOTED = re.compile(r"(?<!\w)['\"]([^'\"]{2,60})['\"](?!\w)")  # a message read out denies nothing
_WHOLLY_NEGATIVE = frozenset(
    ("not", "no", "never", "without", "none", "nothing", "nobody", "nowhere", "neither", "nor")
)
_PARTICLES = frozenset(("on", "off", "up", "down", "in", "out"))  # what is said of a thing where they end a clause
_SHORTENED = {"ca": "can", "wo": "will", "sha": "shall"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, its stem, its canonical form, and -1 where a negation before it turns it round, else 1."""

    text: str
    stem: str
    canon: str
    sign: int
    content: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence with one verb or so; `opener` is the conjunction that led into it."""

    words: tuple[Word, ...]
    opener: str
    negations: int

    @property
    def sign(self) -> int:
        return -1 if self.negations % 2 else 1

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def content(self) -> Iterator[Word]:
        return (word for word in self.words if word.content)


@lru_cache(maxsize=20_000)
def canon(word: str) -> str:
    """Return the one form that stands for a word, its inflections and its everyday synonyms."""
    return _synonyms().get(stem_of(word), stem_of(word))


def stem_of(word: str) -> str:
    return stem(IRREGULAR.get(word, word))


@cache
def _synonyms() -> dict[str, str]:
    return {stem_of(word): stem_of(head) for word, head in SYNONYMS.items()}


def canons(words: Iterable[str]) -> frozenset[str]:
    return frozenset(canon(word) for word in words)


def normalise(text: str) -> str:
    """Return lower-case text in plain punctuation with its contractions written out."""
    text = text.translate(_TYPOGRAPHY).casefold().replace("cannot", "can not").replace("ofcourse", "of course")
    text = _CONTRACTION.sub(lambda match: _SHORTENED.get(match[1], match[1]) + " not", text)
    text = QUOTED.sub(lambda match: re.sub(rf"\b(?:{'|'.join(NEGATORS)})\b", "", match[1]), text)
    text = _FREE.sub(r"not \1", text)
    text = re.sub(r"\b(?:that|it|he|she|there|what|where|how|who)'s\b", lambda match: match[0][:-2] + " is", text)
    text = _CLITIC.sub("", text)
    text = re.sub(
        rf"\b({'|'.join(sorted(SPLIT_CONTRACTIONS))})\b",
        lambda match: ("will" if match[0] == "wont" else "can" if match[0] == "cant" else match[0][:-2]) + " not",
        text,
    )
    text = re.sub(rf"\b({'|'.join(NUMBERS)})\b", lambda match: NUMBERS[match[0]], text)
    text = re.sub(r"\b(?:only|just) one\b", "only 1", text)
    return plain_words(text)


def sentences(text: str) -> list[str]:
    return [piece for piece in (part.strip() for part in _SENTENCE.split(text)) if piece]


def clauses(text: str) -> list[Clause]:
    """Split normalised text at sentence ends, commas that start a new thought, contrasts and subordinators."""
    found = []
    for sentence in sentences(text):
        parts = [_clause(opener, words) for opener, words in _pieces(_TOKEN.findall(sentence)) if words]
        if parts and all(
            part.opener in SUBORDINATORS or part.opener == "even" for part in parts
        ):  # no comma parts the circumstance from the rest
            parts[-1] = replace(parts[-1], opener="")
        found += parts
    return found


def _pieces(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the words of each clause and what opened it."""
    opener, piece = "", list[str]()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if not piece and (word in ",:()" or (opener == "even" and word in SUBORDINATORS)):
            continue  # "even when" opens as "even"; "otherwise," is still open
        opens, keeps = _opens(word, following)
        if opens is not None:
            yield opener, piece
            opener, piece = opens, []
        if keeps:
            piece.append(word)
    yield opener, piece


def _opens(word: str, following: str) -> tuple[str | None, bool]:
    """Return with which opener a word begins a new clause, if it does, and whether it belongs to it."""
    if word in CONTRASTS or word in SUBORDINATORS or word == "even":
        return word, False
    if word in ",:()" or (word in ("and", "so", "because") and _starts_thought(following)):
        return "", False
    if word == "without" or (word == "with" and following in ("no", "zero")):
        return "without", word == "without"
    return ("", True) if word == "nor" else (None, True)


def _starts_thought(word: str) -> bool:
    return word in PRONOUNS or word in ("the", "my", "not", "no", "nothing", "then")


def _clause(opener: str, piece: Sequence[str]) -> Clause:
    parts = [part for word in piece for part in word.split("-")]
    words, sign, negations = list[Word](), 1, 0
    for index, word in enumerate(parts):
        ends = 0 < index == len(parts) - 1
        words.append(Word(word, stem_of(word), canon(word), sign, _is_content(word) or (ends and word in _PARTICLES)))
        if word in NEGATORS:
            sign, negations = -sign, negations + 1
    return Clause(tuple(words), opener, negations)


def _is_content(word: str) -> bool:
    return word not in FUNCTION_WORDS and word not in _WHOLLY_NEGATIVE
