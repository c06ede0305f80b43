"""GET /v1/webhooks/{webhook_id}: one receiver of events."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import queries
from firstline.notifications.schemas import WebhookDetails

app = api()


@app.get("/v1/webhooks/<webhook_id>", tags=["webhooks"], operation_id="get_webhook")
def get_webhook(webhook_id: UUID) -> WebhookDetails:
    """Return a receiver, without its secret."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return WebhookDetails.model_validate(
            queries.get_endpoint(db, account_id=caller.account_id, webhook_id=webhook_id)
        )


handler = lambda_handler(app)
