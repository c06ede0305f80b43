"""POST /v1/l1/escalations: hand a call on without walking it."""

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.escalations import service
from firstline.escalations.schemas import EscalateWithoutWalk, Escalation
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/l1/escalations", tags=["escalations"], operation_id="escalate_without_walk", status_code=201)
def escalate_without_walk(body: EscalateWithoutWalk) -> Escalation:
    """Open a ticket and escalate it at once."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return service.escalate_without_walk(db, wanted=body, by=caller, at=now())


handler = lambda_handler(app)
