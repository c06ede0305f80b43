"""GET /v1/flows: the library, the flow changed last first."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import listing
from firstline.flows.documents import Words
from firstline.flows.listing import FlowFilter
from firstline.flows.queries import FlowStatus
from firstline.flows.schemas import FlowSummary
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/flows", tags=["flows"], operation_id="list_flows")
def list_flows(
    status: Annotated[FlowStatus | None, Query()] = None,
    category: Annotated[Words | None, Query()] = None,
    domain: Annotated[Words | None, Query()] = None,
    team: Annotated[UUID | None, Query()] = None,
    tag: Annotated[Words | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[FlowSummary]:
    """List flows: published ones for everybody, drafts and archived ones for those who author."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    wanted = FlowFilter(status=status, category=category, domain=domain, team=team, tag=tag)
    with transaction(caller) as db:
        return listing.list_flows(db, caller=caller, wanted=wanted, limit=limit, cursor=cursor)


handler = lambda_handler(app)
