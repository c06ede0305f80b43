"""Everything that is read about notifications, their receivers and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, union
from sqlalchemy.orm import Session

from firstline.db.models import (
    Account,
    AiSession,
    Invite,
    Notification,
    NotificationDelivery,
    Proposal,
    User,
    Walk,
    WebhookEndpoint,
)
from firstline.db.models.accounts import Role
from firstline.db.models.notifications import DeliveryStatus
from firstline.errors import NotFound
from firstline.notifications.rules import Person
from firstline.paging import decode_cursor


def list_people(db: Session, *, account_id: UUID) -> list[Person]:
    """Return the account's users who may be told anything: active and not deleted."""
    query = (
        select(User)
        .where(User.account_id == account_id, User.is_active, User.deleted_at.is_(None))
        .order_by(User.created_at, User.id)
    )
    return [
        Person(user.id, user.email, Role(user.account_role), user.team_id, user.is_team_admin)
        for user in db.scalars(query)
    ]


def find_chosen_recipients(db: Session, *, account_id: UUID) -> list[str] | None:
    """Return the account's own choice of who hears of escalations; None for the defaults."""
    return db.scalar(select(Account.escalation_recipients).where(Account.id == account_id))


def find_team_of_proposal(db: Session, *, account_id: UUID, proposal_id: UUID) -> UUID | None:
    return db.scalar(select(Proposal.team_id).where(Proposal.account_id == account_id, Proposal.id == proposal_id))


def list_authors(db: Session, *, account_id: UUID, proposal_id: UUID) -> set[UUID]:
    """Return the users whose sessions a proposal was made of."""
    ids = db.scalar(
        select(Proposal.supporting_session_ids).where(Proposal.account_id == account_id, Proposal.id == proposal_id)
    )
    sessions = [UUID(session_id) for session_id in ids or ()]
    walks = select(Walk.created_by_user_id).where(Walk.account_id == account_id, Walk.id.in_(sessions))
    ai = select(AiSession.user_id).where(AiSession.account_id == account_id, AiSession.id.in_(sessions))
    return set(db.scalars(union(walks, ai)))


def find_invite_address(db: Session, *, account_id: UUID, invite_id: UUID) -> str | None:
    """Return where an open invite goes."""
    query = select(Invite.email).where(
        Invite.account_id == account_id,
        Invite.id == invite_id,
        Invite.accepted_at.is_(None),
        Invite.revoked_at.is_(None),
    )
    return db.scalar(query)


def get_account_name(db: Session, *, account_id: UUID) -> str:
    return db.scalars(select(Account.name).where(Account.id == account_id)).one()


def list_notifications(
    db: Session, *, account_id: UUID, user_id: UUID, unread: bool | None, cursor: str | None, limit: int
) -> Sequence[Notification]:
    """Return a user's notifications, newest first, and one more than `limit` when there are more."""
    query = select(Notification).where(Notification.account_id == account_id, Notification.user_id == user_id)
    if unread is not None:
        query = query.where(Notification.read_at.is_(None) if unread else Notification.read_at.is_not(None))
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(Notification.created_at, Notification.id) < after)
    return db.scalars(query.order_by(Notification.created_at.desc(), Notification.id.desc()).limit(limit + 1)).all()


def count_unread(db: Session, *, account_id: UUID, user_id: UUID) -> int:
    query = select(func.count()).where(
        Notification.account_id == account_id, Notification.user_id == user_id, Notification.read_at.is_(None)
    )
    return db.scalar(query) or 0


def get_notification(db: Session, *, account_id: UUID, user_id: UUID, notification_id: UUID) -> Notification:
    notification = db.get(Notification, (account_id, notification_id))
    if notification is None or notification.user_id != user_id:
        raise NotFound("You have no such notification.")
    return notification


def get_endpoint(db: Session, *, account_id: UUID, webhook_id: UUID, lock: bool = False) -> WebhookEndpoint:
    endpoint = db.get(WebhookEndpoint, (account_id, webhook_id), with_for_update=lock or None)
    if endpoint is None:
        raise NotFound("There is no such webhook in your account.")
    return endpoint


def list_endpoints(db: Session, *, account_id: UUID, cursor: str | None, limit: int) -> Sequence[WebhookEndpoint]:
    """Return receivers, oldest first, and one more than `limit` when there are more."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.account_id == account_id)
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(WebhookEndpoint.created_at, WebhookEndpoint.id) > after)
    return db.scalars(query.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id).limit(limit + 1)).all()


def list_enabled_endpoints(db: Session, *, account_id: UUID) -> Sequence[WebhookEndpoint]:
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.account_id == account_id, WebhookEndpoint.disabled_at.is_(None)
    )
    return db.scalars(query.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)).all()


def count_endpoints(db: Session, *, account_id: UUID) -> int:
    return db.scalar(select(func.count()).where(WebhookEndpoint.account_id == account_id)) or 0


def lock_pending_delivery(db: Session, *, account_id: UUID, delivery_id: UUID) -> NotificationDelivery | None:
    """Return a delivery that is neither done nor given up, under a row lock."""
    delivery = db.get(NotificationDelivery, (account_id, delivery_id), with_for_update=True)
    return delivery if delivery is not None and delivery.status == DeliveryStatus.PENDING else None


def list_deliveries(
    db: Session,
    *,
    account_id: UUID,
    webhook_id: UUID,
    status: DeliveryStatus | None,
    cursor: str | None,
    limit: int,
) -> Sequence[NotificationDelivery]:
    """Return a receiver's deliveries, newest first, and one more than `limit` when there are more."""
    row = NotificationDelivery
    query = select(row).where(row.account_id == account_id, row.webhook_endpoint_id == webhook_id)
    if status is not None:
        query = query.where(row.status == status)
    if after := decode_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(row.created_at, row.id) < after)
    return db.scalars(query.order_by(row.created_at.desc(), row.id.desc()).limit(limit + 1)).all()
