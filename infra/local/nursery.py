"""The process execution environments are forked from: it has loaded the functions and never starts a thread."""

import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from infra.local import wire

Handler = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    log_group_name: str = "/aws/lambda/local"
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


class Code:
    """The handlers of all functions, each file loaded once under a module name of its own."""

    def __init__(self, functions: dict[str, dict[str, str]]) -> None:
        self._functions = functions
        self._handlers: dict[str, Handler] = {}
        self._modules: dict[Path, ModuleType] = {}

    def load_all(self) -> None:
        """Load every function; one that cannot be loaded fails when it is invoked, as in the cloud."""
        for name in self._functions:
            try:
                self.handler(name)
            except Exception:  # noqa: BLE001  any import error belongs to the function
                print(f"{name}:\n{traceback.format_exc()}", file=sys.stderr)

    def handler(self, name: str) -> Handler:
        if name not in self._handlers:
            said = self._functions[name]
            file, _, attribute = said["handler"].rpartition(".")
            module = self._module(Path(said["code"]) / f"{file}.py")
            self._handlers[name] = getattr(module, attribute)
        return self._handlers[name]

    def _module(self, path: Path) -> ModuleType:
        if path in self._modules:
            return self._modules[path]
        name = f"_function_{path.parent.name}_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"Unable to import module {path}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # pydantic and dataclasses look annotations up there
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        self._modules[path] = module
        return module


def answer(code: Code, message: dict[str, Any]) -> dict[str, Any]:
    """Run one event; the answer is what the Lambda runtime would report."""
    try:
        handler = code.handler(message["function"])
    except Exception as error:  # noqa: BLE001  reported as the function's own failure
        return _failure("Runtime.ImportModuleError", error)
    try:
        result = handler(message["event"], Context(**message["context"]))
    except Exception as error:  # noqa: BLE001  reported as the function's own failure
        return _failure(type(error).__name__, error)
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        return _failure("Runtime.MarshalError", error)
    return {"result": result}


def _failure(kind: str, error: Exception) -> dict[str, Any]:
    trace = traceback.format_exception(error)
    print("".join(trace), file=sys.stderr, flush=True)
    return {"error": {"errorType": kind, "errorMessage": str(error), "stackTrace": trace}}


def _serve(connection: socket.socket, code: Code) -> None:
    """Be one execution environment: one event at a time until the other side goes."""
    while True:
        try:
            message = wire.receive(connection)
        except (EOFError, OSError):
            return
        wire.send(connection, answer(code, message))
        sys.stdout.flush()


def _fork(connection: socket.socket, control: socket.socket, code: Code, environment: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    try:
        _serve(connection, code)
    finally:
        os._exit(0)


def run(control: socket.socket) -> None:
    """Load the functions that the first message names, then fork whenever a message brings a socket."""
    code = Code(wire.receive(control)["functions"])
    code.load_all()
    wire.send(control, {"ready": True})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        if not request:
            return
        with socket.socket(fileno=descriptors[0]) as connection:
            pid = _fork(connection, control, code, json.loads(request))
        wire.send(control, {"pid": pid})


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run(socket.socket(fileno=int(sys.argv[1])))
