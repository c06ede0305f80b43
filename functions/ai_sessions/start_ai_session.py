"""POST /v1/ai-sessions: begin an engineer's own troubleshooting."""

from firstline.accounts.rules import Permission
from firstline.ai_sessions import starting
from firstline.ai_sessions.schemas import AiSessionProgress, StartAiSession
from firstline.clock import now
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize

app = api()


@app.post("/v1/ai-sessions", tags=["ai-sessions"], operation_id="start_ai_session", status_code=201)
def start_ai_session(body: StartAiSession) -> AiSessionProgress:
    """Begin an AI session with its first step."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    return starting.start_ai_session(caller, wanted=body, clock=now)


handler = lambda_handler(app)
