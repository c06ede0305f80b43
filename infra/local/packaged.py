"""The true mode: each function alone in a process under the Lambda runtime client, from the output of `sam build`."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.environments import (
    EnvironmentEndedError,
    Environments,
    FunctionFailedError,
    FunctionTimedOutError,
    arn,
)
from infra.local.place import REGION
from infra.local.problems import CannotRunError
from infra.local.template import Function

_INIT_SECONDS = 10.0  # what Lambda allows before the first event, beside the time-out
_RUNTIME = "3.12"
_CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
_EXITED, _NOT_LOADED = "exited", "not loaded"


class _RuntimeApi(ThreadingHTTPServer):
    """The Lambda Runtime API of one process: hands out events and takes answers."""

    daemon_threads = True

    def __init__(self, function: Function) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.function_arn = arn(function)
        self.ready = threading.Event()
        self.events: queue.SimpleQueue[tuple[str, bytes, float] | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self.serve_forever, name="runtime api", daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a killed function drops its connection."""

    def close(self) -> None:
        self.events.put(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _RuntimeApi

    def log_message(self, *_: Any) -> None:
        """Say nothing: the function's own log tells what happened."""

    def do_GET(self) -> None:
        self.server.ready.set()
        waiting = self.server.events.get()
        if waiting is None:
            self.close_connection = True
            return
        request_id, event, deadline = waiting
        self._answer(
            200,
            event,
            {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": self.server.function_arn,
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(202, b'{"status":"OK"}', {})
        at_start = self.path.endswith("/init/error")
        self.server.answers.put((_NOT_LOADED if at_start else self.path.rpartition("/")[2], body))
        if at_start:
            self.server.ready.set()

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class _Process:
    """A runtime client with one function."""

    def __init__(self, function: Function, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._api = _RuntimeApi(function)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "-m", "awslambdaric", function.handler],
                cwd=function.code,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_port}"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        threading.Thread(target=self._watch, name=f"watch {function.name}", daemon=True).start()

    def run(self, function: Function, event: Mapping[str, Any]) -> Any:
        if not self._api.ready.wait(_INIT_SECONDS):
            raise FunctionTimedOutError(function.name)
        deadline = time.time() + function.timeout
        self._api.events.put((str(uuid4()), json.dumps(event).encode(), deadline))
        try:
            kind, body = self._api.answers.get(timeout=function.timeout)
        except queue.Empty:
            raise FunctionTimedOutError(function.name) from None
        if kind in (_EXITED, _NOT_LOADED):
            raise EnvironmentEndedError(json.loads(body or b"{}"))
        if kind == "error":
            raise FunctionFailedError(json.loads(body or b"{}"))
        return json.loads(body or b"null")

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._api.close()

    def _watch(self) -> None:
        self._process.wait()
        self._api.answers.put((_EXITED, b""))
        self._api.ready.set()


class PackagedEnvironments(Environments):
    """`layers` are the built layers by logical id; nothing of the development environment can be imported."""

    def __init__(self, layers: Mapping[str, Path], *, environment: Mapping[str, str], folder: Path, size: int) -> None:
        super().__init__(size, spawn=self._begin, kind=lambda function: function.logical_id)
        self._layers = layers
        self._environment = environment
        self._client = folder / "runtime-client"
        self._log = folder / "logs" / "functions.log"

    def start(self) -> None:
        if sys.version_info[:2] != tuple(map(int, _RUNTIME.split("."))):
            raise CannotRunError(f"The functions are built for Python {_RUNTIME}; run this mode with that version.")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._client.mkdir(exist_ok=True)
        for name in _CLIENT:
            spec = find_spec(name)
            if spec is None or spec.origin is None:
                raise CannotRunError(f"{name} is missing; install the development dependencies (`make test` does).")
            if Path(spec.origin).name == "__init__.py":
                shutil.copytree(Path(spec.origin).parent, self._client / name, dirs_exist_ok=True)
            else:
                shutil.copy(spec.origin, self._client)

    def wait(self) -> None:
        """Return at once: a function is loaded when it is first asked for."""

    def _begin(self, function: Function) -> _Process:
        paths = [function.code, *(self._layers[name] / "python" for name in function.layers), self._client]
        environment = {
            "PATH": os.defpath,
            "LANG": "en_US.UTF-8",
            **function.environment,
            **self._environment,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/local",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": REGION,
            "LAMBDA_TASK_ROOT": str(function.code),
            "_HANDLER": function.handler,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        }
        bare = str(Path(sys.base_prefix) / "bin" / f"python{_RUNTIME}")
        return _Process(function, [bare, "-s", "-S"], environment, self._log)
