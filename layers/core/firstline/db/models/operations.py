"""What keeps the promises: audit log, outbox, idempotency keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db.models.tables import Identified, Table, Tenant, reference, word


class AuditLog(Identified, Table):
    """Who did what to what; append-only for the application role."""

    __tablename__ = "audit_logs"
    __table_args__ = (
        reference("user_id", "users", gone="SET NULL"),
        Index("ix_audit_logs_account_id_at", "account_id", "at", "id"),
        Index("ix_audit_logs_resource", "account_id", "resource_type", "resource_id"),
        {"comment": "One row per deed; the application role may only insert and read."},
    )

    user_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    resource_type: Mapped[str] = mapped_column(word(50))
    resource_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), default=dict)
    acting_as: Mapped[str | None] = mapped_column(word())
    at: Mapped[datetime]


class OutboxMessage(Identified, Table):
    """A fact to be told: written with the change it tells of, sent after the commit, swept if that was lost."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unsent", "due_at", postgresql_where="sent_at IS NULL"),
        Index("ix_outbox_sent_at", "sent_at"),
        {"comment": "Messages for the queues; sent_at is null until sent."},
    )

    topic: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(comment="Not to be sent before")
    sent_at: Mapped[datetime | None]


class IdempotencyKey(Tenant, Table):
    """The reply to a request that may be repeated; committed together with what the request did."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        reference("user_id", "users", gone="CASCADE"),
        Index("ix_idempotency_keys_claimed_at", "claimed_at"),
        {"comment": "Replies kept for 24 hours under the client's Idempotency-Key."},
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    claimed_at: Mapped[datetime]
    reply: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="status, headers, body; null while under way"
    )
