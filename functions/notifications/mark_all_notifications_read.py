"""POST /v1/notifications/read: I have seen them all."""

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import service
from firstline.notifications.schemas import UnreadCount

app = api()


@app.post("/v1/notifications/read", tags=["notifications"], operation_id="mark_all_notifications_read")
def mark_all_notifications_read() -> UnreadCount:
    """Mark all of the caller's notifications as read."""
    caller = authorize(app.current_event, Permission.USE_PRODUCT)
    with transaction(caller) as db:
        return service.mark_all_read(db, caller=caller, at=now())


handler = lambda_handler(app)
