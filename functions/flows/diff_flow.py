"""GET /v1/flows/{flow_id}/diff: what leads from one version of a flow to another."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import versions
from firstline.flows.schemas import FlowDiff, VersionName
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/flows/<flow_id>/diff", tags=["flows"], operation_id="diff_flow")
def diff_flow(
    flow_id: UUID, before: Annotated[VersionName, Query(alias="from")], after: Annotated[VersionName, Query(alias="to")]
) -> FlowDiff:
    """Return the change list between two versions; each is a number, `live` or `draft`."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        return FlowDiff.of(versions.compare(db, caller=caller, flow_id=flow_id, before=before, after=after))


handler = lambda_handler(app)
