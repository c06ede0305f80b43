"""POST /v1/flows/import: take in a flow that was written elsewhere."""

from firstline.accounts.rules import Permission
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows import importing
from firstline.flows.schemas import ImportedFlow, ImportFlow
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.matching.service import index_flow

app = api()


@app.post("/v1/flows/import", tags=["flows"], operation_id="import_flow", status_code=201)
def import_flow(body: ImportFlow) -> ImportedFlow:
    """Store a document as a draft, or publish it at once; what cannot be published is refused whole."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        return ImportedFlow.of(
            importing.import_flow(
                db,
                format_=body.format,
                document=body.document,
                publish=body.publish,
                by=caller,
                at=now(),
                index=index_flow,
                name=body.name,
                team_id=body.team_id,
            )
        )


handler = lambda_handler(app)
