"""POST /v1/l1/escalations/{session_id}/claim: take an escalation on."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.escalations import service
from firstline.escalations.schemas import Escalation
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/l1/escalations/<session_id>/claim", tags=["escalations"], operation_id="claim_escalation")
def claim_escalation(session_id: UUID) -> Escalation:
    """Claim an escalated walk; one engineer wins."""
    caller = authorize(app.current_event, Permission.HANDLE_ESCALATIONS)
    with transaction(caller) as db:
        return service.claim_escalation(db, session_id=session_id, by=caller, at=now())


handler = lambda_handler(app)
