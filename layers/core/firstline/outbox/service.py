"""Putting facts in the outbox, sending them after the commit, and sweeping up what was lost."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firstline.db.models import OutboxMessage
from firstline.db.transaction import InAccount, after_commit, transaction
from firstline.integrations import sqs
from firstline.observability import log
from firstline.outbox.messages import CATALOGUE, Message
from firstline.settings import settings

BATCH = 10  # SQS takes ten messages at a time
KEPT = timedelta(days=7)
CLAIM = timedelta(minutes=1)  # a sweep that dies between sending and marking is repeated after this long


def put(db: Session, message: Message, *, at: datetime, due_at: datetime | None = None) -> UUID:
    """Write a fact with the change it tells of; it is sent right after the commit, or when it is due."""
    message_id = uuid4()
    payload = {name: _plain(value) for name, value in asdict(message).items()}
    db.add(
        OutboxMessage(
            account_id=message.account_id,
            id=message_id,
            topic=message.topic,
            payload=payload,
            created_at=at,
            due_at=due_at or at,
        )
    )
    if due_at is None or due_at <= at:
        after_commit(db, lambda: _send_quietly(message, message_id, at))
    return message_id


def send_due(who: InAccount, *, at: datetime, limit: int = BATCH) -> int:
    """Send one account's unsent messages that are due, and return how many; run by the sweep."""
    with transaction(who) as db:
        rows = db.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.account_id == who.account_id,
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.due_at <= at,
            )
            .order_by(OutboxMessage.due_at, OutboxMessage.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        bodies = [(row.topic, row.id, row.payload) for row in rows]
        for row in rows:
            row.due_at = at + CLAIM
    send(bodies)
    _mark_sent(who, [message_id for _, message_id, _ in bodies], at=at)
    return len(bodies)


def forget_sent(who: InAccount, *, at: datetime) -> int:
    """Delete one account's messages that were sent a week ago, and return how many."""
    with transaction(who) as db:
        deleted = db.execute(
            delete(OutboxMessage).where(OutboxMessage.account_id == who.account_id, OutboxMessage.sent_at < at - KEPT)
        )
        return int(getattr(deleted, "rowcount", 0))


def send(bodies: Sequence[tuple[str, UUID, dict[str, Any]]]) -> None:
    """Hand messages to their queues; raises what the queue raises."""
    by_queue: dict[str, list[dict[str, str]]] = {}
    for topic, message_id, payload in bodies:
        url = getattr(settings(), CATALOGUE[topic].queue.value)
        body = json.dumps({"message_id": str(message_id), "topic": topic, **payload})
        by_queue.setdefault(url, []).append({"Id": str(message_id), "MessageBody": body})
    for url, entries in by_queue.items():
        sqs.send_batch(url, entries)


def _send_quietly(message: Message, message_id: UUID, at: datetime) -> None:
    payload = {name: _plain(value) for name, value in asdict(message).items()}
    try:
        send([(message.topic, message_id, payload)])
        _mark_sent(message, [message_id], at=at)
    except Exception:  # noqa: BLE001  the change itself is committed; the sweep sends what stayed unsent
        log().warning("outbox.send_postponed", message_id=str(message_id), topic=message.topic, exc_info=True)


def _mark_sent(who: InAccount, message_ids: Sequence[UUID], *, at: datetime) -> None:
    with transaction(who) as db:
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.account_id == who.account_id, OutboxMessage.id.in_(message_ids))
            .values(sent_at=at)
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
