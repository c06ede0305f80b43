"""One attempt of a delivery by mail or webhook: claim it, send it, keep what came of it.

The message of a delivery is sent outside any transaction. A failure is tried again after 30 seconds, 2 minutes and
10 minutes; then the row stays behind as `failed`, which is the dead letter people can list. A process that dies while
sending leaves a claim that ends by itself, and the queue brings the message back.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firstline.db.models import NotificationDelivery, WebhookEndpoint
from firstline.db.models.notifications import DeliveryChannel, DeliveryStatus
from firstline.db.transaction import InAccount, transaction
from firstline.integrations import http, ses
from firstline.notifications import queries, rules
from firstline.observability import log
from firstline.outbox import service as outbox
from firstline.outbox.messages import DeliveryDue
from firstline.settings import settings

GONE = 410  # the receiver asks never to be called again
_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claimed delivery, with all that sending needs."""

    delivery_id: UUID
    number: int
    channel: DeliveryChannel
    recipient: str
    payload: dict[str, Any]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: no error is a success, `final` asks for no further one, `gone` for none ever."""

    error: str | None = None
    final: bool = False
    gone: bool = False


def deliver(who: InAccount, *, delivery_id: UUID, at: datetime) -> None:
    """Try a delivery that is due; one that is done, given up, or being tried is left alone."""
    with transaction(who) as db:
        attempt = _claim(db, account_id=who.account_id, delivery_id=delivery_id, at=at)
    if attempt is None:
        return
    outcome = _send_mail(attempt) if attempt.channel is DeliveryChannel.EMAIL else _send_webhook(attempt, at)
    with transaction(who) as db:
        _settle(db, attempt, outcome, account_id=who.account_id, at=at)


def _claim(db: Session, *, account_id: UUID, delivery_id: UUID, at: datetime) -> Attempt | None:
    delivery = queries.lock_pending_delivery(db, account_id=account_id, delivery_id=delivery_id)
    if delivery is None:
        return None
    if delivery.next_attempt_at is not None and delivery.next_attempt_at > at:
        _come_back(db, delivery, at=at)  # being tried, or a clock is ahead: this message must not be the last
        return None
    delivery.attempts += 1
    delivery.next_attempt_at = at + rules.LEASE
    attempt = Attempt(
        delivery.id, delivery.attempts, DeliveryChannel(delivery.channel), delivery.recipient, delivery.payload
    )
    if delivery.webhook_endpoint_id is None:
        return attempt
    endpoint = queries.get_endpoint(db, account_id=account_id, webhook_id=delivery.webhook_endpoint_id)
    return _with_keys(delivery, attempt, endpoint, at)


def _with_keys(
    delivery: NotificationDelivery, attempt: Attempt, endpoint: WebhookEndpoint, at: datetime
) -> Attempt | None:
    """Address the receiver as it is now; a disabled one is given up."""
    if endpoint.disabled_at is not None:
        delivery.status, delivery.last_error = DeliveryStatus.FAILED, "the webhook is disabled"
        return None
    keys = rules.keys_in_use(endpoint.secret, endpoint.previous_secret, endpoint.previous_secret_until, at=at)
    return Attempt(attempt.delivery_id, attempt.number, attempt.channel, endpoint.url, attempt.payload, tuple(keys))


def _send_mail(attempt: Attempt) -> Outcome:
    subject, text, link = (attempt.payload[name] for name in ("subject", "text", "link"))
    address = settings().console_url.rstrip("/") + link
    try:
        ses.send_mail(to=attempt.recipient, subject=subject, text=f"{text}\n\n{address}\n".lstrip())
    except ses.MailRefused as refusal:
        return Outcome(error=str(refusal))
    return Outcome()


def _send_webhook(attempt: Attempt, at: datetime) -> Outcome:
    body = json.dumps(attempt.payload, sort_keys=True, separators=(",", ":")).encode()
    message_id = str(attempt.delivery_id)
    headers = {
        "content-type": "application/json",
        "user-agent": "Firstline-Webhooks/1.0",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": rules.signatures(attempt.keys, message_id=message_id, at=at, body=body),
    }
    private = settings().webhooks_to_private_addresses
    try:
        status = http.post(http.read_url(attempt.recipient, private=private), body, headers, private=private)
    except ValueError as error:
        return Outcome(error=f"the URL {error}", final=True)
    except http.NotDelivered as error:
        return Outcome(error=str(error))
    return (
        Outcome() if status in _OK else Outcome(error=f"answered {status}", final=status == GONE, gone=status == GONE)
    )


def _settle(db: Session, attempt: Attempt, outcome: Outcome, *, account_id: UUID, at: datetime) -> None:
    delivery = queries.lock_pending_delivery(db, account_id=account_id, delivery_id=attempt.delivery_id)
    if delivery is None or delivery.attempts != attempt.number:
        return  # it was taken back meanwhile, or another attempt has begun
    delivery.last_error, delivery.next_attempt_at = outcome.error, None
    wait = rules.next_attempt(attempt.number)
    if outcome.error is None:
        delivery.status, delivery.delivered_at = DeliveryStatus.DELIVERED, at
    elif wait is None or outcome.final:
        delivery.status = DeliveryStatus.FAILED
        log().error("delivery.failed", delivery_id=str(delivery.id), channel=delivery.channel, reason=outcome.error)
    else:
        delivery.next_attempt_at = at + wait
        _come_back(db, delivery, at=at)
    if outcome.gone and delivery.webhook_endpoint_id is not None:
        endpoint = queries.get_endpoint(db, account_id=account_id, webhook_id=delivery.webhook_endpoint_id)
        endpoint.disabled_at = at


def _come_back(db: Session, delivery: NotificationDelivery, *, at: datetime) -> None:
    due = DeliveryDue(account_id=delivery.account_id, delivery_id=delivery.id)
    outbox.put(db, due, at=at, due_at=delivery.next_attempt_at)
