"""PUT /v1/l1/sessions/{session_id}/notes: what the technician noted."""

from uuid import UUID

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks import service
from firstline.walks.details import describe
from firstline.walks.schemas import ReplaceNotes, WalkDetail

app = api()


@app.put("/v1/l1/sessions/<session_id>/notes", tags=["l1"], operation_id="replace_notes")
def replace_notes(session_id: UUID, body: ReplaceNotes) -> WalkDetail:
    """Replace the notes of a walk."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        walk = service.replace_notes(db, by=caller, walk_id=session_id, notes=body.notes, at=now())
        return describe(db, walk)


handler = lambda_handler(app)
