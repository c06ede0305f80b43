"""GET /v1/flows/{flow_id}/export: a flow as a document."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from firstline.accounts.rules import Permission
from firstline.db.transaction import transaction
from firstline.flows import versions
from firstline.flows.formats.registry import MEDIA_TYPES, ExportFormat
from firstline.flows.schemas import VersionName
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.http.etags import as_file

app = api()


@app.get("/v1/flows/<flow_id>/export", tags=["flows"], operation_id="export_flow")
def export_flow(
    flow_id: UUID,
    format_: Annotated[ExportFormat, Query(alias="format")] = "json",
    version: Annotated[VersionName | None, Query()] = None,
) -> Response[str]:
    """Write the live version, or the one named, as JSON, Mermaid, DOT or Markdown."""
    caller = authorize(app.current_event, Permission.READ_FLOWS)
    with transaction(caller) as db:
        export = versions.export_flow(db, caller=caller, flow_id=flow_id, format_=format_, version=version)
    return as_file(export.text, filename=export.filename, media_type=MEDIA_TYPES[format_])


handler = lambda_handler(app)
