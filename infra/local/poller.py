"""Event source mappings: batches of SQS messages to functions, and what becomes of each message."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pg8000.exceptions import DatabaseError, InterfaceError

from infra.local.environments import Environments, EventTooLargeError, FunctionFailedError, FunctionTimedOutError
from infra.local.place import REGION
from infra.local.template import Function, Queue, QueueSource

_LOG = logging.getLogger(__name__)
_BATCHES_AT_ONCE = 4
_RECEIVE_LIMIT = 10  # messages, of SQS itself
_WAIT_SECONDS = 2

Message = Mapping[str, Any]


class Mapped:
    """One mapping: receives in one thread and runs up to four batches at a time.

    `retry_after` shortens the queue's visibility after a failure and `longest_window` the batching window, both in
    seconds, so that tests need not wait for them.
    `consumed` is told the body of each message that will not be delivered again.
    """

    def __init__(
        self,
        source: QueueSource,
        function: Function,
        queue: Queue,
        *,
        sqs: Any,
        queue_url: str,
        environments: Environments,
        consumed: Callable[[list[str]], None],
        retry_after: float | None = None,
        longest_window: float | None = None,
    ) -> None:
        self._source, self._function, self._queue = source, function, queue
        self._sqs, self._url = sqs, queue_url
        self._environments = environments
        self._consumed = consumed
        self._retry_after = retry_after
        self._window = source.window if longest_window is None else min(source.window, longest_window)
        self._max_receives = _max_receives(queue)
        self._ending = threading.Event()
        self._slots = threading.Semaphore(_BATCHES_AT_ONCE)
        self._batches = ThreadPoolExecutor(_BATCHES_AT_ONCE, thread_name_prefix="batch")
        self._thread = threading.Thread(target=self._poll, name=f"poll {queue.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._batches.shutdown(wait=False, cancel_futures=True)

    def _poll(self) -> None:
        while not self._ending.is_set():
            self._slots.acquire()
            batch = self._gather()
            if batch and not self._ending.is_set():
                self._batches.submit(self._handle, batch)
            else:
                self._slots.release()

    def _gather(self) -> list[Message]:
        """Collect a batch: until it is full or the window since its first message is over."""
        batch = self._receive(self._source.batch_size, _WAIT_SECONDS)
        deadline = time.monotonic() + self._window
        while batch and len(batch) < self._source.batch_size and time.monotonic() < deadline:
            more = self._receive(self._source.batch_size - len(batch), 0)
            batch += more
            if not more and self._ending.wait(0.05):
                break
        return batch

    def _receive(self, count: int, wait: int) -> list[Message]:
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(count, _RECEIVE_LIMIT),
                WaitTimeSeconds=wait,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError):
            if not self._ending.wait(1):
                _LOG.exception("Cannot read the queue %s.", self._queue.name)
            return []
        messages: list[Message] = answer.get("Messages", [])
        return messages

    def _handle(self, batch: list[Message]) -> None:
        try:
            failed = self._failed_of(batch)
            done = [message for message in batch if message["MessageId"] not in failed]
            lost = [message for message in batch if message["MessageId"] in failed and self._is_last(message)]
            self._consumed([message["Body"] for message in (*done, *lost)])
            self._delete(done)
            self._retry([message for message in batch if message["MessageId"] in failed])
        except (BotoCoreError, ClientError, InterfaceError, DatabaseError):  # the messages come back by themselves
            if not self._ending.is_set():
                _LOG.exception("A batch of %s could not be settled.", self._queue.name)
        finally:
            self._slots.release()

    def _failed_of(self, batch: list[Message]) -> set[str]:
        """Run the function; return the ids of the messages that must be delivered again."""
        everything = {message["MessageId"] for message in batch}
        try:
            result = self._environments.invoke(self._function, {"Records": [self._record(m) for m in batch]})
        except (FunctionFailedError, FunctionTimedOutError, EventTooLargeError):
            return everything
        if not self._source.reports_failures:
            return set()
        return reported(result, everything)

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {
                name: {f"{key[0].lower()}{key[1:]}": value for key, value in attribute.items()}
                for name, attribute in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue.arn,
            "awsRegion": REGION,
        }

    def _is_last(self, message: Message) -> bool:
        return int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1)) >= self._max_receives

    def _delete(self, messages: list[Message]) -> None:
        for part in _tens(messages):
            entries = [{"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(part)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _retry(self, messages: list[Message]) -> None:
        if self._retry_after is None:
            return  # they come back when the queue's visibility time-out is over
        if messages:
            self._ending.wait(self._retry_after)
        for message in messages:
            with contextlib.suppress(BotoCoreError, ClientError):  # it may have come back already
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )


def reported(result: Any, everything: set[str]) -> set[str]:
    """Read a partial batch response; one that is malformed or names a stranger fails the whole batch, as in Lambda."""
    if result is None or result == {}:
        return set()
    try:
        failures = result.get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (AttributeError, KeyError, TypeError):
        return everything
    strangers = failed - everything
    return everything if strangers else failed


def _max_receives(queue: Queue) -> float:
    policy = queue.attributes.get("RedrivePolicy")
    return float(json.loads(policy)["maxReceiveCount"]) if policy else float("inf")


def _tens(messages: list[Message]) -> Iterable[list[Message]]:
    return (messages[i : i + _RECEIVE_LIMIT] for i in range(0, len(messages), _RECEIVE_LIMIT))
