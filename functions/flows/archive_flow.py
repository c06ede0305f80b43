"""DELETE /v1/flows/{flow_id}: take a flow out of use; nothing is lost."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows import service
from firstline.flows.schemas import FlowSummary
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import IfMatch, revision_of, tagged
from firstline.matching.service import unindex_flow

app = api()


@app.delete("/v1/flows/<flow_id>", tags=["flows"], operation_id="archive_flow")
def archive_flow(flow_id: UUID, if_match: IfMatch = None) -> Response[FlowSummary]:
    """Archive a flow: it is matched no more, walks under way go on, a rollback brings it back."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        flow = service.archive_flow(
            db, flow_id=flow_id, by=caller, at=now(), unindex=unindex_flow, expected_revision=revision_of(if_match)
        )
        return tagged(FlowSummary.of(flow), revision=flow.revision)


handler = lambda_handler(app)
