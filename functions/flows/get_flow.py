"""GET /v1/flows/{flow_id}: a flow with its live version, and its draft for those who author."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import queries
from firstline.flows.schemas import FlowDetail
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import tagged

app = api()


@app.get("/v1/flows/<flow_id>", tags=["flows"], operation_id="get_flow")
def get_flow(flow_id: UUID) -> Response[FlowDetail]:
    """Return a flow; its ETag is what a writer sends back as If-Match."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        state = queries.get_readable(db, caller=caller, flow_id=flow_id)
        return tagged(FlowDetail.of_state(state), revision=state.flow.revision)


handler = lambda_handler(app)
