"""The AWS stand-in as a process: moto's server, with ids that outlive a restart and an end when its starter ends."""

import os
import socket
import sys
import threading
import time
from typing import Any

from moto.cognitoidp import models
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs import models as sqs
from moto.sqs.responses import SQSResponse
from werkzeug.serving import make_server

from infra.local import place

_COUNTS = [name for name in sqs.Queue.BASE_ATTRIBUTES if name.startswith("ApproximateNumberOfMessages")]
_TOKEN_SECONDS = 12 * 60 * 60  # a shift; moto always says one hour


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the parent's name
        pass


class _Pool(models.CognitoIdpUserPool):
    __module__ = models.__name__  # moto files its objects by it

    def __init__(self, account_id: str, region: str, name: str, extended_config: dict[str, Any]) -> None:
        super().__init__(account_id, region, name, extended_config)
        self.id = place.user_pool_id(name)
        self.arn = f"{self.arn.rpartition('/')[0]}/{self.id}"

    def create_jwt(self, *args: Any, **kwargs: Any) -> tuple[str, int]:
        token: tuple[str, int] = super().create_jwt(*args, **{"expires_in": _TOKEN_SECONDS, **kwargs})
        return token


class _Client(models.CognitoIdpUserPoolClient):
    __module__ = models.__name__

    def __init__(self, user_pool_id: str, generate_secret: bool, extended_config: dict[str, Any] | None) -> None:
        super().__init__(user_pool_id, generate_secret, extended_config)
        self.id = place.client_id(user_pool_id, (extended_config or {}).get("ClientName", ""))


class _User(models.CognitoIdpUser):
    """A user whose subject follows from the address, so that signing in again after a restart is the same person."""

    __module__ = models.__name__

    def __init__(self, user_pool_id: str, username: str | None, *args: Any) -> None:
        super().__init__(user_pool_id, username, *args)
        name = self.attribute_lookup.get("email", username)
        if name:
            by_default = self.username == self.id
            self.id = place.subject(user_pool_id, name)
            self.username = self.id if by_default else self.username
            self.update_attributes([{"Name": "sub", "Value": self.id}])


class _Queue(sqs.Queue):
    """A queue in which nothing is lost when messages are sent and deleted at once."""

    __module__ = sqs.__name__

    BASE_ATTRIBUTES = [name for name in sqs.Queue.BASE_ATTRIBUTES if name not in _COUNTS]  # noqa: RUF012

    def delete_message(self, receipt_handle: str) -> None:
        with self._messages_lock:
            found = next((message for message in self._messages if message.had_receipt_handle(receipt_handle)), None)
            if found is None:
                super().delete_message(receipt_handle)  # gone already, or never there
                return
            self._messages = [message for message in self._messages if message is not found]
            self.pending_messages.discard(found)
            self.deleted_messages.update(filter(None, found.all_receipt_handles))


class _Queues(sqs.SQSBackend):
    """Queues that stay fast with thousands of messages in them.

    moto asks every message for its state, three times over, whenever it looks up any attribute of a queue, which it
    does for each message sent or received: two thousand messages took minutes. Here only who asks for the counts pays.
    """

    __module__ = sqs.__name__

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        queue, wanted = self.get_queue(queue_name), _COUNTS if "All" in attribute_names else attribute_names
        counts = {name: getattr(queue, camelcase_to_underscores(name)) for name in _COUNTS if name in wanted}
        rest = [name for name in attribute_names if name not in _COUNTS]
        return counts | super().get_queue_attributes(queue_name, rest)


def _start_message_move_task(request: SQSResponse) -> ActionResult:
    """Put dead letters back, which moto lacks: each goes to the queue it came from, and is counted anew."""
    queues = request.sqs_backend.queues.values()
    source = next(queue for queue in queues if queue.queue_arn == request._get_param("SourceArn"))  # noqa: SLF001
    destination = next(queue for queue in queues if queue.dead_letter_queue is source)
    for message in source.messages:
        source._messages.remove(message)  # noqa: SLF001  as moto itself moves them the other way
        message.approximate_receive_count = 0
        destination.add_message(message)
    return ActionResult({"TaskHandle": source.name})


def _milliseconds() -> float:
    return time.time() * 1000


def _end_with_starter() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def serve(listening: socket.socket) -> None:
    for name, stable in (
        ("CognitoIdpUserPool", _Pool),
        ("CognitoIdpUserPoolClient", _Client),
        ("CognitoIdpUser", _User),
    ):
        setattr(models, name, stable)
    for name, quick in (("Queue", _Queue), ("unix_time_millis", _milliseconds)):
        setattr(sqs, name, quick)
    sqs.sqs_backends.backend = _Queues
    setattr(SQSResponse, "start_message_move_task", _start_message_move_task)  # noqa: B010  it has none to replace
    threading.Thread(target=_end_with_starter, daemon=True).start()
    application = DomainDispatcherApplication(create_backend_app)
    host, port = listening.getsockname()
    server = make_server(host, port, application, threaded=True, request_handler=_QuietHandler, fd=listening.fileno())
    server.serve_forever()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
