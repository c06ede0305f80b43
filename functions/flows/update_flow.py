"""PUT /v1/flows/{flow_id}: write the draft of a flow."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows import service
from firstline.flows.schemas import FlowDetail, UpdateFlow
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import IfMatch, revision_of, tagged
from firstline.matching.service import index_flow

app = api()


@app.put("/v1/flows/<flow_id>", tags=["flows"], operation_id="update_flow")
def update_flow(flow_id: UUID, body: UpdateFlow, if_match: IfMatch = None) -> Response[FlowDetail]:
    """Write what is given; with If-Match, only over the revision that was read."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        state = service.update_draft(
            db,
            flow_id=flow_id,
            change=body.draft(),
            by=caller,
            at=now(),
            index=index_flow,
            expected_revision=revision_of(if_match),
        )
        return tagged(FlowDetail.of_state(state), revision=state.flow.revision)


handler = lambda_handler(app)
