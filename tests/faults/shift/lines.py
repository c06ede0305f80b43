"""A person's line to the product: answers are remembered, requests doubled and connections dropped on purpose."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import Answer, Client

PATIENCE = 30.0  # seconds for any one answer


class Line:
    """One person's connections; `statuses` is what all of theirs were answered."""

    def __init__(self, url: str, token: str, statuses: list[tuple[int, str]]) -> None:
        self._url, self._token = url, token
        self._statuses = statuses
        self._clients = [Client(url, token) for _ in range(2)]
        self._both = ThreadPoolExecutor(2)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self._ask(self._clients[0], method, path, body, headers)

    def ask_twice_at_once(self, path: str, body: Any) -> list[Answer]:
        together = threading.Barrier(2)

        def one(client: Client) -> Answer:
            together.wait(PATIENCE)
            return self._ask(client, "POST", path, body)

        return list(self._both.map(one, self._clients, timeout=2 * PATIENCE))

    def ask_and_hang_up(self, path: str, body: Any, *, idempotency_key: str) -> None:
        """Send a request and drop the connection before its answer; it may be carried out at once, late, or never."""
        parts = urlsplit(self._url)
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {self._token}\r\n"
            f"Idempotency-Key: {idempotency_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + payload)

    def ask_after_hanging_up(self, path: str, body: Any, *, idempotency_key: str) -> Answer:
        """Send a request again, as often as it is said to be still under way."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.ask("POST", path, body, idempotency_key=idempotency_key)
            under_way = answer.status == 409 and answer.body["type"].endswith("/request-under-way")
            if not under_way or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)

    def close(self) -> None:
        self._both.shutdown(wait=True, cancel_futures=True)
        for client in self._clients:
            client.close()

    def _ask(self, client: Client, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        answer = client.call(method, path, body, headers)
        self._statuses.append((answer.status, f"{method} {path}"))  # a list's append is atomic
        return answer
