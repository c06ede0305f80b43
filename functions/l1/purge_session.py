"""DELETE /v1/l1/sessions/{session_id}: forget a walk for good."""

from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flywheel import purging
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.delete("/v1/l1/sessions/<session_id>", tags=["l1"], operation_id="purge_session", status_code=204)
def purge_session(session_id: UUID) -> Response[None]:
    """Delete a walk and its ticket; its words leave the proposals it stood behind."""
    caller = authorize(app.current_event, Permission.MANAGE_ACCOUNT)
    with transaction(caller) as db:
        purging.purge_session(db, session_id=session_id, by=caller, at=now())
    return Response(status_code=204)


handler = lambda_handler(app)
