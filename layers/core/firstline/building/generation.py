"""Builds one node: asks the provider, checks the answer, asks once more, and else hands the call to a person."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from firstline.building.provider import Deadline, Provider, ProviderError, ProviderTimedOutError, Usage
from firstline.building.redaction import redact
from firstline.building.rules import BuildRequest, BuiltNode, Refusal, RefusalCode, generation_failed, read_node
from firstline.categories.rules import Category, classify_by_keywords

MAX_PAUSE = 2.0  # seconds a busy provider may ask for before its one second chance

_NO_ANSWER = Refusal(RefusalCode.UNREACHABLE, "No answer came.")
_TOO_LATE = Refusal(RefusalCode.TIMED_OUT, "The answer came too late.")


@dataclass(frozen=True, slots=True)
class Generated:
    """A node that may be served, what it cost, and why answers before it were refused."""

    node: BuiltNode
    usage: Usage
    refused: tuple[Refusal, ...] = ()


def generate_node(
    provider: Provider, request: BuildRequest, *, deadline: Deadline, fallback: Provider | None = None
) -> Generated:
    """Return the next node; whatever a provider does, a node that may be served comes back before the deadline.

    A refused answer and a broken connection are worth one second try, a time-out is not: a caller waits. Where no
    answer came at all, the fallback answers instead.
    """
    generated = _generate(provider, request, deadline)
    if fallback is None or not generated.refused or generated.refused[-1] not in (_NO_ANSWER, _TOO_LATE):
        return generated
    instead = _attempt(fallback, request, refusal=None, deadline=deadline)
    return Generated(instead.node, generated.usage + instead.usage, generated.refused + instead.refused)


def _generate(provider: Provider, request: BuildRequest, deadline: Deadline) -> Generated:
    first = _attempt(provider, request, refusal=None, deadline=deadline)
    if not first.refused or _TOO_LATE in first.refused:
        return first
    _pause(first.pause, deadline)
    second = _attempt(provider, request, refusal=_sentences(first.refused), deadline=deadline)
    return Generated(second.node, first.usage + second.usage, first.refused + second.refused)


def classify(provider: Provider, text: str, *, deadline: Deadline) -> tuple[Category | None, Usage]:
    """Return the category of a problem; where the provider fails, the keyword table answers."""
    try:
        answer = provider.classify(redact(text), deadline=deadline)
    except ProviderError as failure:
        return classify_by_keywords(text), failure.usage
    return answer.category, answer.usage


@dataclass(frozen=True, slots=True)
class _Attempt(Generated):
    pause: float = 0.0


def _attempt(provider: Provider, request: BuildRequest, *, refusal: str | None, deadline: Deadline) -> _Attempt:
    try:
        answer = provider.next_node(request, refusal=refusal, deadline=deadline)
    except ProviderTimedOutError as late:
        return _Attempt(generation_failed(), late.usage, (_TOO_LATE,))
    except ProviderError as failure:
        return _Attempt(generation_failed(), failure.usage, (_NO_ANSWER,), pause=failure.retry_after)
    node = read_node(answer.document, engineer=request.engineer)
    if isinstance(node, BuiltNode):
        return _Attempt(node, answer.usage)
    return _Attempt(generation_failed(), answer.usage, tuple(node))


def _pause(seconds: float, deadline: Deadline) -> None:
    """Wait as long as the provider asked for, where that leaves half of the time for the second try."""
    time.sleep(min(seconds, MAX_PAUSE, deadline.remaining / 2))


def _sentences(refused: Sequence[Refusal]) -> str:
    return " ".join(dict.fromkeys(refusal.sentence for refusal in refused))
