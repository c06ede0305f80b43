"""POST /v1/flows/starters: take over authored flows as the account's own."""

from firstline.accounts.rules import Permission
from firstline.building import starters
from firstline.building.starters import ImportStarters
from firstline.clock import now
from firstline.db.transaction import transaction
from firstline.flows.schemas import ImportedFlow
from firstline.http.api import api, lambda_handler
from firstline.http.authorize import authorize
from firstline.matching.service import index_flow
from firstline.paging import Page

app = api()


@app.post("/v1/flows/starters", tags=["flows"], operation_id="import_starter_flows", status_code=201)
def import_starter_flows(body: ImportStarters) -> Page[ImportedFlow]:
    """Store starter flows as drafts, or publish them; those the account has already are left alone."""
    caller = authorize(app.current_event, Permission.AUTHOR_FLOWS)
    with transaction(caller) as db:
        imported = starters.import_starters(
            db, categories=body.categories, publish=body.publish, by=caller, at=now(), index=index_flow
        )
        return Page(items=[ImportedFlow.of(each) for each in imported], next_cursor=None)


handler = lambda_handler(app)
