"""Take a yes-or-no question apart: what it asks about, in which circumstances, and what it turns down."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from firstline.walks.replies.clauses import QUOTED, Word, canons, clauses, normalise, sentences
from firstline.walks.replies.scales import worth
from firstline.walks.replies.words import SUBORDINATORS

_CHECK = "(?:check|see|tell me|tell|confirm|verify|look|let me know|find out|determine)(?: and see)? (?:if|whether)"
_FRAME = re.compile(
    r"^(?:so |and |now |please |ok |okay )*"
    rf"(?:(?:can|could|would|will) (?:you|we|i) (?:please |also |quickly )?{_CHECK}|{_CHECK}|"
    r"do you know (?:if|whether))\b",
)
_REJECTED = re.compile(r"\b(?:as opposed to|rather than|instead of|and not|but not|not just)\b|, not\b")
_SCOPE = re.compile(r"\b(?:only|solely|exclusively|just (?=when|while|if|during))\b")
_EXAMPLES = re.compile(r"\b(?:such as|for example|for instance|e\.g\.)")


@dataclass(frozen=True)
class Question:
    """Words in canonical form: `core` and `context` (the circumstances) under their signs, `rejected` alternatives.

    `only` asks whether it happens in that circumstance alone, `even` whether in that one too; `valence` is 1 where
    yes means that things are well, -1 where it means trouble; `quoted` are messages the question reads out;
    `explained` are the words of the help that goes with it.
    """

    core: Mapping[str, int]
    context: Mapping[str, int]
    rejected: frozenset[str]
    negated: bool
    only: bool
    even: bool
    valence: int
    text: str
    quoted: tuple[str, ...]
    explained: frozenset[str]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.core) | frozenset(self.context) | self.rejected


@lru_cache(maxsize=1024)
def read_question(text: str, explanation: str | None = None) -> Question:
    kept, turned_down = _asking(text)
    only = _SCOPE.search(kept)
    parts = clauses(_SCOPE.sub(", when ", kept) if only else kept)
    main = [part for part in parts if part.opener not in SUBORDINATORS | {"even"}] or parts
    core = _signs(word for part in main for word in part.content())
    context = _signs(word for part in parts if part not in main for word in part.content())
    rejected = canons(word.text for part in clauses(turned_down) for word in part.content())
    valence = sum(worth(word) * word.sign for part in main for word in part.words)
    return Question(
        core={word: sign for word, sign in core.items() if word not in rejected},
        context={word: sign for word, sign in context.items() if word not in core},
        rejected=rejected - frozenset(core),
        negated=any(part.negations % 2 for part in main),
        only=bool(only),
        even=bool(re.search(r"\beven\b", kept)),
        valence=(valence > 0) - (valence < 0),
        text=kept,
        quoted=tuple(QUOTED.findall(text.casefold())),
        explained=canons(word.text for part in clauses(normalise(explanation or "")) for word in part.content()),
    )


def _asking(text: str) -> tuple[str, str]:
    """Return the sentence that asks, without its polite frame and examples, and what it names only to turn it down."""
    pieces = sentences(normalise(text))
    asking = next((piece for piece in reversed(pieces) if piece.endswith("?")), pieces[-1] if pieces else "")
    kept, *turned_down = _REJECTED.split(_EXAMPLES.split(_FRAME.sub("", asking), maxsplit=1)[0], maxsplit=1)
    return kept, " ".join(turned_down)


def _signs(words: Iterable[Word]) -> dict[str, int]:
    return {word.canon: word.sign for word in words}
