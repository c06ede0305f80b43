"""Text as a reader takes it in: look-alikes, invisible characters, digits for letters and split words undone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

# Letters of other scripts that are read as Latin ones; what Unicode decomposes or names "LATIN … LETTER X" is not here.
_CYRILLIC = dict(zip("абвгдезикмнорстухѕіјһԁԛԝѡьүӏ", "abbrdezukmhopctyxsijhdqwwbyl", strict=True))
_GREEK = dict(zip("αβγδεζηικλμνορςστυφχωϲϳ", "abydezniklmvopcstuoxwcj", strict=True))
_OTHER = {
    "ո": "n", "ս": "u", "օ": "o", "հ": "h", "զ": "q", "ց": "g", "ք": "p", "յ": "j", "ı": "i", "ɑ": "a", "ɛ": "e",
    "ɡ": "g", "ℓ": "l", "ƒ": "f", "ʟ": "l", "ꓐ": "b", "ꓓ": "d", "ꓔ": "t", "ⅼ": "l", "ǀ": "l", "׀": "l", "ο": "o",
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "i", "Ꭵ": "i", "Ꭺ": "a", "Ꭼ": "e", "Ꮃ": "w", "Ꮇ": "m", "Ꮪ": "s", "Ꮯ": "c", "Ꮲ": "p",
    "Ꮶ": "k", "Ꮮ": "l", "Ꮩ": "v", "Ꮋ": "h", "Ꮐ": "g", "Ꮓ": "z", "Ꭻ": "j", "Ᏼ": "b", "‐": "-", "‑": "-", "‒": "-",
    "–": "-", "—": "-", "’": "'", "‘": "'", "ʼ": "'", "＇": "'",
}  # fmt: skip
_LOOK_ALIKES = _CYRILLIC | _GREEK | _OTHER
_NAMED_LETTER = re.compile(r"LATIN (?:\w+ )*?LETTER (?:SMALL CAPITAL )?([A-Z])\b|SYMBOL LETTER ([A-Z])$")

_LEET = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "€": "e"})
_LEET_WORD = re.compile(r"(?=\S*[a-z])(?=\S*[013-578@$€!|])[a-z013-578@$€!|]{3,}")

SENTENCE_END = "."
QUESTION_END = "?"
COMMA = ","
_MARK = re.compile(r"([a-z0-9]+)|([?])|([.!;])(?=\s|$)|(\n\s*\n|\n\s*(?=[-*•\d]))|(,)(?=\s|$)")
MAX_FRAGMENTS = 16
_MIN_IN_PIECES = (
    5  # letters; a shorter word is joined only from single ones, or too many pairs of words would read as one
)


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    named = _NAMED_LETTER.search(unicodedata.name(character, ""))
    return (named.group(1) or named.group(2)).casefold() if named else character


def unmask(text: str) -> str:
    """Return the text in lower-case Latin letters as far as they look like them, without invisible characters."""
    if text.isascii():  # most texts; a hundred times as fast
        return text.replace("\r", "\n").lower()
    kept = [
        _LOOK_ALIKES.get(character, character)
        for original in text.replace("\r", "\n")
        for character in unicodedata.normalize("NFKD", _LOOK_ALIKES.get(original, original)).casefold()
        if unicodedata.category(character) not in ("Mn", "Me", "Cf")
    ]
    return "".join(character if character.isascii() else _letter(character) for character in kept)


def plain(text: str) -> str:
    """Return the words alone, so that labels which read the same compare equal."""
    return " ".join(re.findall(r"\w+", unmask(text)))


def readings(text: str, vocabulary: frozenset[str]) -> list[list[str]]:
    """Return the text as words and clause marks, once for each way a reader may take digits for letters.

    Fragments that together spell a word of the vocabulary ("re gi stry", "d-e-l-e-t-e") are joined to it.
    """
    unmasked = unmask(text)
    variants = dict.fromkeys([unmasked, _unleet(unmasked, "i"), _unleet(unmasked, "l")])
    longest = max(map(len, vocabulary), default=0)
    return [list(_joined(_tokens(variant), vocabulary, longest)) for variant in variants]


def _unleet(text: str, one: str) -> str:
    return _LEET_WORD.sub(lambda found: re.sub(r"[1!|]", one, found.group(0).translate(_LEET)), text)


def _tokens(text: str) -> list[str]:
    return [_token(found) for found in _MARK.finditer(re.sub(r"(?<=[a-z])'(?=[a-z])", "", text))]


def _token(found: re.Match[str]) -> str:
    word, question, end, line, _ = found.groups()
    if word:
        return word
    if question:
        return QUESTION_END
    return SENTENCE_END if end or line else COMMA


def _joined(tokens: Sequence[str], vocabulary: frozenset[str], longest: int) -> Iterator[str]:
    position = 0
    while position < len(tokens):
        length = _fragments(tokens, position, vocabulary, longest)
        yield "".join(tokens[position : position + length])
        position += length


def _fragments(tokens: Sequence[str], position: int, vocabulary: frozenset[str], longest: int) -> int:
    """Return how many tokens from here spell one word of the vocabulary: the most that do, or one."""
    spelled, best = tokens[position], 1
    for count, token in enumerate(tokens[position + 1 : position + MAX_FRAGMENTS], start=2):
        spelled += token
        if not token.isalnum() or len(spelled) > longest:
            break
        if spelled in vocabulary and (len(spelled) >= _MIN_IN_PIECES or len(spelled) == count):
            best = count
    return best
