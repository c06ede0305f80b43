"""How single words relate: opposite poles of one scale, the same pole, and whether a word says that things are well."""

from functools import cache

from firstline.walks.replies.clauses import Word, canon, stem_of
from firstline.walks.replies.words import CHATTER, COLOURS, PROBLEMS, SCALES, SOUND

_PREFIXES = ("un", "in", "dis", "im", "non", "mis")
_Pole = tuple[int, int]  # which scale, which end of it


def opposed(asked: str, word: str) -> bool:
    """Tell whether two canonical words stand at opposite poles of a scale, or differ by a negating prefix."""
    if asked in COLOURS and word in COLOURS:
        return asked != word
    if any(asked == prefix + word or word == prefix + asked for prefix in _PREFIXES):
        return True
    return any((scale, 1 - end) in _poles().get(word, ()) for scale, end in _poles().get(asked, ()))


def same_pole(asked: str, word: str) -> bool:
    """Tell whether two canonical words stand at the same pole of a scale."""
    return not _poles().get(asked, frozenset()).isdisjoint(_poles().get(word, frozenset()))


def worth(word: Word) -> int:
    """Return 1 for a word that says things are well, -1 for one that says they are not, 0 for any other."""
    return (word.stem in _stems("sound")) - (word.stem in _stems("problems"))


def is_chatter(word: Word) -> bool:
    """Tell whether a word makes no claim of its own."""
    return word.stem in _stems("chatter")


@cache
def _poles() -> dict[str, frozenset[_Pole]]:
    found: dict[str, set[_Pole]] = {}
    for number, scale in enumerate(SCALES):
        for end, words in enumerate(scale):
            for word in words:
                found.setdefault(canon(word), set()).add((number, end))
    return {word: frozenset(poles) for word, poles in found.items()}


@cache
def _stems(kind: str) -> frozenset[str]:
    words = {"sound": SOUND, "problems": PROBLEMS, "chatter": CHATTER}[kind]
    return frozenset(stem_of(word) for word in words)
