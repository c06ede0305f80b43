"""Scripted servers on this machine that speak a model's protocol, well or badly."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD_NODE: dict[str, Any] = {
    "node_type": "question",
    "text": "What does the printer's display show?",
    "help": "Somebody has to stand in front of it.",
    "options": [{"key": "ready", "label": "Ready"}, {"key": "error", "label": "An error"}],
    "reason_category": None,
}
DRIP_SECONDS = 0.02


@dataclass(frozen=True)
class Reply:
    """One scripted answer: bytes as they are, with how they are sent."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drips: bool = False  # a byte now and then, for ever
    hangs_up: bool = False  # the connection is reset in the middle of the body


@dataclass
class ModelServer:
    """What it will answer, in order, and what it was asked."""

    replies: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)

    def will_answer(self, *replies: Reply) -> None:
        self.replies.extend(replies)


def json_reply(document: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


@contextlib.contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serve until the block ends; a request beyond the script is answered 500."""
    script = ModelServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        script.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(script: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(asked))
            script.paths.append(self.path)
            script.headers.append(dict(self.headers))
            reply = script.replies.pop(0) if script.replies else Reply(500)
            with contextlib.suppress(OSError):
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            promised = len(reply.body) + (1_000_000 if reply.drips or reply.hangs_up else 0)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(reply.body)
            if reply.drips:
                _until(script.stopped, lambda: self.wfile.write(b" "))
            if reply.hangs_up:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if reply.drips or reply.hangs_up:
                self.close_connection = True

    return Handler


def _until(stopped: threading.Event, drip: Callable[[], object]) -> None:
    while not stopped.is_set():
        drip()
        time.sleep(DRIP_SECONDS)
