"""Stems of English words, by Porter's algorithm (M. F. Porter, An algorithm for suffix stripping, Program 14, 1980)."""

import re
from functools import lru_cache

_SECOND = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "abli": "able", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
_THIRD = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_FOURTH = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize", "sion", "tion",
)  # fmt: skip
_CONSONANT_RUNS = re.compile(r"v+c+")
_MIN_LENGTH = 3


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case word; anything but plain English letters is left as it is."""
    if len(word) < _MIN_LENGTH or not (word.isascii() and word.isalpha()):
        return word
    word = _past_and_gerund(_plural(word))
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    word = _replace(word, _SECOND)
    word = _replace(word, _THIRD)
    return _final_e(_fourth(word))


def _shape(word: str) -> str:
    """Return one letter per letter: v for a vowel, c for a consonant; y is a vowel after a consonant."""
    shape = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if vowel else "c"
    return shape


def _measure(word: str) -> int:
    return len(_CONSONANT_RUNS.findall(_shape(word)))


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _is_short(word: str) -> bool:
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith("sses") or word.endswith("ies"):  # noqa: PIE810  the two rules of the paper, side by side
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past_and_gerund(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        rest = word.removesuffix(suffix)
        if rest != word:
            return _mended(rest) if _has_vowel(rest) else word
    return word


def _mended(rest: str) -> str:
    if rest.endswith(("bl", "iz")) or (rest.endswith("at") and not rest.endswith(("eat", "oat"))):
        return rest + "e"  # heated is no "heate": the paper's rule stems "overheating" and "overheats" apart
    if rest[-1:] == rest[-2:-1] and _shape(rest).endswith("c") and rest[-1] not in "lsz":
        return rest[:-1]
    return rest + "e" if _measure(rest) == 1 and _is_short(rest) else rest


def _replace(word: str, endings: dict[str, str]) -> str:
    for length in range(7, 2, -1):
        ending = endings.get(word[-length:])
        if ending is not None:
            return word[:-length] + ending if _measure(word[:-length]) > 0 else word
    return word


def _fourth(word: str) -> str:
    for suffix in sorted((each for each in _FOURTH if word.endswith(each)), key=len, reverse=True):
        rest = word.removesuffix("ion" if suffix in ("sion", "tion") else suffix)
        return rest if _measure(rest) > 1 else word
    return word


def _final_e(word: str) -> str:
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _is_short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word
