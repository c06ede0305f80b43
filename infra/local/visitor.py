"""The product as somebody outside meets it: HTTP and JSON, and a technician's way through a call."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

Document = dict[str, Any]
_LONGEST_ANSWER = 120.0  # seconds; waiting for idle takes longest
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_PAGE = 100


class NotServingError(Exception):
    """Nothing answers at the address, or something else does; the text says what to do."""


class RefusedError(Exception):
    """The product refused a request; `problem` is the body it gave for it."""

    def __init__(self, status: int, problem: Document) -> None:
        super().__init__(f"{status} {problem.get('detail') or problem.get('title') or problem.get('message')}")
        self.status = status
        self.problem = problem


class UnknownAnswerError(Exception):
    """A node was to be answered with what it does not offer."""


class Visitor:
    """An HTTP client, of one person once signed in; what is not answered with success raises RefusedError."""

    def __init__(self, url: str, token: str | None = None) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise NotServingError(f"{url} is no address; name one like http://127.0.0.1:8000.")
        self.url = url.rstrip("/")
        self._token = token

    def as_(self, token: str) -> Self:
        return type(self)(self.url, token)

    def get(self, path: str, **query: str | int) -> Document:
        return self._call("GET", path + (f"?{urllib.parse.urlencode(query)}" if query else ""))

    def post(self, path: str, body: Document | None = None) -> Document:
        return self._call("POST", path, body or {})

    def patch(self, path: str, body: Document) -> Document:
        return self._call("PATCH", path, body)

    def items(self, path: str, **query: str | int) -> Iterator[Document]:
        """Yield the items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, limit=_PAGE, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, body: Document | None = None) -> Document:
        headers = {"content-type": "application/json"} | (
            {"authorization": f"Bearer {self._token}"} if self._token else {}
        )
        sent = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, sent, headers, method=method)  # noqa: S310  checked above
        try:
            with _DIRECT.open(request, timeout=_LONGEST_ANSWER) as reply:
                return self._document(reply.read())
        except urllib.error.HTTPError as refused:
            with refused:
                raise RefusedError(refused.code, self._document(refused.read())) from None
        except OSError as error:
            raise NotServingError(f"Nothing serves at {self.url}; start it with `make run`.") from error

    def _document(self, read: bytes) -> Document:
        try:
            found = json.loads(read)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotServingError(f"What answers at {self.url} is not Firstline; name another address with --url.")
        return found


def option(node: Document, answer: str) -> str:
    """Return the key of an option by its label or key; raises UnknownAnswerError."""
    for offered in node.get("options", ()):
        if answer in (offered["label"], offered["key"]):
            return str(offered["key"])
    offers = ", ".join(offered["label"] for offered in node.get("options", ()))
    raise UnknownAnswerError(f"“{node['text']}” cannot be answered “{answer}”, only: {offers}.")


def is_end(node: Document) -> bool:
    return node["node_type"] in ("resolved", "escalate")


def walk(
    technician: Visitor,
    session_id: str,
    node: Document,
    answers: Sequence[str],
    *,
    seen: Callable[[Document, str | None], None] = lambda _node, _answer: None,
) -> Document:
    """Give the answers to the questions that come, doing every instruction between; return the node then served.

    `seen` hears of each step with its answer's label. Ends early at an end of the path.
    """
    left = list(answers)
    while not is_end(node):
        asks = node["node_type"] == "question"
        if asks and not left:
            break
        answer = left.pop(0) if asks else None
        seen(node, answer)
        step = {"node_id": node["id"]} | ({"answer": option(node, answer)} if answer is not None else {})
        node = technician.post(f"/v1/l1/sessions/{session_id}/advance", step)["node"]
    return node
