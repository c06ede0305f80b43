"""POST /v1/flows/{flow_id}/rollback: publish an old version again, in one call."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows import publishing
from firstline.flows.schemas import RollBackFlow, VersionDetail
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import IfMatch, revision_of
from firstline.matching.service import index_flow

app = api()


@app.post("/v1/flows/<flow_id>/rollback", tags=["flows"], operation_id="rollback_flow")
def rollback_flow(flow_id: UUID, body: RollBackFlow, if_match: IfMatch = None) -> VersionDetail:
    """Publish an old version as the newest; an archived flow comes back by it."""
    caller = authorize(app.current_event, Permission.PUBLISH_FLOWS)
    with transaction(caller) as db:
        version = publishing.roll_back_flow(
            db,
            flow_id=flow_id,
            version=body.version,
            note=body.note,
            by=caller,
            at=now(),
            index=index_flow,
            expected_revision=revision_of(if_match),
        )
        return VersionDetail.of(version)


handler = lambda_handler(app)
