"""Gather the signals of a whole reply that speak for yes or for no."""

import re
from collections.abc import Mapping, Sequence

from firstline.walks.replies.clauses import Clause, canon, clauses, normalise, sentences
from firstline.walks.replies.questions import Question
from firstline.walks.replies.scales import opposed, worth
from firstline.walks.replies.verdicts import CIRCUMSTANCE, sign, verdict
from firstline.walks.replies.words import (
    AFFIRMING,
    AUXILIARIES,
    DENYING,
    EVERY_TIME,
    FILLERS,
    NO,
    ONLY,
    PRONOUNS,
    YES,
)

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ABOVE = re.compile(
    r"\b(?:more|over|above|greater|higher|exceed\w*|at least|faster|longer|larger|bigger|"
    r"hotter|warmer|heavier|older|stronger)\b",
)
_BELOW = re.compile(
    r"\b(?:less|under|below|lower|fewer|at most|slower|shorter|smaller|"
    r"cooler|colder|lighter|newer|younger|quicker|weaker)\b",
)
_COMPARED = re.compile(r"\b(?:above|below|beneath|(?:more|less|\w+er) than)\b")
_LEAD = re.compile(
    rf"(?:^|(?<=[.!?] ))\s*(?:{'|'.join(sorted(YES | NO))})\b[,.!]?\s+"
    r"(?=i|it|they|there|he|she|we|you|this|that|the|my|not|no)",
)
_ANSWERED_BY = PRONOUNS | {"the", "my", "not"}  # after "no", these begin an answer; a noun makes it a determiner
_TAKEN_UP_BY = PRONOUNS | {"there", "just", "already"}
_ELLIPSIS = AUXILIARIES | _TAKEN_UP_BY | {"not", "really", "definitely", "indeed", "still", "actually"}
_FAMILIES = tuple(
    frozenset(words.split())
    for words in (
        "am is are was were be been",
        "do does did have has had",
        "can could do does",
        "will would shall should do does",
    )
)


def evidence(said: str, question: Question) -> dict[str, float]:
    """Return signed signals, each 1 or -1, positive where it speaks for yes; silent ones are left out."""
    text = normalise(said)
    for message in question.quoted:
        text = text.replace(message, "that")
    parts = clauses(_LEAD.sub("", text))
    number, told = _number(text, question), _only_told(text, parts, question)
    telling = [found for found in (verdict(part, question) for part in parts) if found.sign and not number]
    if question.only:
        telling = [found for found in telling if found.ground in ("opposite", "rejected")]
    marked = [found.sign for found in telling if not found.ground.startswith("echo")]
    outright = {
        "lead": opening_answer(text),
        "short": 0 if question.only else _short_answer(parts, question),
        "phrase": _phrase(text),
        "only_told": told,
        "number": number,
    }
    if outright["lead"] or outright["short"]:
        return _present(outright | {"after": marked[0] if marked else 0})
    grounds = {
        found.ground: sign(sum(other.sign for other in telling if other.ground == found.ground)) for found in telling
    }
    between_lines = {
        "first": marked[0] if len(set(marked)) > 1 else 0,
        "only_inferred": _only_inferred(parts, question) if question.only and not told else 0,
        "even": int(question.even and bool(re.search(r"\beven\b", text))),
        "bare": 0 if telling or number or question.only else -1 if question.negated else 1,
    }
    return _present(outright | grounds | between_lines)


def _present(signals: Mapping[str, int]) -> dict[str, float]:
    return {name: float(value) for name, value in signals.items() if value}


def opening_answer(text: str) -> int:
    """Return 1 or -1 where a sentence of the reply opens with yes or no as an answer."""
    for sentence in sentences(text):
        tokens = re.findall(r"[a-z]+|[,.!?:]", sentence)
        while len(tokens) > 1 and (tokens[0] in FILLERS or tokens[0] in ",:"):
            tokens.pop(0)
        first, following = tokens[0] if tokens else "", tokens[1] if len(tokens) > 1 else "."
        if first in YES:
            return -1 if following == "not" else 1
        if first in NO and (first != "no" or following in ",.!?:" or following in _ANSWERED_BY):
            return -1
    return 0


def _short_answer(parts: Sequence[Clause], question: Question) -> int:
    """Return the sign of a clause that only takes up the question's own auxiliary: "it does", "already did"."""
    asked = next((word for word in question.text.split() if word in AUXILIARIES), "")
    alike = frozenset[str]().union(*(family for family in _FAMILIES if asked in family))
    for part in parts:
        words = {word.text for word in part.words} - YES - NO
        if words <= _ELLIPSIS and words & alike and words & _TAKEN_UP_BY:
            return part.sign
    return 0


def _phrase(text: str) -> int:
    """Return 1 or -1 where a sentence opens with a turn of speech that agrees or disagrees."""
    for sentence in sentences(text):
        if sentence.startswith(DENYING):
            return -1
        if sentence.startswith(AFFIRMING):
            return 1
    return 0


def _only_told(text: str, parts: Sequence[Clause], question: Question) -> int:
    """Judge by "at other times too" or "at no other time" whether something happens in that circumstance alone."""
    if not question.only:
        return -int(canon("always") in question.core and _says(ONLY, text))
    if _says(EVERY_TIME, text) or re.search(r"\bnot\b[^.,;]*\bonly\b", text):
        return -1
    return int(_says(ONLY, text) or any(part.opener == "otherwise" and part.negations for part in parts))


def _only_inferred(parts: Sequence[Clause], question: Question) -> int:
    """Judge by what happens in the circumstance asked about, or in one the question does not name."""
    main = [part for part in parts if part.opener not in CIRCUMSTANCE]
    happens = -1 if any(part.sign < 0 or any(worth(word) > 0 for word in part.words) for part in main) else 1
    said = [word for part in parts for word in part.content()]
    named = [word.sign * question.context[word.canon] for word in said if word.canon in question.context]
    named += [-word.sign for word in said for asked in question.context if opposed(asked, word.canon)]
    if named:
        unlike = sum(named) < 0 or any(part.opener in CIRCUMSTANCE and part.negations for part in parts)
        return -happens if unlike else happens
    return -happens if any(word.canon not in question.core for word in said) else happens


def _says(phrases: Sequence[str], text: str) -> bool:
    return any(re.search(rf"\b{phrase}\b", text) for phrase in phrases)


def _number(text: str, question: Question) -> int:
    """Compare the number, or the direction, that was said with the one that was asked about."""
    asked, said = _NUMBER.findall(question.text), _NUMBER.findall(text)
    wanted, spoken = _direction(question.text), _direction(text)
    denied = bool(re.search(r"\bnot\b", text))
    if len(asked) > 1 or len(said) > len(asked) or not (asked or _COMPARED.search(question.text)):
        return 0
    if spoken and wanted and said in ([], asked):
        return -spoken * wanted if denied else spoken * wanted
    if not asked or not said or denied or float(asked[0]) == float(said[0]):
        return 0
    if wanted:
        return sign(float(said[0]) - float(asked[0])) * wanted
    return -int(" than " not in question.text)  # asked for that number, said another


def _direction(text: str) -> int:
    return bool(_ABOVE.search(text)) - bool(_BELOW.search(text))
