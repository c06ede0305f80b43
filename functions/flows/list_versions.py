"""GET /v1/flows/{flow_id}/versions: what was published of a flow, newest first."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import listing
from firstline.flows.schemas import VersionSummary
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/flows/<flow_id>/versions", tags=["flows"], operation_id="list_versions")
def list_versions(
    flow_id: UUID,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[VersionSummary]:
    """List the versions of a flow, without their graphs."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        return listing.list_versions(db, caller=caller, flow_id=flow_id, limit=limit, cursor=cursor)


handler = lambda_handler(app)
