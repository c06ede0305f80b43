"""The one small interface behind which every builder stands."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, TypeVar

from firstline.building.rules import BuildRequest
from firstline.categories.rules import Category
from firstline.errors import Unavailable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Usage:
    """What building cost: tokens as the provider counts them, US dollars, milliseconds."""

    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    latency_ms: int = 0
    provider: str = ""

    def __add__(self, other: Self) -> "Usage":
        return Usage(
            model_calls=self.model_calls + other.model_calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            cost=self.cost + other.cost,
            latency_ms=self.latency_ms + other.latency_ms,
            provider=other.provider or self.provider,
        )


class ProviderError(Unavailable):
    """The provider gave no answer; `retry_after` is the pause in seconds it asked for, `usage` what asking cost."""

    type: ClassVar[str] = "provider-failed"
    title: ClassVar[str] = "The model gave no answer"

    def __init__(self, detail: str, *, usage: Usage, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.usage = usage
        self.retry_after = retry_after


class ProviderTimedOutError(ProviderError):
    type: ClassVar[str] = "provider-timed-out"
    title: ClassVar[str] = "The model took too long"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; zero where a server costs nothing by the token."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def of(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the monotonic clock, after which nobody waits any longer."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def sooner(self, seconds: float) -> "Deadline":
        """Return this deadline, or the one that many seconds from now where that comes first."""
        return Deadline(min(self.at, time.monotonic() + seconds))

    @property
    def remaining(self) -> float:
        return max(0.0, self.at - time.monotonic())


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """The JSON object a provider sent for a node, unchecked; None where there was none to read."""

    document: Mapping[str, Any] | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class Classification:
    """The category a provider named, and what asking cost; None means unknown."""

    category: Category | None
    usage: Usage


class Provider(Protocol):
    """A builder of one node at a time. Both calls raise ProviderError where no answer comes."""

    @property
    def name(self) -> str: ...

    def classify(self, text: str, *, deadline: Deadline) -> Classification: ...

    def next_node(self, request: BuildRequest, *, refusal: str | None, deadline: Deadline) -> ProviderAnswer:
        """Answer the next node; `refusal` says what was wrong with the one before, if this is the second try."""
        ...


def within(deadline: Deadline, call: Callable[[], Result]) -> Result:
    """Return what the call returns; raises TimeoutError at the deadline however slowly bytes still drip in.

    A socket's own time-out starts anew with every byte, so the waiting is done here. The abandoned call ends by its
    socket's time-out.
    """
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="provider")
    try:
        return worker.submit(call).result(timeout=deadline.remaining)
    finally:
        worker.shutdown(wait=False)
