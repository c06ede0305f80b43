"""The product with a model behind it that can be slow, broken, or the last thing its caller ever sees."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.local.testing import LocalCloud
from tests.api.l1.conftest import Library, Technician
from tests.conftest import RunningCloud, TestAccount

Connection = tuple[int, int]  # the asker's port and the model's


class ModelServer:
    """Speaks the chat-completions protocol; `nodes` and `classifications` count what it was asked for."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._lock = threading.Lock()
        self.reset()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.nodes = 0
        self.classifications = 0
        self.status = 200
        self.garbled = False
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.on_node: Callable[[Connection], None] = lambda _connection: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: dict[str, Any], connection: Connection) -> tuple[int, dict[str, Any]]:
        classifying = "classify" in body["messages"][0]["content"]
        with self._lock:
            self.classifications += classifying
            self.nodes += not classifying
            number = self.nodes
        if self.status != 200:
            return self.status, {"error": "scripted"}
        if classifying:
            return 200, completion({"category": "vpn_connect"})
        self.asked.set()
        self.on_node(connection)
        self.gate.wait(timeout=20)
        if self.garbled:
            return 200, completion("Turn it off and on again.")
        options = [{"key": "yes", "label": "Connected"}, {"key": "no", "label": "Not connected"}]
        return 200, completion({"node_type": "question", "text": f"Question number {number}?", "options": options})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                connection = (self.client_address[1], self.connection.getsockname()[1])
                status, document = model.answer(body, connection)
                payload = json.dumps(document).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except OSError:
                    self.close_connection = True  # whoever asked is gone

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
                """Stay quiet."""

        return Handler


def completion(answer: dict[str, Any] | str) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer if isinstance(answer, str) else json.dumps(answer)}
    return {"choices": [{"message": message}], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}


def kill_asker(connection: Connection) -> None:
    """End the process that asks the model, as the kernel would end it; the pair of ports tells which it is."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if tuple(int(address.split(":")[1], 16) for address in columns[1:3]) == connection:
            link = f"socket:[{columns[9]}]"
            for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
                if _target(descriptor) == link:
                    os.kill(int(descriptor.parts[2]), signal.SIGKILL)
                    return
    pytest.fail(f"nobody holds the connection {connection}")


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed meanwhile


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def model(model_server: ModelServer) -> ModelServer:
    model_server.reset()
    return model_server


@pytest.fixture(scope="session")
def modelled(model_server: ModelServer) -> Iterator[RunningCloud]:
    """The product with the scripted model, in eight processes."""
    configured = {
        "FIRSTLINE_MODEL_PROVIDER": "openai",
        "FIRSTLINE_MODEL_URL": model_server.url,
        "FIRSTLINE_MODEL_NAME": "scripted",
    }
    with LocalCloud(settings=configured, workers=8) as local:
        running = RunningCloud(local)
        yield running
        running.stop()


@pytest.fixture
def account(modelled: RunningCloud) -> TestAccount:
    return modelled.account()


@pytest.fixture
def tech(account: TestAccount, model: ModelServer) -> Iterator[Technician]:
    del model  # reset before anybody asks it
    yield Technician(account)
    for client in account.cloud._clients:
        client.close()


@pytest.fixture
def library(account: TestAccount) -> Library:
    return Library(account)
