"""GET /v1/ai-sessions: the caller's own AI sessions."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.ai_sessions import service
from firstline.ai_sessions.schemas import AiSessionSummary
from firstline.db.models.ai_sessions import AiSessionStatus
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

app = api()


@app.get("/v1/ai-sessions", tags=["ai-sessions"], operation_id="list_ai_sessions")
def list_ai_sessions(
    status: Annotated[AiSessionStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[AiSessionSummary]:
    """List the caller's AI sessions, newest step first."""
    caller = authorize(app.current_event, Permission.USE_AI_SESSIONS)
    with transaction(caller) as db:
        return service.list_ai_sessions(db, caller=caller, status=status, limit=limit, cursor=cursor)


handler = lambda_handler(app)
