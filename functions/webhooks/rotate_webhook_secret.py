"""POST /v1/webhooks/{webhook_id}/rotate-secret: replace a receiver's secret."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import webhooks
from firstline.notifications.schemas import WebhookWithSecret

app = api()


@app.post("/v1/webhooks/<webhook_id>/rotate-secret", tags=["webhooks"], operation_id="rotate_webhook_secret")
def rotate_webhook_secret(webhook_id: UUID) -> WebhookWithSecret:
    """Make a new secret; the one before signs along for a day."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return webhooks.rotate_secret(db, webhook_id=webhook_id, by=caller, at=now())


handler = lambda_handler(app)
