"""POST /v1/l1/sessions/{session_id}/advance: answer a step, get the next."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Body

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.advancing import advance
from firstline.walks.schemas import Advanced, AdvanceSession

app = api()


@app.post("/v1/l1/sessions/<session_id>/advance", tags=["l1"], operation_id="advance_session")
def advance_session(
    session_id: UUID,
    body: Annotated[AdvanceSession, Body()] = AdvanceSession(),  # noqa: B008  frozen
) -> Advanced:
    """Answer the pending step of a walk and return the next one."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    return advance(caller, walk_id=session_id, step=body, clock=now)


handler = lambda_handler(app)
