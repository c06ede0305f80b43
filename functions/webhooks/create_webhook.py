"""POST /v1/webhooks: have events sent somewhere."""

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import webhooks
from firstline.notifications.schemas import CreateWebhook, WebhookWithSecret

app = api()


@app.post("/v1/webhooks", tags=["webhooks"], operation_id="create_webhook", status_code=201)
def create_webhook(body: CreateWebhook) -> WebhookWithSecret:
    """Add a receiver; the answer tells its secret, once."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return webhooks.create_webhook(db, wanted=body, by=caller, at=now())


handler = lambda_handler(app)
