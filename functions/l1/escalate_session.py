"""POST /v1/l1/sessions/{session_id}/escalate: an engineer has to look."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.details import describe
from firstline.walks.schemas import EscalateSession, WalkDetail
from firstline.walks.service import escalate_walk

app = api()


@app.post("/v1/l1/sessions/<session_id>/escalate", tags=["l1"], operation_id="escalate_session")
def escalate_session(session_id: UUID, body: EscalateSession) -> WalkDetail:
    """End a walk as escalated."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        walk = escalate_walk(
            db,
            by=caller,
            walk_id=session_id,
            reason_category=body.reason_category,
            reason=body.reason,
            at=now(),
        )
        return describe(db, walk)


handler = lambda_handler(app)
