"""GET /v1/l1/queue: the tickets of the account."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.models.walks import TicketStatus
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from firstline.tickets import service
from firstline.tickets.schemas import QueuedTicket

app = api()


@app.get("/v1/l1/queue", tags=["l1"], operation_id="list_queue")
def list_queue(
    status: Annotated[TicketStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[QueuedTicket]:
    """List tickets, newest first."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return service.list_queue(db, account_id=caller.account_id, status=status, limit=limit, cursor=cursor)


handler = lambda_handler(app)
