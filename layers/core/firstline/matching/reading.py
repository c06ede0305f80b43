"""Read a problem statement: every stem it comes near to, by its own words, their neighbours, and their misspellings."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase
from typing import TYPE_CHECKING

from firstline.matching.documents import Claim, Intake, Reach, claims_of
from firstline.matching.stemming import stem
from firstline.matching.text import read_terms
from firstline.matching.thesaurus import Thesaurus, thesaurus
from firstline.matching.trade import NEIGHBOURS

if TYPE_CHECKING:
    from firstline.matching.encoder import Embedder

TYPO = 0.85  # how near a word is to the one it misspells
_JOINED = 0.9  # "one drive" to "onedrive"
_TRADE = 0.75  # how near the trade's own neighbours are
_FLOOR, _CEILING = 0.35, 0.8  # cosines that count nothing and fully
_NEAREST = 0.75  # what a neighbour by the thesaurus counts at most
_REMEMBERED = 4_000  # words, about 3 kB each: callers use the same ones
_SHORTEST_TYPO = 4  # letters; shorter words have too many neighbours by one edit


def read_intake(problem_statement: str, embedder: "Embedder | None" = None) -> Intake:
    words = thesaurus()
    said = read_terms(problem_statement)
    terms = claims_of(said)
    reached = reached_from(terms)
    places = {term.stem: number for number, term in enumerate(terms)}
    for one, other in pairwise(said):
        joined = stem(one.surface + other.surface)
        if words.knows(joined) and one.stem in places and other.stem in places:
            reached.setdefault(joined, []).extend(Reach(_JOINED, places[each.stem]) for each in (one, other))
    unknown = tuple(number for number, term in enumerate(terms) if _may_be_misspelt(term.stem, words))
    if embedder is None:
        return Intake(terms, reached, unknown)
    from firstline.matching.vectors import intake_vectors  # noqa: PLC0415  words alone need no numpy

    return Intake(terms, reached, unknown, intake_vectors(embedder, problem_statement))


def reached_from(terms: Iterable[Claim]) -> dict[str, list[Reach]]:
    """Return by stem which of the terms come near it, and how near."""
    reached: dict[str, list[Reach]] = {}
    for number, term in enumerate(terms):
        for near, similarity in _around(term.stem):
            reached.setdefault(near, []).append(Reach(similarity, number))
    return reached


def is_misspelling(word: str, meant: str) -> bool:
    """Tell whether one edit (two, in nine letters and more) lies between them; the first letter has to be right."""
    most = 1 + (min(len(word), len(meant)) > 2 * _SHORTEST_TYPO)
    if word[:1] != meant[:1] or abs(len(word) - len(meant)) > most or min(len(word), len(meant)) < _SHORTEST_TYPO:
        return False
    return _edits(word, meant, most) <= most


@lru_cache(maxsize=_REMEMBERED)
def _around(word: str) -> Sequence[tuple[str, float]]:
    """Return the stems a word comes near to, each with how near it is, 0..1."""
    words = thesaurus()
    meant = _respelt(word, words) if _may_be_misspelt(word, words) else word
    certainty = 1.0 if meant == word else TYPO
    near = {each: _NEAREST * _graded(cosine) for each, cosine in words.neighbours(meant).items()}
    for each in NEIGHBOURS.get(meant, ()):
        near[each] = max(_TRADE, near.get(each, 0.0))
    near[meant] = 1.0
    found = [(each, similarity * certainty) for each, similarity in near.items() if similarity]
    return tuple(found if meant == word else [*found, (word, 1.0)])


def _graded(cosine: float) -> float:
    return min(1.0, max(0.0, (cosine - _FLOOR) / (_CEILING - _FLOOR)))


def _may_be_misspelt(word: str, words: Thesaurus) -> bool:
    return word.isalpha() and len(word) >= _SHORTEST_TYPO and not words.knows(word)


def _respelt(word: str, words: Thesaurus) -> str:
    """Return the commonest known stem one edit away with the same first letter, else the word itself."""
    known = {each for each in one_edit_away(word) if each in words.ranks}
    return min(known, key=lambda each: (words.ranks[each], each), default=word)


def one_edit_away(word: str) -> Iterator[str]:
    """Yield what the word may be a misspelling of, its first letter right; most of it are no words."""
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            yield head + letter + tail[1:]


def _edits(word: str, meant: str, most: int) -> int:
    """Return the optimal string alignment distance (insert, delete, replace, swap), or any number past `most`."""
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(meant) + 1)
    for i, letter in enumerate(word, 1):
        following = [i]
        for j, other in enumerate(meant, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and other == word[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return row[-1]
