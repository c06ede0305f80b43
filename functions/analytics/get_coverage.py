"""GET /v1/analytics/coverage: which problems the library covers."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.analytics import service
from firstline.analytics.rules import Period
from firstline.analytics.schemas import Coverage
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/analytics/coverage", tags=["analytics"], operation_id="get_coverage")
def get_coverage(period: Annotated[Period, Query()] = Period.MONTH) -> Coverage:
    """Return how far published flows carried each domain's sessions."""
    caller = authorize(app.current_event, Permission.READ_ANALYTICS)
    with transaction(caller) as db:
        return service.get_coverage(db, account_id=caller.account_id, period=period, at=now())


handler = lambda_handler(app)
