"""What a text says, as people type it on a call: contractions opened, phrases of the trade joined, denials marked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstline.matching.stemming import stem
from firstline.matching.trade import FILLERS, NOT, PHRASES, PROBLEM, STOP_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?|[.,;:!?()\n]")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_RUN_TOGETHER = re.compile(r"(ca|wo|do|does|did|is|was|are|were|could|would|should|has|have|had)nt")
_AUXILIARIES = {"ca": "can", "wo": "will"}
_LONGEST_PHRASE = max(map(len, PHRASES))
_DENIALS = frozenset(("not", "no", "never", "nothing", "cannot", "without"))
_DENIAL_ENDS = frozenset(
    (
        "why",
        "what",
        "how",
        "if",
        "whether",
        "that",
        "when",
        "where",
        "who",
        "which",
        "because",
        "but",
        "and",
        "so",
        "or",
        "since",
        "as",
        "although",
        "though",
    )
)
_DENIAL_REACH = 2  # terms: "not been able to get it started", "does not even try to turn over"
_ONSETS = frozenset(("start", "begin", "began", "begun", "keep", "kept", "continu"))
_SHORTEST_GERUND = 5


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that says something: `stem` to compare, `surface` as written, `denied` when under a "not"."""

    stem: str
    surface: str
    denied: bool = False


def folded(text: str) -> str:
    """Return the text without case, accents and typographic variants."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'")).casefold()
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def split_sentences(text: str) -> list[str]:
    return [part for part in map(str.strip, _SENTENCE_END.split(text)) if part]


def split_words(text: str) -> list[str]:
    """Return the words in lower case; "won't", "wont" and "will not" give the same two."""
    return [token for token in _tokens(text) if token[0].isalnum()]


def spoken_name(name: str) -> str:
    """Return an identifier as words: car_wont_start, PrinterOffline."""
    return _CAMEL.sub(" ", name.replace("_", " "))


def read_terms(text: str) -> list[Term]:
    """Return what the text says in order, without stop words; a phrase of the trade is one term."""
    tokens = list(_tokens(text))
    stems = [stem(token) for token in tokens]
    terms: list[Term] = []
    at = denial = 0
    while at < len(tokens):
        length, meaning = _phrase_at(stems, at)
        token = tokens[at]
        if meaning == NOT or token in _DENIALS or (meaning == PROBLEM and _is_gerund(tokens[at + length :])):
            denial = _DENIAL_REACH
        elif not token[0].isalnum() or token in _DENIAL_ENDS:
            denial = 0
        if meaning != NOT and (meaning or _says_something(token)) and not _is_onset(stems, tokens, at, denial):
            terms.append(Term(meaning or stems[at], " ".join(tokens[at : at + length]), denied=denial > 0))
            denial -= denial > 0 and meaning != PROBLEM
        at += length
    return terms


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.findall(folded(text)):
        joined = _RUN_TOGETHER.fullmatch(found.replace("'", ""))
        if joined:
            yield _AUXILIARIES.get(joined[1], joined[1])
            yield "not"
        else:
            yield found.partition("'")[0]


def _phrase_at(stems: Sequence[str], at: int) -> tuple[int, str]:
    for length in range(min(_LONGEST_PHRASE, len(stems) - at), 0, -1):
        meaning = PHRASES.get(tuple(stems[at : at + length]))
        if meaning:
            return length, meaning
    return 1, ""


def _says_something(token: str) -> bool:
    if len(token) == 1:
        return token.isdigit()
    return token not in STOP_WORDS and token not in FILLERS


def _is_gerund(following: Sequence[str]) -> bool:
    return bool(following) and following[0].endswith("ing") and len(following[0]) >= _SHORTEST_GERUND


def _is_onset(stems: Sequence[str], tokens: Sequence[str], at: int, denial: int) -> bool:
    """Tell "it started overheating", "starts to overheat" from a start that is meant; denied, it always is."""
    if stems[at] not in _ONSETS or denial:
        return False
    return _is_gerund(tokens[at + 1 :]) or tokens[at + 1 : at + 2] == ["to"]
