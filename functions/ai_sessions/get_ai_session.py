"""GET /v1/ai-sessions/{session_id}: an AI session with its steps."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.ai_sessions import service
from firstline.ai_sessions.schemas import AiSessionDetail
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.get("/v1/ai-sessions/<session_id>", tags=["ai-sessions"], operation_id="get_ai_session")
def get_ai_session(session_id: UUID) -> AiSessionDetail:
    """Return one AI session: steps in order with their answers, cost, confidence."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    with transaction(caller) as db:
        return service.get_ai_session(db, caller=caller, session_id=session_id)


handler = lambda_handler(app)
