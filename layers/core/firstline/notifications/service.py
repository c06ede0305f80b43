"""An event becomes notifications and deliveries: once, however often the message comes."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from firstline.accounts.rules import Caller
from firstline.db.models import Notification, NotificationDelivery
from firstline.db.models.notifications import DeliveryChannel, DeliveryStatus
from firstline.notifications import queries, rules
from firstline.notifications.rules import Event, Person, Wording
from firstline.notifications.schemas import UnreadCount
from firstline.observability import log
from firstline.outbox import service as outbox
from firstline.outbox.messages import DeliveryDue, EventHappened

_NAMESPACE = UUID("5a1f4be5-6a0c-4f0b-9f43-0e3f1c7f9a52")


def notify(db: Session, *, happened: EventHappened, at: datetime) -> None:
    """Tell people and webhooks; what was told already, by an earlier delivery of the message, is not told again."""
    fact = _identity(happened)
    wording = rules.word(happened.event, happened.facts)
    recipients = list(_recipients(db, happened))
    if wording is not None:
        _tell_in_app(db, happened, fact, wording, recipients, at)
    for row in (*_mails(db, happened, fact, wording, recipients, at), *_webhooks(db, happened, fact, at)):
        _queue(db, row, at=at)
    if happened.event == Event.L1_SESSION_ESCALATED and not recipients:
        log().warning("escalation.nobody_to_tell", session_id=str(happened.subject_id))


def mark_read(db: Session, *, caller: Caller, notification_id: UUID, at: datetime) -> Notification:
    notification = queries.get_notification(
        db, account_id=caller.account_id, user_id=caller.user_id, notification_id=notification_id
    )
    notification.read_at = notification.read_at or at
    return notification


def mark_all_read(db: Session, *, caller: Caller, at: datetime) -> UnreadCount:
    row = Notification
    mine = (row.account_id == caller.account_id) & (row.user_id == caller.user_id)
    db.execute(update(row).where(mine, row.read_at.is_(None)).values(read_at=at))
    return UnreadCount(unread_count=0)


def _identity(happened: EventHappened) -> UUID:
    """Return an id that follows from the fact itself, so that the same fact makes the same rows."""
    fact = [str(happened.account_id), happened.event, str(happened.subject_id), happened.facts]
    return uuid5(_NAMESPACE, json.dumps(fact, sort_keys=True))


def _recipients(db: Session, happened: EventHappened) -> Iterable[Person]:
    account_id, subject_id = happened.account_id, happened.subject_id
    people = queries.list_people(db, account_id=account_id)
    if happened.event == Event.L1_SESSION_ESCALATED:
        chosen = queries.find_chosen_recipients(db, account_id=account_id)
        return rules.escalation_recipients(people, chosen)
    if happened.event == Event.PROPOSAL_PENDING:
        team_id = queries.find_team_of_proposal(db, account_id=account_id, proposal_id=subject_id)
        return rules.reviewers(people, team_id)
    if happened.event == Event.PROPOSAL_APPROVED:
        authors = queries.list_authors(db, account_id=account_id, proposal_id=subject_id)
        return [person for person in people if person.id in authors]
    if happened.event == Event.KNOWLEDGE_GAP_DETECTED:
        return rules.reviewers(people, None)
    return []


def _tell_in_app(
    db: Session, happened: EventHappened, fact: UUID, wording: Wording, recipients: Iterable[Person], at: datetime
) -> None:
    rows = [
        {
            "account_id": happened.account_id,
            "id": uuid5(fact, f"app {person.id}"),
            "user_id": person.id,
            "event": happened.event,
            "title": wording.title,
            "body": wording.body,
            "link": wording.link,
            "subject": {"type": wording.subject_type, "id": str(happened.subject_id)},
            "created_at": at,
        }
        for person in recipients
    ]
    if rows:
        db.execute(insert(Notification).values(rows).on_conflict_do_nothing())


def _mails(
    db: Session,
    happened: EventHappened,
    fact: UUID,
    wording: Wording | None,
    recipients: Iterable[Person],
    at: datetime,
) -> Iterator[dict[str, Any]]:
    """Yield deliveries by mail: of an escalation, for somebody waits, and of an invite; the rest stays in the app."""
    if happened.event == Event.L1_SESSION_ESCALATED and wording is not None:
        for person in recipients:
            payload = {"subject": wording.title, "text": wording.body, "link": wording.link}
            row = _delivery(
                happened, uuid5(fact, f"mail {person.id}"), DeliveryChannel.EMAIL, person.email, payload, at
            )
            yield row | {"notification_id": uuid5(fact, f"app {person.id}")}
    if happened.event == rules.INVITE_CREATED:
        address = queries.find_invite_address(db, account_id=happened.account_id, invite_id=happened.subject_id)
        if address is not None:
            name = queries.get_account_name(db, account_id=happened.account_id)
            text = f"Sign in with this address ({address}) and you are in."
            payload = {"subject": f"{name} invites you to Firstline", "text": text, "link": "/"}
            yield _delivery(happened, uuid5(fact, "mail"), DeliveryChannel.EMAIL, address, payload, at)


def _webhooks(db: Session, happened: EventHappened, fact: UUID, at: datetime) -> Iterator[dict[str, Any]]:
    payload = {
        "type": happened.event,
        "timestamp": at.isoformat(),
        "data": {"account_id": str(happened.account_id), "id": str(happened.subject_id), **happened.facts},
    }
    for endpoint in queries.list_enabled_endpoints(db, account_id=happened.account_id):
        if rules.hears(endpoint.events, happened.event):
            delivery_id = uuid5(fact, f"webhook {endpoint.id}")
            row = _delivery(happened, delivery_id, DeliveryChannel.WEBHOOK, endpoint.url, payload, at)
            yield row | {"webhook_endpoint_id": endpoint.id}


def _delivery(
    happened: EventHappened,
    delivery_id: UUID,
    channel: DeliveryChannel,
    recipient: str,
    payload: dict[str, Any],
    at: datetime,
) -> dict[str, Any]:
    return {
        "account_id": happened.account_id,
        "id": delivery_id,
        "channel": channel,
        "recipient": recipient,
        "event": happened.event,
        "payload": payload,
        "status": DeliveryStatus.PENDING,
        "created_at": at,
    }


def _queue(db: Session, row: dict[str, Any], *, at: datetime) -> None:
    """Store a delivery and have it tried; one that is there already has been queued with it."""
    known = insert(NotificationDelivery).values(**row).on_conflict_do_nothing().returning(NotificationDelivery.id)
    if db.scalar(known) is not None:
        outbox.put(db, DeliveryDue(account_id=row["account_id"], delivery_id=row["id"]), at=at)
