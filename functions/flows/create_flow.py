"""POST /v1/flows: begin a flow, as a draft."""

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows import service
from firstline.flows.schemas import CreateFlow, FlowDetail
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import tagged

app = api()


@app.post("/v1/flows", tags=["flows"], operation_id="create_flow", status_code=201)
def create_flow(body: CreateFlow) -> Response[FlowDetail]:
    """Store a draft; whether it is sound is asked when it is published."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        state = service.create_draft(db, draft=body.draft(), by=caller, at=now())
        return tagged(FlowDetail.of_state(state), revision=state.flow.revision, status=201)


handler = lambda_handler(app)
