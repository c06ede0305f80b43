"""POST /v1/ai-sessions/{session_id}/respond: answer a step, get the next."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.ai_sessions.responding import respond
from firstline.ai_sessions.schemas import AiSessionProgress, RespondAiSession
from firstline.clock import now
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/ai-sessions/<session_id>/respond", tags=["ai-sessions"], operation_id="respond_ai_session")
def respond_ai_session(session_id: UUID, body: RespondAiSession) -> AiSessionProgress:
    """Answer the pending step of an AI session and return the next one."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    return respond(caller, session_id=session_id, response=body, clock=now)


handler = lambda_handler(app)
