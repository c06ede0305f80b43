"""GET /v1/webhooks: who is sent events."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import lists
from firstline.notifications.schemas import WebhookDetails
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/webhooks", tags=["webhooks"], operation_id="list_webhooks")
def list_webhooks(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT, cursor: Annotated[str | None, Query()] = None
) -> Page[WebhookDetails]:
    """List the receivers of webhooks, oldest first."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return lists.list_webhooks(db, account_id=caller.account_id, cursor=cursor, limit=limit)


handler = lambda_handler(app)
