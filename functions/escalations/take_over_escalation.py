"""POST /v1/l1/escalations/{session_id}/take-over: go on where a walk stuck."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.ai_sessions.schemas import AiSessionProgress
from firstline.clock import now
from firstline.escalations import taking_over
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/l1/escalations/<session_id>/take-over", tags=["escalations"], operation_id="take_over_escalation")
def take_over_escalation(session_id: UUID) -> AiSessionProgress:
    """Take an escalated walk over, claiming it where nobody has, and return the first step."""
    caller = authorize(app.current_event, Permission.HANDLE_ESCALATIONS)
    return taking_over.take_over_escalation(caller, walk_id=session_id, clock=now)


handler = lambda_handler(app)
