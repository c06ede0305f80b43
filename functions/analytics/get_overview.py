"""GET /v1/analytics/overview: how the help desk fares."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.analytics import service
from firstline.analytics.rules import Period
from firstline.analytics.schemas import Overview
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/analytics/overview", tags=["analytics"], operation_id="get_overview")
def get_overview(period: Annotated[Period, Query()] = Period.MONTH) -> Overview:
    """Return sessions, rates, times and the KCS measures of a period."""
    caller = authorize(app.current_event, Permission.READ_ANALYTICS)
    with transaction(caller) as db:
        return service.get_overview(db, account_id=caller.account_id, period=period, at=now())


handler = lambda_handler(app)
