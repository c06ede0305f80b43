"""GET /v1/l1/sessions/{session_id}/export: the ticket note of a walk."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.walks.export import Detail, ExportFormat
from firstline.walks.exporting import export_walk

app = api()


@app.get("/v1/l1/sessions/<session_id>/export", tags=["l1"], operation_id="export_session")
def export_session(
    session_id: UUID,
    form: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.MARKDOWN,
    detail: Annotated[Detail, Query()] = Detail.FULL,
) -> Response[str]:
    """Write the ticket note of a walk as markdown, text, html or json."""
    caller = authorize(app.current_event, Permission.WORK_L1)
    with transaction(caller) as db:
        note = export_walk(db, caller=caller, walk_id=session_id, form=form, detail=detail)
        return Response(status_code=200, content_type=form.media_type, body=note)


handler = lambda_handler(app)
