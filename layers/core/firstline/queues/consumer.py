"""An SQS-triggered function: each record is read, handled in its account, and reported alone if it failed."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any
from uuid import UUID

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from firstline.observability import log
from firstline.outbox.messages import CATALOGUE, Message, UnknownTopic

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def consumer(deed: Callable[[Message], None]) -> Handler:
    """Make a Lambda handler that calls `deed` once per record and reports partial batch failures.

    A record whose deed raises comes back after the visibility time-out, and after three receives is dead-lettered; the
    others of its batch are done.
    """

    def handle(record: SQSRecord) -> None:
        log().clear_state()
        message = read_message(record.body)
        log().append_keys(topic=message.topic, account_id=str(message.account_id))
        try:
            deed(message)
        except Exception:
            log().exception("queue.record_failed", sqs_message_id=record.message_id)
            raise

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        answer = process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
        return dict(answer)

    return handler


def read_message(body: str) -> Message:
    """Read a record's body into its message; raises UnknownTopic, or KeyError and ValueError for a broken body."""
    document = json.loads(body)
    message = CATALOGUE.get(document["topic"])
    if message is None:
        raise UnknownTopic(document["topic"])
    return message(**{field.name: _typed(field.type, document[field.name]) for field in fields(message)})


def _typed(wanted: Any, value: Any) -> Any:
    return UUID(value) if wanted in (UUID, "UUID") else value
