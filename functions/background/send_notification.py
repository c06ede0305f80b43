"""Notifications queue: tell people and webhooks what happened, and try the deliveries that are due."""

from firstline.clock import now
from firstline.notifications.consuming import consume
from firstline.outbox.messages import Message
from firstline.queues.consumer import consumer


def send_notification(message: Message) -> None:
    """Turn an event into notifications and deliveries, or try one delivery."""
    consume(message, at=now())


handler = consumer(send_notification)
