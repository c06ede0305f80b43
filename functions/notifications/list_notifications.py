"""GET /v1/notifications: what I should know."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.notifications import lists
from firstline.notifications.schemas import NotificationPage
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT

app = api()


@app.get("/v1/notifications", tags=["notifications"], operation_id="list_notifications")
def list_notifications(
    unread: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> NotificationPage:
    """List the caller's notifications, newest first, and how many are unread."""
    caller = authorize(app.current_event, Permission.USE_PRODUCT)
    with transaction(caller) as db:
        return lists.list_notifications(db, caller=caller, unread=unread, cursor=cursor, limit=limit)


handler = lambda_handler(app)
