"""Every change of the receivers of webhooks."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.audit import service as audit
from firstline.db.models import NotificationDelivery, WebhookEndpoint
from firstline.db.models.notifications import DeliveryChannel, DeliveryStatus
from firstline.errors import Conflict
from firstline.notifications import queries, rules
from firstline.notifications.schemas import (
    CreateWebhook,
    DeliveryDetails,
    UpdateWebhook,
    WebhookDetails,
    WebhookWithSecret,
)
from firstline.outbox import service as outbox
from firstline.outbox.messages import DeliveryDue

MAX_WEBHOOKS = 20


class TooManyWebhooks(Conflict):
    type = "too-many-webhooks"
    title = "The account has enough webhooks"


class WebhookDisabled(Conflict):
    type = "webhook-disabled"
    title = "The webhook is disabled"


def create_webhook(db: Session, *, wanted: CreateWebhook, by: Caller, at: datetime) -> WebhookWithSecret:
    """Add a receiver and tell its secret, once; raises TooManyWebhooks."""
    if queries.count_endpoints(db, account_id=by.account_id) >= MAX_WEBHOOKS:
        raise TooManyWebhooks(f"An account has at most {MAX_WEBHOOKS} webhooks. Delete one first.", limit=MAX_WEBHOOKS)
    endpoint = WebhookEndpoint(
        account_id=by.account_id,
        id=uuid4(),
        url=wanted.url,
        description=wanted.description,
        events=[*dict.fromkeys(wanted.events)],
        secret=rules.new_secret(),
        created_by=by.user_id,
        created_at=at,
    )
    db.add(endpoint)
    _record(db, endpoint, "webhook.created", by, at)
    return _with_secret(endpoint)


def update_webhook(db: Session, *, webhook_id: UUID, change: UpdateWebhook, by: Caller, at: datetime) -> WebhookDetails:
    endpoint = queries.get_endpoint(db, account_id=by.account_id, webhook_id=webhook_id, lock=True)
    wanted: dict[str, Any] = change.model_dump(exclude_unset=True)
    if "enabled" in wanted:
        wanted["disabled_at"] = None if wanted.pop("enabled") else endpoint.disabled_at or at
    for name, value in wanted.items():
        setattr(endpoint, name, value)
    _record(db, endpoint, "webhook.updated", by, at)
    return WebhookDetails.model_validate(endpoint)


def rotate_secret(db: Session, *, webhook_id: UUID, by: Caller, at: datetime) -> WebhookWithSecret:
    """Make a new secret; for a day the one before signs along, so that the receiver need not change at once."""
    endpoint = queries.get_endpoint(db, account_id=by.account_id, webhook_id=webhook_id, lock=True)
    endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, at + rules.ROTATION
    endpoint.secret = rules.new_secret()
    _record(db, endpoint, "webhook.secret_rotated", by, at)
    return _with_secret(endpoint)


def delete_webhook(db: Session, *, webhook_id: UUID, by: Caller, at: datetime) -> None:
    """Delete a receiver with its deliveries."""
    endpoint = queries.get_endpoint(db, account_id=by.account_id, webhook_id=webhook_id)
    _record(db, endpoint, "webhook.deleted", by, at)
    db.delete(endpoint)


def send_test(db: Session, *, webhook_id: UUID, by: Caller, at: datetime) -> DeliveryDetails:
    """Queue a delivery of `webhook.test` to one receiver; raises WebhookDisabled."""
    endpoint = queries.get_endpoint(db, account_id=by.account_id, webhook_id=webhook_id)
    if endpoint.disabled_at is not None:
        raise WebhookDisabled("Enable the webhook first: PATCH it with enabled true.")
    delivery = NotificationDelivery(
        account_id=by.account_id,
        id=uuid4(),
        webhook_endpoint_id=endpoint.id,
        channel=DeliveryChannel.WEBHOOK,
        recipient=endpoint.url,
        event=rules.WEBHOOK_TEST,
        payload={
            "type": rules.WEBHOOK_TEST,
            "timestamp": at.isoformat(),
            "data": {"account_id": str(by.account_id), "id": str(endpoint.id)},
        },
        status=DeliveryStatus.PENDING,
        attempts=0,
        created_at=at,
    )
    db.add(delivery)
    outbox.put(db, DeliveryDue(account_id=by.account_id, delivery_id=delivery.id), at=at)
    return DeliveryDetails.model_validate(delivery)


def _with_secret(endpoint: WebhookEndpoint) -> WebhookWithSecret:
    return WebhookWithSecret.model_validate(endpoint)


def _record(db: Session, endpoint: WebhookEndpoint, action: str, by: Caller, at: datetime) -> None:
    audit.record(
        db,
        account_id=endpoint.account_id,
        user_id=by.user_id,
        action=action,
        resource_type="webhook",
        resource_id=endpoint.id,
        details={"url": endpoint.url, "events": list(endpoint.events), "enabled": endpoint.disabled_at is None},
        at=at,
    )
