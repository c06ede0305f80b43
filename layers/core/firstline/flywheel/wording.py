"""Title, description and keywords of a proposal, from what callers said; no model needed."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from firstline.categories.rules import Category
from firstline.flywheel.folding.similarity import content_words

_TITLE_WORDS = 6
_SHORTEST_SAYING = 3
_MOST_KEYWORDS = 12


def title_of(typical: str, category: str | None) -> str:
    """Return a title: the most typical opening, cut at its first sentence, behind the category's name."""
    head = typical.replace("\n", " ").split(". ")[0].strip(" .!?")
    words = head.split()
    short = " ".join(words[: _TITLE_WORDS * 2]) + ("…" if len(words) > _TITLE_WORDS * 2 else "")
    prefix = f"{Category(category).display_name}: " if category in set(Category) else ""
    return f"{prefix}{short or 'problem without a description'}"[:255]


def description_of(typical: str, callers: int) -> str:
    """Return the most typical opening whole, and how many callers it stands for."""
    others = callers - 1
    tail = f" {others} more caller{'s' if others > 1 else ''} told it in other words." if others else ""
    return f"{typical.strip()}{tail}"[:2000]


def keywords_of(openings: Sequence[str]) -> list[str]:
    """Return the words most callers used, most frequent first; one caller's words when there is only one."""
    counts = Counter(word for opening in openings for word in _words(opening))
    wanted = 2 if len(openings) > _SHORTEST_SAYING else 1
    frequent = [word for word, count in counts.items() if count >= wanted]
    return sorted(frequent, key=lambda word: (-counts[word], word))[:_MOST_KEYWORDS]


def most_typical(openings: Sequence[str]) -> str:
    """Return the opening that shares most words with the others; ties go to the shorter, then the first by letters."""
    counts = Counter(word for opening in openings for word in _words(opening))

    def closeness(opening: str) -> float:
        words = _words(opening)
        return sum(counts[word] - 1 for word in words) / (len(words) + 2) if words else 0.0

    told = [opening for opening in openings if opening.strip()]
    return min(told, key=lambda opening: (-closeness(opening), len(opening), opening), default="")


@lru_cache(maxsize=5_000)
def _words(opening: str) -> frozenset[str]:
    words = {each.strip(".,;:!?\"'()").lower() for each in opening.split()}
    return frozenset(word for word in words if _is_telling(word))


@lru_cache(maxsize=20_000)
def _is_telling(word: str) -> bool:
    return bool(content_words(word))
