"""PATCH /v1/webhooks/{webhook_id}: change where events are sent, and which."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import webhooks
from firstline.notifications.schemas import UpdateWebhook, WebhookDetails

app = api()


@app.patch("/v1/webhooks/<webhook_id>", tags=["webhooks"], operation_id="update_webhook")
def update_webhook(webhook_id: UUID, body: UpdateWebhook) -> WebhookDetails:
    """Change what is sent; enabled false stops deliveries."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return webhooks.update_webhook(db, webhook_id=webhook_id, change=body, by=caller, at=now())


handler = lambda_handler(app)
