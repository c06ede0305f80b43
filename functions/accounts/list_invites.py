"""GET /v1/invites: who was invited."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts import lists
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import InviteDetails
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/invites", tags=["accounts"], operation_id="list_invites")
def list_invites(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT, cursor: Annotated[str | None, Query()] = None
) -> Page[InviteDetails]:
    """List invites, newest first, open and closed."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return lists.list_invites(db, account_id=caller.account_id, cursor=cursor, limit=limit)


handler = lambda_handler(app)
