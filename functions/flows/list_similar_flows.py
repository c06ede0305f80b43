"""GET /v1/flows/{flow_id}/similar: published flows that say the same, or cure the same findings otherwise."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.matching import duplicates
from firstline.matching.schemas import SimilarFlow, page_of_similar
from firstline.paging import Page

app = api()


@app.get("/v1/flows/<flow_id>/similar", tags=["flows"], operation_id="list_similar_flows")
def list_similar_flows(flow_id: UUID) -> Page[SimilarFlow]:
    """List duplicates and contradictions of a flow, the most alike first; authors have their draft compared."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        return page_of_similar(duplicates.find_similar(db, caller=caller, flow_id=flow_id))


handler = lambda_handler(app)
