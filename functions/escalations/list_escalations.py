"""GET /v1/l1/escalations: what waits for an engineer."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.escalations import service
from firstline.escalations.schemas import Escalation
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/l1/escalations", tags=["escalations"], operation_id="list_escalations")
def list_escalations(
    unclaimed: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[Escalation]:
    """List escalated walks, newest first."""
    caller = authorize(app.current_event, Permission.HANDLE_ESCALATIONS)
    with transaction(caller) as db:
        return service.list_escalations(
            db, account_id=caller.account_id, unclaimed=unclaimed, cursor=cursor, limit=limit, at=now()
        )


handler = lambda_handler(app)
