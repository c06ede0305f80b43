"""Notifications in the app, their deliveries by mail and webhook, and the receivers of webhooks."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, allowed, reference, word


class DeliveryStatus(StrEnum):
    """pending → delivered | failed; failed is final, after the last attempt."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryChannel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class Notification(Identified, Table):
    """Something a user should know, in the app."""

    __tablename__ = "notifications"
    __table_args__ = (
        reference("user_id", "users", gone="CASCADE"),
        Index("ix_notifications_user", "account_id", "user_id", "created_at", "id"),
        Index("ix_notifications_unread", "account_id", "user_id", postgresql_where="read_at IS NULL"),
        {"comment": "In-app notifications, one row per user."},
    )

    user_id: Mapped[UUID]
    event: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text, server_default="")
    link: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), default=dict)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class WebhookEndpoint(Identified, Table):
    """A receiver of outgoing webhooks (Standard Webhooks 1.0); two secrets while one is being rotated."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        reference("created_by", "users", gone="SET NULL"),
        Index("ix_webhook_endpoints_enabled", "account_id", postgresql_where="disabled_at IS NULL"),
        {"comment": "Receivers of outgoing webhooks."},
    )

    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str | None] = mapped_column(String(255))
    events: Mapped[list[str]] = mapped_column(comment="Event names; empty means every event")
    secret: Mapped[str] = mapped_column(String(128))
    previous_secret: Mapped[str | None] = mapped_column(String(128))
    previous_secret_until: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class NotificationDelivery(Identified, Table):
    """One attempt chain to one receiver; the id is the webhook's message id, the same at every retry."""

    __tablename__ = "notification_deliveries"
    __table_args__ = (
        reference("notification_id", "notifications", gone="CASCADE"),
        reference("webhook_endpoint_id", "webhook_endpoints", gone="CASCADE"),
        allowed("status", DeliveryStatus),
        allowed("channel", DeliveryChannel),
        Index("ix_notification_deliveries_pending", "account_id", "status", "created_at"),
        {"comment": "Deliveries by mail and webhook with their attempts."},
    )

    notification_id: Mapped[UUID | None]
    webhook_endpoint_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(word())
    recipient: Mapped[str] = mapped_column(String(2000))
    event: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(word(), server_default="pending", default="pending")
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
