"""GET /v1/teams: the teams of the account."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts import lists
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import TeamDetails
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/teams", tags=["accounts"], operation_id="list_teams")
def list_teams(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT, cursor: Annotated[str | None, Query()] = None
) -> Page[TeamDetails]:
    """List teams by name."""
    caller = authorize(app.current_event, Permission.USE_PRODUCT)
    with transaction(caller) as db:
        return lists.list_teams(db, account_id=caller.account_id, cursor=cursor, limit=limit)


handler = lambda_handler(app)
