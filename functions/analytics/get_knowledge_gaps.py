"""GET /v1/analytics/knowledge-gaps: what the library lacks."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.analytics import service
from firstline.analytics.rules import Period
from firstline.analytics.schemas import KnowledgeGaps
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/analytics/knowledge-gaps", tags=["analytics"], operation_id="get_knowledge_gaps")
def get_knowledge_gaps(period: Annotated[Period, Query()] = Period.MONTH) -> KnowledgeGaps:
    """Return what should be written, reviewed or reworded, worst first."""
    caller = authorize(app.current_event, Permission.READ_ANALYTICS)
    with transaction(caller) as db:
        return service.get_knowledge_gaps(db, account_id=caller.account_id, period=period, at=now())


handler = lambda_handler(app)
