"""POST /v1/ai-sessions/{session_id}/resolve: the problem is settled."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.ai_sessions import service
from firstline.ai_sessions.schemas import AiSessionDetail, ResolveAiSession
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/ai-sessions/<session_id>/resolve", tags=["ai-sessions"], operation_id="resolve_ai_session")
def resolve_ai_session(session_id: UUID, body: ResolveAiSession) -> AiSessionDetail:
    """End an AI session as resolved."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    with transaction(caller) as db:
        return service.resolve_ai_session(
            db,
            by=caller,
            session_id=session_id,
            helpful=body.helpful,
            resolution_notes=body.resolution_notes,
            at=now(),
        )


handler = lambda_handler(app)
