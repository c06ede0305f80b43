"""The fast mode: processes that can run any function, forked from one that has loaded them all."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local import wire
from infra.local.environments import (
    EnvironmentEndedError,
    Environments,
    FunctionFailedError,
    FunctionTimedOutError,
    arn,
)
from infra.local.problems import CannotRunError
from infra.local.template import Function


class _Fork:
    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection = connection
        self._pid = pid

    def run(self, function: Function, event: Mapping[str, Any]) -> Any:
        context = {
            "function_name": function.name,
            "memory_limit_in_mb": str(function.memory),
            "invoked_function_arn": arn(function),
            "aws_request_id": str(uuid4()),
            "deadline": time.time() + function.timeout,
        }
        try:
            self._connection.settimeout(function.timeout)
            wire.send(self._connection, {"function": function.logical_id, "event": event, "context": context})
            reply = wire.receive(self._connection)
        except TimeoutError as error:
            raise FunctionTimedOutError(function.name) from error
        except (EOFError, OSError) as error:
            raise EnvironmentEndedError from error
        if "error" in reply:
            raise FunctionFailedError(reply["error"])
        return reply["result"]

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._connection.close()


class ForkedEnvironments(Environments):
    """A process keeps the environment variables it was born with, for settings are read once per process."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        *,
        environment: Mapping[str, str],
        checkout: Path,
        log: Path,
        size: int,
    ) -> None:
        super().__init__(size, spawn=self._fork, kind=self._variables)
        self._functions = functions
        self._environment = environment
        self._checkout = checkout
        self._log = log
        self._asking = threading.Lock()
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control, self._their_end = socket.socketpair()

    def start(self) -> None:
        """Start loading the functions; `wait` says when they are."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        paths = [str(self._checkout / "layers" / "core"), str(self._checkout)]
        with self._log.open("ab") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "infra.local.nursery", str(self._their_end.fileno())],
                cwd=self._checkout,
                env={**of_the_machine(os.environ), **self._environment, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._their_end.fileno()],
                start_new_session=True,
            )
        self._their_end.close()
        described = {
            name: {"code": str(function.code), "handler": function.handler}
            for name, function in self._functions.items()
        }
        wire.send(self._control, {"functions": described})

    def wait(self) -> None:
        try:
            wire.receive(self._control)
        except (EOFError, OSError) as error:
            raise CannotRunError(f"The functions cannot be loaded; {self._log} says why.") from error

    def stop(self) -> None:
        super().stop()
        self._control.close()
        self._their_end.close()
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()

    def _all_variables(self, function: Function) -> dict[str, str]:
        return {**function.environment, **self._environment}

    def _variables(self, function: Function) -> Hashable:
        return frozenset(self._all_variables(function).items())

    def _fork(self, function: Function) -> _Fork:
        ours, theirs = socket.socketpair()
        with self._asking, theirs:
            socket.send_fds(self._control, [json.dumps(self._all_variables(function)).encode()], [theirs.fileno()])
            pid = wire.receive(self._control)["pid"]
        return _Fork(ours, pid)


def of_the_machine(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would make a function here behave as no function in the cloud does."""
    ours = ("AWS_", "DATABASE_", "PYTEST_", "COV_", "POWERTOOLS_", "PYTHON")
    return {key: value for key, value in environment.items() if not key.startswith(ours)}
