"""DELETE /v1/webhooks/{webhook_id}: send events there no more."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import webhooks

app = api()


@app.delete("/v1/webhooks/<webhook_id>", tags=["webhooks"], operation_id="delete_webhook", status_code=204)
def delete_webhook(webhook_id: UUID) -> Response[None]:
    """Delete a receiver with its deliveries."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        webhooks.delete_webhook(db, webhook_id=webhook_id, by=caller, at=now())
    return Response(status_code=204)


handler = lambda_handler(app)
