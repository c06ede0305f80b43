"""GET /v1/flows/{flow_id}/versions/{version}: a flow as it was published."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Path

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import versions
from firstline.flows.schemas import VersionDetail
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/flows/<flow_id>/versions/<version>", tags=["flows"], operation_id="get_version")
def get_version(flow_id: UUID, version: Annotated[int, Path(ge=1, le=999_999_999)]) -> VersionDetail:
    """Return a version with its graph; it never changes."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        return VersionDetail.of(versions.get_version(db, caller=caller, flow_id=flow_id, number=version))


handler = lambda_handler(app)
