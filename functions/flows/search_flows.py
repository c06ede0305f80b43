"""GET /v1/flows/search: flows that hold every word of a query."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import listing
from firstline.flows.documents import Words
from firstline.flows.schemas import FlowSummary
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/flows/search", tags=["flows"], operation_id="search_flows")
def search_flows(
    q: Annotated[Words, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[FlowSummary]:
    """Search names, descriptions, tags and keywords; what the name holds comes first."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        return listing.search_flows(db, caller=caller, words=q, limit=limit, cursor=cursor)


handler = lambda_handler(app)
