"""POST /v1/notifications/{notification_id}/read: I have seen it."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import service
from firstline.notifications.schemas import NotificationDetails

app = api()


@app.post("/v1/notifications/<notification_id>/read", tags=["notifications"], operation_id="mark_notification_read")
def mark_notification_read(notification_id: UUID) -> NotificationDetails:
    """Mark one of the caller's notifications as read."""
    caller = authorize(app.current_event, Permission.USE_PRODUCT)
    with transaction(caller) as db:
        return NotificationDetails.model_validate(
            service.mark_read(db, caller=caller, notification_id=notification_id, at=now())
        )


handler = lambda_handler(app)
