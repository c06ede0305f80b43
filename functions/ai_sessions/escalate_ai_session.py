"""POST /v1/ai-sessions/{session_id}/escalate: somebody else has to look."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.ai_sessions import service
from firstline.ai_sessions.schemas import AiSessionDetail, EscalateAiSession
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/ai-sessions/<session_id>/escalate", tags=["ai-sessions"], operation_id="escalate_ai_session")
def escalate_ai_session(session_id: UUID, body: EscalateAiSession) -> AiSessionDetail:
    """End an AI session as handed on."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    with transaction(caller) as db:
        return service.escalate_ai_session(
            db,
            by=caller,
            session_id=session_id,
            reason_category=body.reason_category,
            reason=body.reason,
            at=now(),
        )


handler = lambda_handler(app)
