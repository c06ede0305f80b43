"""GET /v1/l1/sessions: the walks of the account."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.models.walks import WalkStatus
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from firstline.walks import listing
from firstline.walks.schemas import WalkSummary

app = api()


@app.get("/v1/l1/sessions", tags=["l1"], operation_id="list_sessions")
def list_sessions(
    status: Annotated[WalkStatus | None, Query()] = None,
    mine: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[WalkSummary]:
    """List walks: the caller's own active ones first, then by the newest step."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return listing.list_sessions(db, caller=caller, status=status, mine=mine, limit=limit, cursor=cursor)


handler = lambda_handler(app)
