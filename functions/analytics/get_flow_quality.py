"""GET /v1/analytics/flow-quality: how flows and their edges fare."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.analytics import service
from firstline.analytics.rules import Period
from firstline.analytics.schemas import FlowQuality
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/analytics/flow-quality", tags=["analytics"], operation_id="get_flow_quality")
def get_flow_quality(
    period: Annotated[Period, Query()] = Period.MONTH,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[FlowQuality]:
    """Return how each walked flow fared, node by node, most walked first."""
    caller = authorize(app.current_event, Permission.READ_ANALYTICS)
    with transaction(caller) as db:
        return service.get_flow_quality(
            db, account_id=caller.account_id, period=period, limit=limit, cursor=cursor, at=now()
        )


handler = lambda_handler(app)
