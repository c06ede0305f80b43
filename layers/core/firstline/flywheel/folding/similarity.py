"""How alike two wordings are, from the words of one problem alone: no encoder, exact integer sums."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

Vector = Mapping[int, int]
UNIT = 1000  # length of a step's vector; integers make sums exact, so that no order of adding changes a score

# Function words say little about which question is asked. Negations stay: they tell "is it on" from "is it not on".
_SAYING_LITTLE = """
    a about after again all also am an and any are as at be because been before being but by can could d did do
    does doing done each for from further get gets getting had has have having he her here him his how i if in
    into is it its itself just ll m may me might more most my of on once one only or other our out over own please
    re s same she should so some such t than that the their them then there these they this those through to too
    under up us ve very was we were what when where whether which while who whom why will with would you your
    yours
"""
_FUNCTION_WORDS = frozenset(_SAYING_LITTLE.split())
_WORD = re.compile(r"[a-z0-9]+")
_SUFFIXES = ("ations", "ation", "ingly", "edly", "ings", "ing", "ies", "ied", "ers", "er", "ely", "ed", "es", "ly")
_SHORT_SUFFIXES = ("s", "e")
_STEM = 3  # letters a stem keeps at least


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    for suffix in _SUFFIXES + _SHORT_SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM and not (suffix == "s" and word.endswith("ss")):
            word = word[: -len(suffix)]
            break
    if len(word) > _STEM and word[-1] == word[-2] and word[-1] not in "aeiosl":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > _STEM and word[-1] == "y" else word


def content_words(text: str) -> list[str]:
    """Return the stems of a text's content words, in order; of all its words, where it has no others."""
    plain = text.lower().replace("n't", " not").replace("’t", " not").replace("cannot", "can not")
    words = _WORD.findall(plain)
    return [stem(word) for word in words if word not in _FUNCTION_WORDS] or [stem(word) for word in words]


def cosine(one: Vector, other: Vector) -> float:
    """Return how alike two wordings are, 0..1; of sums of wordings, the sum over all pairs."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large.get(feature, 0) for feature, weight in small.items()) / (UNIT * UNIT)


def _feature(kind: str, text: str) -> int:
    return crc32(f"{kind}{text}".encode())


@lru_cache(maxsize=20_000)
def _features(text: str) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Count the word features (stems, pairs of stems) and the letter features (3 to 5 letters of a word) of a text."""
    words = content_words(text)
    word_counts = Counter(_feature("w", word) for word in words)
    word_counts.update(_feature("b", f"{first} {second}") for first, second in pairwise(words))
    letters: Counter[int] = Counter()
    for word in words:
        padded = f" {word} "
        for size in (3, 4, 5):
            letters.update(_feature("c", padded[at : at + size]) for at in range(len(padded) - size + 1))
    return word_counts, letters


class Lexicon:
    """What each feature weighs among the steps of one problem: rare ones tell questions apart."""

    def __init__(self, frequencies: Mapping[int, int], texts: int) -> None:
        self.frequencies = frequencies
        self.texts = texts
        self._vectors: dict[str, Vector] = {}

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Lexicon":
        frequencies: Counter[int] = Counter()
        total = 0
        for text in texts:
            total += 1
            for block in _features(text):
                frequencies.update(block.keys())
        # What occurs once weighs as much as what is new: it need not be kept.
        return cls({feature: count for feature, count in frequencies.items() if count > 1}, total)

    def vector(self, text: str) -> Vector:
        """Return the weights of a text: words and letters each of equal length, together of length UNIT."""
        found = self._vectors.get(text)
        if found is None:
            words, letters = _features(text)
            half = UNIT / math.sqrt(2)
            found = self._block(words, 0, half) | self._block(letters, 2, half)
            self._vectors[text] = found
        return found

    def _block(self, counts: Mapping[int, int], least: int, length: float) -> dict[int, int]:
        weights = {}
        for feature, count in counts.items():
            frequency = self.frequencies.get(feature, 0)
            if frequency >= least:
                rarity = math.log((1 + self.texts) / (1 + max(1, frequency))) + 1
                weights[feature] = (1 + math.log(count)) * rarity
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {feature: round(weight / norm * length) for feature, weight in weights.items()} if norm else {}
