"""Execution environments: each handles one event at a time, is kept for the next, and is killed when it is late."""

import json
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

from infra.local.place import ACCOUNT, REGION
from infra.local.template import Function

MAX_PAYLOAD = 6 * 1024 * 1024  # bytes of an event or an answer of a synchronous invocation


class FunctionFailedError(Exception):
    """The function raised, could not be loaded, or answered something that is not JSON."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(f"{error.get('errorType')}: {error.get('errorMessage')}")
        self.error = error


class EnvironmentEndedError(FunctionFailedError):
    """The function's process ended before it answered; `error` is what it said of the reason."""

    def __init__(self, error: Mapping[str, Any] | None = None) -> None:
        ended = {"errorType": "Runtime.ExitError", "errorMessage": "The process of the function ended."}
        super().__init__(error or ended)


class FunctionTimedOutError(Exception):
    """The function did not answer within its time-out."""


class EventTooLargeError(Exception):
    """The event is larger than an invocation may be."""


class Environment(Protocol):
    """One process that can run one event at a time."""

    def run(self, function: Function, event: Mapping[str, Any]) -> Any:
        """Return the answer; raises FunctionFailedError, EnvironmentEndedError or FunctionTimedOutError."""

    def end(self) -> None: ...


def arn(function: Function) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.name}"


class Environments:
    """At most `size` environments; one is reused for functions of its own kind, and makes room for another kind."""

    def __init__(
        self, size: int, *, spawn: Callable[[Function], Environment], kind: Callable[[Function], Hashable]
    ) -> None:
        self._size = size
        self._spawn = spawn
        self._kind = kind
        self._idle: list[tuple[Hashable, Environment]] = []  # the one used last is at the end
        self._busy: set[Environment] = set()
        self._freed = threading.Condition()

    @property
    def in_flight(self) -> int:
        """Count the events being handled."""
        return len(self._busy)

    def invoke(self, function: Function, event: Mapping[str, Any]) -> Any:
        """Run the function and return its answer.

        Raises FunctionFailedError, FunctionTimedOutError, EventTooLargeError.
        """
        if len(json.dumps(event)) > MAX_PAYLOAD:
            raise EventTooLargeError
        environment = self._take(function)
        kept = True
        try:
            return environment.run(function, event)
        except (EnvironmentEndedError, FunctionTimedOutError):
            kept = False
            raise
        finally:
            self._give_back(function, environment, kept=kept)

    def stop(self) -> None:
        with self._freed:
            for environment in (*self._busy, *(idle for _, idle in self._idle)):
                environment.end()
            self._idle.clear()

    def _take(self, function: Function) -> Environment:
        kind, deadline = self._kind(function), time.monotonic() + function.timeout
        with self._freed:
            while True:
                environment = self._idle_of(kind)
                if environment is not None:
                    break
                if len(self._idle) + len(self._busy) >= self._size and self._idle:
                    self._idle.pop(0)[1].end()
                if len(self._idle) + len(self._busy) < self._size:
                    environment = self._spawn(function)
                    break
                if not self._freed.wait(deadline - time.monotonic()):
                    raise FunctionTimedOutError(function.name)
            self._busy.add(environment)
            return environment

    def _idle_of(self, kind: Hashable) -> Environment | None:
        for place in range(len(self._idle) - 1, -1, -1):
            if self._idle[place][0] == kind:
                return self._idle.pop(place)[1]
        return None

    def _give_back(self, function: Function, environment: Environment, *, kept: bool) -> None:
        with self._freed:
            self._busy.discard(environment)
            if kept:
                self._idle.append((self._kind(function), environment))
            else:
                environment.end()
            self._freed.notify()
