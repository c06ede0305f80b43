"""A receiver of webhooks on this machine."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Receiver:
    """Keeps what it was sent, and answers the status it is told to."""

    url: str = ""
    status: int = 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def _no_retries_left(account: Any) -> Iterator[None]:
    """Leave nothing behind that falls due while another test waits for the queues to drain."""
    yield
    account.execute("DELETE FROM outbox WHERE account_id = :account AND sent_at IS NULL")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("location", kept.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def subscribe(account: Any, receiver: Receiver) -> Callable[..., Any]:
    """Add the receiver to the account; return the answer's body, with the secret."""

    def subscribe(**wanted: Any) -> Any:
        answer = account.as_("owner").post("/v1/webhooks", json={"url": receiver.url, **wanted})
        assert answer.status == 201, answer
        return answer.body

    return subscribe
