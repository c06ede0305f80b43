"""GET /v1/webhooks/{webhook_id}/deliveries: what arrived, and what did not."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.models.notifications import DeliveryStatus
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import lists
from firstline.notifications.schemas import DeliveryDetails
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/webhooks/<webhook_id>/deliveries", tags=["webhooks"], operation_id="list_webhook_deliveries")
def list_webhook_deliveries(
    webhook_id: UUID,
    *,
    status: Annotated[DeliveryStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[DeliveryDetails]:
    """List a receiver's deliveries, newest first."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return lists.list_deliveries(
            db, account_id=caller.account_id, webhook_id=webhook_id, status=status, cursor=cursor, limit=limit
        )


handler = lambda_handler(app)
