"""POST /v1/l1/sessions/{session_id}/back: re-open an answered step."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Body

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.advancing import go_back
from firstline.walks.schemas import Advanced, StepBack

app = api()


@app.post("/v1/l1/sessions/<session_id>/back", tags=["l1"], operation_id="step_back")
def step_back(session_id: UUID, body: Annotated[StepBack, Body()] = StepBack()) -> Advanced:  # noqa: B008  frozen
    """Re-open the last or the named step; what followed is kept."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return go_back(db, by=caller, walk_id=session_id, to_node_id=body.to_node_id, at=now())


handler = lambda_handler(app)
