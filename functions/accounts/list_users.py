"""GET /v1/users: the people of the account."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts import lists
from firstline.accounts.rules import Permission
from firstline.accounts.schemas import UserDetails
from firstline.db.models.accounts import Role
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/users", tags=["accounts"], operation_id="list_users")
def list_users(
    *,
    account_role: Annotated[Role | None, Query()] = None,
    is_active: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[UserDetails]:
    """List the users of the account, oldest first."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        return lists.list_users(
            db, account_id=caller.account_id, role=account_role, is_active=is_active, cursor=cursor, limit=limit
        )


handler = lambda_handler(app)
