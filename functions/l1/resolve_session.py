"""POST /v1/l1/sessions/{session_id}/resolve: the problem is settled."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.details import describe
from firstline.walks.schemas import ResolveSession, WalkDetail
from firstline.walks.service import resolve_walk

app = api()


@app.post("/v1/l1/sessions/<session_id>/resolve", tags=["l1"], operation_id="resolve_session")
def resolve_session(session_id: UUID, body: ResolveSession) -> WalkDetail:
    """End a walk as resolved."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        walk = resolve_walk(
            db,
            by=caller,
            walk_id=session_id,
            helpful=body.helpful,
            resolution_notes=body.resolution_notes,
            at=now(),
        )
        return describe(db, walk)


handler = lambda_handler(app)
