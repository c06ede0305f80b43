"""POST /v1/webhooks/{webhook_id}/test: see whether it arrives."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import webhooks
from firstline.notifications.schemas import DeliveryDetails

app = api()


@app.post("/v1/webhooks/<webhook_id>/test", tags=["webhooks"], operation_id="send_test_webhook", status_code=202)
def send_test_webhook(webhook_id: UUID) -> DeliveryDetails:
    """Queue a delivery of `webhook.test` to one receiver."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return webhooks.send_test(db, webhook_id=webhook_id, by=caller, at=now())


handler = lambda_handler(app)
