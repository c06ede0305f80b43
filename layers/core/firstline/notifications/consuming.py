"""What the notifications queue brings."""

from datetime import datetime

from firstline.db.transaction import transaction
from firstline.notifications import delivering, service
from firstline.outbox.messages import DeliveryDue, EventHappened, Message


class NotForNotifications(Exception):  # noqa: N818  named like every other fact
    """The topic belongs to another queue; the message goes to the dead letters."""


def consume(message: Message, *, at: datetime) -> None:
    """Handle one message, in transactions of its own; raises NotForNotifications."""
    if isinstance(message, DeliveryDue):
        delivering.deliver(message, delivery_id=message.delivery_id, at=at)
    elif isinstance(message, EventHappened):
        with transaction(message) as db:
            service.notify(db, happened=message, at=at)
    else:
        raise NotForNotifications(message.topic)
