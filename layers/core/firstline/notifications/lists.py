"""The lists of notifications, webhooks and deliveries, page by page."""

from uuid import UUID

from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models.notifications import DeliveryStatus
from firstline.notifications import queries
from firstline.notifications.schemas import (
    DeliveryDetails,
    NotificationDetails,
    NotificationPage,
    WebhookDetails,
)
from firstline.paging import Page, encode_cursor, page_of


def list_notifications(
    db: Session, *, caller: Caller, unread: bool | None, cursor: str | None, limit: int
) -> NotificationPage:
    account_id, user_id = caller.account_id, caller.user_id
    found = queries.list_notifications(
        db, account_id=account_id, user_id=user_id, unread=unread, cursor=cursor, limit=limit
    )
    rows, more = page_of(found, limit)
    return NotificationPage(
        items=[NotificationDetails.model_validate(row) for row in rows],
        next_cursor=encode_cursor(rows[-1].created_at, rows[-1].id) if more else None,
        unread_count=queries.count_unread(db, account_id=account_id, user_id=user_id),
    )


def list_webhooks(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Page[WebhookDetails]:
    rows, more = page_of(queries.list_endpoints(db, account_id=account_id, cursor=cursor, limit=limit), limit)
    items = [WebhookDetails.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].created_at, rows[-1].id) if more else None)


def list_deliveries(
    db: Session, *, account_id: UUID, webhook_id: UUID, status: DeliveryStatus | None, cursor: str | None, limit: int
) -> Page[DeliveryDetails]:
    queries.get_endpoint(db, account_id=account_id, webhook_id=webhook_id)
    found = queries.list_deliveries(
        db, account_id=account_id, webhook_id=webhook_id, status=status, cursor=cursor, limit=limit
    )
    rows, more = page_of(found, limit)
    items = [DeliveryDetails.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].created_at, rows[-1].id) if more else None)
