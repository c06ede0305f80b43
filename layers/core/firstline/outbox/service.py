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
_TOLD = "firstline.outbox"  # where a session keeps what it will send
Told = tuple[str, UUID, dict[str, Any]]  # topic, message id, payload


def put(db: Session, message: Message, *, at: datetime, due_at: datetime | None = None) -> UUID:
    """Write a fact with the change it tells of; it is sent right after the commit, or when it is due."""
    message_id, payload = uuid4(), {name: _plain(value) for name, value in asdict(message).items()}
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
        if not (told := db.info.setdefault(_TOLD, [])):
            after_commit(db, lambda: _send_quietly(message, db.info.pop(_TOLD), at=at))
        told.append((message.topic, message_id, payload))
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
        told = [(row.topic, row.id, row.payload) for row in rows]
        for row in rows:
            row.due_at = at + CLAIM
    for url, entries in _by_queue(told).items():
        sqs.send_batch(url, entries)
    _mark_sent(who, [message_id for _, message_id, _ in told], at=at)
    return len(told)


def forget_sent(who: InAccount, *, at: datetime) -> int:
    """Delete one account's messages that were sent a week ago, and return how many."""
    with transaction(who) as db:
        deleted = db.execute(
            delete(OutboxMessage).where(OutboxMessage.account_id == who.account_id, OutboxMessage.sent_at < at - KEPT)
        )
        return int(getattr(deleted, "rowcount", 0))


def _by_queue(told: Sequence[Told]) -> dict[str, list[dict[str, str]]]:
    """Return the entries of a batch for the address of each queue."""
    by_queue: dict[str, list[dict[str, str]]] = {}
    for topic, message_id, payload in told:
        url = getattr(settings(), CATALOGUE[topic].queue.value)
        body = json.dumps({"message_id": str(message_id), "topic": topic, **payload})
        by_queue.setdefault(url, []).append({"Id": str(message_id), "MessageBody": body})
    return by_queue


def _send_quietly(who: InAccount, told: Sequence[Told], *, at: datetime) -> None:
    """Send what one unit of work told, ten by ten; what cannot be sent now is left to the sweep."""
    sent: list[UUID] = []
    for start in range(0, len(told), BATCH):
        for url, entries in _by_queue(told[start : start + BATCH]).items():
            try:
                sqs.send_batch(url, entries)
                sent += [UUID(entry["Id"]) for entry in entries]
            except Exception:  # noqa: BLE001  the change itself is committed; the sweep sends what stayed unsent
                log().warning("outbox.send_postponed", messages=[entry["Id"] for entry in entries], exc_info=True)
    try:
        if sent:
            _mark_sent(who, sent, at=at)
    except Exception:  # noqa: BLE001  sent twice is better than failed: the change is committed
        log().warning("outbox.send_postponed", messages=list(map(str, sent)), exc_info=True)


def _mark_sent(who: InAccount, message_ids: Sequence[UUID], *, at: datetime) -> None:
    with transaction(who) as db:
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.account_id == who.account_id, OutboxMessage.id.in_(message_ids))
            .values(sent_at=at)
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
