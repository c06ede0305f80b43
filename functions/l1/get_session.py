"""GET /v1/l1/sessions/{session_id}: one walk as it stands."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.details import get_session_detail
from firstline.walks.schemas import WalkDetail

app = api()


@app.get("/v1/l1/sessions/<session_id>", tags=["l1"], operation_id="get_session")
def get_session(session_id: UUID) -> WalkDetail:
    """Return a walk with its path, notes, ticket and cost."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        return get_session_detail(db, caller=caller, walk_id=session_id)


handler = lambda_handler(app)
