"""The event catalogue: every fact one part of Firstline tells another, frozen and in past tense."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID


class UnknownTopic(Exception):  # noqa: N818  named like every other fact
    """Nobody here listens to a message's topic; its record goes to the dead letters."""


class Queue(StrEnum):
    """Who listens; the value is the setting that holds the queue's address."""

    FLYWHEEL = "flywheel_queue_url"
    NOTIFICATIONS = "notifications_queue_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A fact about an account. Fields besides are plain JSON values or UUIDs."""

    topic: ClassVar[str]
    queue: ClassVar[Queue]

    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResolved(Message):
    """A walk or an AI session was resolved helpfully, with at least one answered step: the flywheel captures it."""

    topic: ClassVar[str] = "session.resolved"
    queue: ClassVar[Queue] = Queue.FLYWHEEL

    session_id: UUID
    session_type: str  # walk | ai_session


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkEnded(Message):
    """A walk ended in any other way: evidence about its nodes, never a proposal of its own."""

    topic: ClassVar[str] = "walk.ended"
    queue: ClassVar[Queue] = Queue.FLYWHEEL

    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(Message):
    """A resolved ticket came back: its walk did not cure the problem after all."""

    topic: ClassVar[str] = "ticket.reopened"
    queue: ClassVar[Queue] = Queue.FLYWHEEL

    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHappened(Message):
    """Something people or webhooks may want to know; `event` is one of the names of product events."""

    topic: ClassVar[str] = "event.happened"
    queue: ClassVar[Queue] = Queue.NOTIFICATIONS

    event: str
    subject_id: UUID
    facts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDue(Message):
    """A delivery is to be tried, for the first time or again."""

    topic: ClassVar[str] = "delivery.due"
    queue: ClassVar[Queue] = Queue.NOTIFICATIONS

    delivery_id: UUID


CATALOGUE: dict[str, type[Message]] = {
    message.topic: message for message in (SessionResolved, WalkEnded, TicketReopened, EventHappened, DeliveryDue)
}
