"""POST /v1/flows/{flow_id}/publish: put a draft in front of technicians."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows.schemas import PublishFlow
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import IfMatch, revision_of
from firstline.matching import duplicates
from firstline.matching.schemas import PublishedVersion

app = api()


@app.post("/v1/flows/<flow_id>/publish", tags=["flows"], operation_id="publish_flow")
def publish_flow(flow_id: UUID, body: PublishFlow, if_match: IfMatch = None) -> PublishedVersion:
    """Publish the draft as the next version; walks under way stay on theirs. Warnings name live flows like it."""
    caller = authorize(app.current_event, Permission.PUBLISH_FLOWS)
    with transaction(caller) as db:
        published = duplicates.publish_flow(
            db,
            flow_id=flow_id,
            note=body.note,
            by=caller,
            at=now(),
            expected_live_version=body.expected_live_version,
            expected_revision=revision_of(if_match),
        )
        return PublishedVersion.of_published(published)


handler = lambda_handler(app)
